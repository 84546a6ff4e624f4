"""A node that hears nothing says why, on the log and in its diagnostics."""

import re

import pytest
from builtin_interfaces.msg import Time
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus
from rclpy.duration import Duration
from rclpy.qos import DurabilityPolicy, QoSProfile, ReliabilityPolicy
from ros_echo import EchoNode
from ros_messages import raw_image
from ros_session import Session
from rosgraph_msgs.msg import Clock
from sensor_msgs.msg import CompressedImage, Image
from std_msgs.msg import Header, String
from toy_models import picture

from robot_dl.ros.qos import LATCHED, NEWEST_IMAGE, fitted, qos_in_words

SOON = {'input_timeout_s': 0.3, 'lazy': False}
RELIABLE, BEST_EFFORT = ReliabilityPolicy.RELIABLE, ReliabilityPolicy.BEST_EFFORT
VOLATILE, TRANSIENT = DurabilityPolicy.VOLATILE, DurabilityPolicy.TRANSIENT_LOCAL


@pytest.fixture
def reports(session):
    return session.record(DiagnosticArray, '/diagnostics')


def message(session, reports, level, words: str) -> str:
    """Wait for a report of this level with these words, and return its message."""

    def found():
        return [r for r in reports if r.status[0].level == level and words in r.status[0].message]

    return session.wait(found, f'report with {words!r}')[0].status[0].message


def silence(session, reports, words: str) -> str:
    """Wait for a report of silence with these words."""
    return message(session, reports, DiagnosticStatus.STALE, words)


def test_the_similar_topic_that_exists_is_named_on_the_log_too(session, reports, capfd):
    """Trap 29: silence after a wrong remapping, or without a publisher."""
    publisher = session.node.create_publisher
    kept = [publisher(Image, n, 1) for n in ('left/thermal', 'head/image_raw', 'xyz')]
    session.start(EchoNode, **SOON)
    said = silence(session, reports, 'Did you mean')
    assert '/image has no publisher. Did you mean /head/image_raw?' in said
    assert 'Also there: /' in said
    assert said.endswith('Remap: --ros-args -r image:=/head/image_raw')
    reports.clear()
    session.wait(lambda: len(reports) >= 3, 'more reports')
    assert capfd.readouterr().err.count('Did you mean /head/image_raw?') == 1, 'once, not always'
    assert kept


def test_where_there_is_nothing_at_all_it_says_that(session, reports):
    session.start(EchoNode, **SOON)
    said = silence(session, reports, 'no publisher')
    assert 'and no other topic carries sensor_msgs/msg/Image' in said


def test_a_topic_of_another_type_is_reported_with_both_types(session, reports, domain_id):
    other = Session(domain_id)  # one participant cannot have a topic with two types
    other.node.create_publisher(String, 'image', 1)
    session.start(EchoNode, **SOON)
    said = silence(session, reports, 'carries')
    other.close()
    assert '/image carries std_msgs/msg/String; expected sensor_msgs/msg/Image' in said


@pytest.mark.parametrize(
    ('published', 'parameters', 'advice'),
    [
        (
            (CompressedImage, 'image/compressed'),
            {},
            '/image has no publisher, but /image/compressed has one: set transport:=compressed',
        ),
        (
            (Image, 'image'),
            {'transport': 'compressed'},
            '/image/compressed has no publisher, but /image has one: set transport:=raw',
        ),
        (
            (CompressedImage, 'cam/image_raw/compressed'),
            {},
            'Did you mean /cam/image_raw/compressed? Then set transport:=compressed. '
            'Remap: --ros-args -r image:=/cam/image_raw',
        ),
        (
            (CompressedImage, 'cam/image_raw/compressed'),
            {'transport': 'compressed'},
            'Did you mean /cam/image_raw/compressed? Remap: --ros-args -r image:=/cam/image_raw',
        ),
        (
            (CompressedImage, 'cam/jpeg'),
            {'transport': 'compressed'},
            'Did you mean /cam/jpeg? Remap: --ros-args -r image/compressed:=/cam/jpeg',
        ),
    ],
    ids=['only compressed', 'only raw', 'elsewhere', 'without the ending', 'another ending'],
)
def test_images_in_the_other_transport_are_pointed_out(
    session, reports, published, parameters, advice
):
    session.node.create_publisher(*published, 1)
    session.start(EchoNode, **SOON, **parameters)
    assert advice in silence(session, reports, 'no publisher')


