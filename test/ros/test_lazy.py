"""Nothing is computed that nobody wants, and a model that is switched off is gone."""

import gc
import weakref

from diagnostic_msgs.msg import DiagnosticArray
from ros_echo import Answers, EchoNode
from std_msgs.msg import Header, String
from std_srvs.srv import SetBool
from toy_models import picture

from robot_dl.ros.audience import LINGER_S
from robot_dl.ros.input_node import TENDING_PERIOD_S
from robot_dl.ros.qos import LATCHED, RESULTS

PICTURE = picture((4, 6))


def listen(session):
    """Subscribe to the answers; return them and the subscription."""
    answers = Answers()
    return answers, session.node.create_subscription(Header, 'answers', answers.append, 10)


def test_without_subscribers_images_are_not_answered_and_then_not_even_received(session, camera):
    node = session.start(EchoNode)
    camera.send(PICTURE)
    session.wait(lambda: node.frames.summary(0).refused['unwatched'], 'the image')
    session.wait(lambda: not camera.publisher.get_subscription_count(), 'rest')
    summary = node.frames.summary(0)
    assert (summary.processed, summary.errors) == (0, 0)
    reports = session.record(DiagnosticArray, '/diagnostics')
    report = session.wait(lambda: reports, 'report')[0].status[0]
    assert report.message == 'resting: nobody subscribes to a result'
    assert {v.key: v.value for v in report.values}['resting'] == 'true'


class CountingNode(EchoNode):
    """Counts how often it looks around."""

    looks = 0

    def _tend(self):
        self.looks += 1
        super()._tend()


def test_a_new_subscriber_wakes_the_node_when_it_looks_around_next(session, camera):
    node = session.start(CountingNode)
    camera.send(PICTURE)
    session.wait(lambda: not camera.publisher.get_subscription_count(), 'rest')
    before = node.looks
    answers, subscription = listen(session)
    session.wait(camera.publisher.get_subscription_count, 'a subscription')
    assert node.looks <= before + 2
    session.node.create_timer(0.03, lambda: camera.publisher.publish(picture_msg()))
    session.wait(lambda: answers, 'first answer')
    session.node.destroy_subscription(subscription)
    session.wait(lambda: not camera.publisher.get_subscription_count(), 'rest again')


def picture_msg():
    """Return an image."""
    from robot_dl.ros.images import image_to_msg

    return image_to_msg(PICTURE, Header())


def test_who_comes_back_soon_finds_the_node_still_listening(session, camera):
    session.start(EchoNode)
    answers, subscription = listen(session)
    camera.ask(PICTURE, answers)
    session.node.destroy_subscription(subscription)
    deaf = session.until(lambda: not camera.publisher.get_subscription_count(), LINGER_S / 2)
    assert not deaf


def test_a_node_that_is_not_lazy_works_for_nobody(session, camera):
    node = session.start(EchoNode, lazy=False)
    for _ in range(3):
        camera.send(PICTURE)
    session.wait(lambda: node.frames.summary(0).processed, 'an answer')
    node.set_parameters([session.node.declare_parameter('lazy', True)])
    session.wait(lambda: not camera.publisher.get_subscription_count(), 'rest, once it is lazy')


class LatchingNode(EchoNode):
    """Has a latched output beside its result."""

    def announce(self):
        """Make the outputs."""
        super().announce()
        self.about = self.create_lifecycle_publisher(String, 'about', LATCHED)


def test_a_subscriber_of_a_latched_output_alone_keeps_nothing_awake(session, camera):
    session.start(LatchingNode)
    heard = session.record(String, 'about', LATCHED)
    camera.send(PICTURE)
    session.wait(lambda: not camera.publisher.get_subscription_count(), 'rest')
    assert heard == []


class ListenerNode(EchoNode):
    """Has no output at all, so it works for itself."""

    def announce(self):
        """Listen."""
        self.heard = []
        self.listen_images('image', lambda image, header: self.heard.append(header))


def test_a_node_without_results_always_works(session, camera):
    node = session.start(ListenerNode)
    node._audience._seen_s = float('-inf')
    session.spin_for(3 * TENDING_PERIOD_S)
    camera.send(PICTURE)
    session.wait(lambda: node.heard, 'the image')


class Model:
    """Stands for what takes memory."""


class HeavyNode(EchoNode):
    """Opens a model that cannot be opened when the test says so."""

    is_missing = False
    opened = 0

    def announce(self):
        """Make the outputs."""
        super().announce()
        self.label_info = self.create_lifecycle_publisher(String, 'label_info', LATCHED)
        self.extra = self.create_lifecycle_publisher(String, 'more', RESULTS)

    def load(self):
        """Open the model."""
        if self.is_missing:
            raise FileNotFoundError('the model is gone')
        self.model = Model()
        type(self).opened += 1

    def begin(self):
        """Tell what there is."""
        self.label_info.publish(String(data='labels'))

    def on_image(self, image, header):
        """Use the model."""
        assert self.model
        super().on_image(image, header)


def enable(session, is_on: bool):
    """Call the service."""
    return session.call(SetBool, 'echo/enable', SetBool.Request(data=is_on))


def test_a_disabled_node_drops_its_model_but_keeps_its_topics(session, camera):
    node = session.start(HeavyNode)
    answers, _ = listen(session)
    camera.ask(PICTURE, answers)
    model = weakref.ref(node.model)
    assert enable(session, False).message == 'disabled'
    gc.collect()
    assert model() is None
    assert node.loaded.name == ''
    labels = session.record(String, 'label_info', LATCHED)
    session.wait(lambda: labels, 'label_info, for late subscribers too')
    assert session.node.count_publishers('answers') == 1
    on = enable(session, True)
    assert (on.success, on.message) == (True, 'enabled')
    camera.ask(PICTURE, answers)


def test_a_model_that_cannot_be_opened_again_is_refused_with_the_reason(session, camera, capfd):
    node = session.start(HeavyNode)
    answers, _ = listen(session)
    camera.ask(PICTURE, answers)
    enable(session, False)
    node.is_missing = True
    on = enable(session, True)
    assert (on.success, on.message) == (False, 'cannot enable: the model is gone')
    assert 'FileNotFoundError' in capfd.readouterr().err
    assert node.state == 'active'
    node.is_missing = False
    assert enable(session, True).success
    camera.ask(PICTURE, answers)


def test_a_node_configured_while_disabled_opens_its_model_when_enabled(session, camera):
    node = session.start(HeavyNode, autostart=False)
    enable(session, False)
    opened = HeavyNode.opened
    assert node.revive()
    assert HeavyNode.opened == opened
    answers, _ = listen(session)
    assert enable(session, True).success
    assert HeavyNode.opened == opened + 1
    camera.ask(PICTURE, answers)


def test_enabling_twice_opens_one_model(session):
    session.start(HeavyNode)
    opened = HeavyNode.opened
    assert enable(session, True).success
    assert HeavyNode.opened == opened


class MistakenNode(EchoNode):
    """Listens where it should only open its model."""

    def load(self):
        """Make a mistake."""
        self.listen_images('image', self.on_image)


def test_listening_in_load_is_refused_for_it_would_happen_again(session):
    node = session.start(MistakenNode)
    assert node.state == 'unconfigured'
    assert 'listen in announce(), not in load()' in node.failure