def test_a_publisher_that_sends_nothing_is_reported(session, reports):
    session.node.create_publisher(Image, 'image', 1)
    session.start(EchoNode, **SOON)
    assert '/image has a publisher, but nothing arrives' in silence(session, reports, 'has a')


class ImpatientNode(EchoNode):
    """Asks for an image every 50 ms, guaranteed."""

    def announce(self):
        """Listen."""
        every_50_ms = Duration(nanoseconds=50_000_000)
        self.listen(Image, 'image', print, QoSProfile(depth=1, deadline=every_50_ms))


def test_a_publisher_with_incompatible_qos_is_reported_with_both_profiles(session, reports):
    """Trap 29: silence for another quality of service."""
    session.node.create_publisher(Image, 'image', 1)
    session.start(ImpatientNode, **SOON)
    said = silence(session, reports, 'deadline')
    assert 'the publisher test offers reliable, volatile; this node asks for ' in said
    assert 'reliable, volatile, deadline 0.05 s' in said


def test_without_a_timeout_silence_is_no_complaint(session, reports):
    session.start(EchoNode, input_timeout_s=0.0, lazy=False)
    session.wait(lambda: len(reports) >= 3, 'reports')
    assert {r.status[0].level for r in reports} == {DiagnosticStatus.OK}
    assert reports[-1].status[0].message == 'waiting for the first image'


class LatchedNode(EchoNode):
    """Wishes to get the last message also if it was sent before."""

    def announce(self):
        """Listen."""
        self.heard = []
        self.listen(Image, 'image', self.heard.append, LATCHED)


@pytest.mark.parametrize('durability', [VOLATILE, TRANSIENT])
@pytest.mark.parametrize('reliability', [RELIABLE, BEST_EFFORT])
@pytest.mark.parametrize('is_first', [True, False], ids=['publisher first', 'node first'])
@pytest.mark.parametrize('node_class', [EchoNode, LatchedNode])
def test_subscriptions_match_whatever_is_published(
    session, node_class, reliability, durability, is_first
):
    def publisher():
        qos = QoSProfile(depth=1, reliability=reliability, durability=durability)
        return session.node.create_publisher(Image, 'image', qos)

    first = publisher() if is_first else None
    session.start(node_class, lazy=False)
    camera = first or publisher()
    session.wait(camera.get_subscription_count, 'match')


def test_a_latched_message_from_before_is_received(session):
    session.node.create_publisher(Image, 'image', LATCHED).publish(
        raw_image(picture((4, 6)), 'rgb8')
    )
    node = session.start(LatchedNode, lazy=False)
    session.wait(lambda: node.heard, 'the message from before')


@pytest.mark.parametrize(
    ('wish', 'offers', 'words'),
    [
        (LATCHED, [], 'reliable, transient local'),
        (LATCHED, [LATCHED], 'reliable, transient local'),
        (LATCHED, [LATCHED, QoSProfile(depth=1)], 'reliable, volatile'),
        (LATCHED, [NEWEST_IMAGE], 'best effort, volatile'),
        (NEWEST_IMAGE, [LATCHED], 'best effort, volatile'),
    ],
)
def test_no_more_is_asked_than_every_publisher_offers(wish, offers, words):
    asked = fitted(wish, offers)
    assert qos_in_words(asked) == words
    assert (asked.depth, asked.history) == (wish.depth, wish.history)


WARN = DiagnosticStatus.WARN


def send_stamped(session, stamp: Time):
    """Publish images with a stamp until the test ends."""
    camera = session.node.create_publisher(Image, 'image', 1)
    msg = raw_image(picture((4, 6)), 'rgb8')
    msg.header = Header(stamp=stamp)
    session.node.create_timer(0.05, lambda: camera.publish(msg))


@pytest.mark.parametrize(
    ('stamp', 'words'),
    [
        (Time(), 'stamps are zero: whoever publishes must fill in header.stamp'),
        (Time(sec=12), 'stamps are of a simulation (12.0 s), but the node lives by the wall'),
        (Time(sec=1_600_000_000), "s behind the node's clock: check the clocks of both machines"),
        (
            Time(sec=2_100_000_000),
            "s ahead of the node's clock: check the clocks of both machines",
        ),
    ],
)
def test_stamps_of_another_clock_are_reported(session, reports, stamp, words):
    session.start(EchoNode, lazy=False)
    send_stamped(session, stamp)
    assert message(session, reports, WARN, words).startswith('/image: stamps are ')


def test_images_that_are_all_too_old_because_of_their_clock_are_explained(session, reports):
    node = session.start(EchoNode, lazy=False, max_age_s=1.0)
    send_stamped(session, Time(sec=12))
    message(session, reports, WARN, 'set use_sim_time:=true')
    summary = node.frames.summary(0)
    assert summary.refused['too_old'] == summary.received > 0


def test_images_that_are_all_too_old_though_the_clocks_agree_are_a_complaint(
    session, reports, capfd
):
    """The node was silent, and its diagnostics said: OK, waiting for the first image."""
    session.start(EchoNode, lazy=False, max_age_s=1.0, input_timeout_s=0.3)
    ago = session.node.get_clock().now() - Duration(seconds=3)
    send_stamped(session, ago.to_msg())
    said = message(session, reports, WARN, 'every image was older than max_age_s: /image ')
    assert re.fullmatch(r'for \d s every .* older than max_age_s: /image [3-9]\.\d\d s', said)
    assert said.partition('max_age_s')[0][5:] in capfd.readouterr().err


def test_a_complaint_that_comes_and_goes_is_logged_once(session, reports, capfd):
    """Two publishers on a topic, one without stamps, filled the log."""
    session.start(EchoNode, lazy=False)
    camera = session.node.create_publisher(Image, 'image', 1)
    msg = raw_image(picture((4, 6)), 'rgb8')
    for words in ('stamps are zero', 'images/s', 'stamps are zero'):
        reports.clear()

        def told(words=words):
            now = session.node.get_clock().now().to_msg()
            msg.header.stamp = now if words == 'images/s' else Time()
            camera.publish(msg)
            return any(words in r.status[0].message for r in reports)

        session.wait(told, words)
    assert capfd.readouterr().err.count('stamps are zero') == 1


@pytest.mark.parametrize(
    ('rules', 'transport', 'topic'),
    [
        (['image:=/cam/raw'], 'raw', '/cam/raw'),
        (['image:=/cam/raw'], 'compressed', '/cam/raw/compressed'),
        (['image/compressed:=/cam/jpeg'], 'compressed', '/cam/jpeg'),
        (['image:=/a', '/a:=/b'], 'raw', '/a'),
        (['image:=a', '__ns:=/robot'], 'compressed', '/robot/a/compressed'),
    ],
)
def test_what_is_subscribed_is_what_is_talked_about(session, reports, rules, transport, topic):
    """A compressed topic with a name of its own was subscribed, but another one was reported."""
    cli = ['--ros-args', *(word for rule in rules for word in ('-r', rule))]
    node = session.start(EchoNode, cli, **SOON, transport=transport)
    said = silence(session, reports, 'has no publisher')
    assert f': {topic} has no publisher' in said
    name, namespace = node.get_name(), node.get_namespace()
    subscribed = node.get_subscriber_names_and_types_by_node(name, namespace)
    assert topic in dict(subscribed)


def test_simulated_time_without_a_clock_is_reported(session, reports):
    session.start(EchoNode, lazy=False, use_sim_time=True)
    message(session, reports, WARN, 'use_sim_time is set, but nobody publishes /clock')


def test_wall_stamps_under_a_simulated_clock_are_reported(session, reports):
    clock = session.node.create_publisher(Clock, '/clock', 1)
    session.node.create_timer(0.05, lambda: clock.publish(Clock(clock=Time(sec=7))))
    session.start(EchoNode, lazy=False, use_sim_time=True)
    send_stamped(session, session.node.get_clock().now().to_msg())
    words = 'stamps are of the wall clock, but use_sim_time is set and /clock shows 7.0 s'
    message(session, reports, WARN, words)
