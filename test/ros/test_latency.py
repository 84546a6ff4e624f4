"""Where the time of an image goes, and which images are not looked at."""

import math
import time

import pytest
from diagnostic_msgs.msg import DiagnosticArray
from ros_echo import EchoNode
from ros_messages import raw_image
from sensor_msgs.msg import Image
from std_msgs.msg import Header
from toy_models import picture

from robot_dl.ros.inputs import GIVES_MESSAGE_INFO
from robot_dl.ros.latency import STAGES, Arrival

MS = 10**6
ARRIVAL = Arrival(
    stamp_ns=100 * MS,
    now_ns=140 * MS,
    is_simulated=False,
    sent_ns=110 * MS,
    received_ns=113 * MS,
    taken_ns=140 * MS,
)


def test_the_stages_add_up_to_the_age():
    stages_ms = ARRIVAL.stages_ms(inference_ms=30.0, rest_ms=2.0)
    assert tuple(stages_ms) == STAGES
    assert stages_ms == {
        'capture': 10.0,
        'transport': 3.0,
        'wait': 27.0,
        'inference': 30.0,
        'rest': 2.0,
    }
    assert sum(stages_ms.values()) == ARRIVAL.age_ns / MS + 32.0


@pytest.mark.parametrize(
    ('changes', 'unknown'),
    [
        ({'sent_ns': 0, 'received_ns': 0}, {'capture', 'transport', 'wait'}),
        ({'received_ns': 0}, {'capture', 'transport', 'wait'}),
        ({'sent_ns': 0}, {'capture', 'transport'}),
        ({'is_simulated': True}, {'capture'}),
    ],
)
def test_what_nobody_knows_is_not_invented(changes, unknown):
    arrival = Arrival(**{**vars(ARRIVAL), **changes})
    stages_ms = arrival.stages_ms(30.0, 2.0)
    assert {name for name, ms in stages_ms.items() if math.isnan(ms)} == unknown


class SlowNode(EchoNode):
    """Takes 60 ms in its network, and 20 ms besides."""

    def on_image(self, image, header):
        """Answer late."""
        with self.inference():
            busy(0.06)
        busy(0.02)
        self.output.publish(header)


def busy(seconds: float) -> None:
    """Use up time."""
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        pass


def stamped_now(session, **since) -> Image:
    """Return an image stamped with the present, or a moment ago."""
    msg = raw_image(picture((4, 6)), 'rgb8')
    now = session.node.get_clock().now().nanoseconds - round(since.get('seconds', 0) * 1e9)
    msg.header.stamp.sec, msg.header.stamp.nanosec = divmod(now, 10**9)
    return msg


def age_ms(session, msg: Image) -> float:
    """Return how long ago an image was stamped."""
    stamp = msg.header.stamp
    now_ns = session.node.get_clock().now().nanoseconds
    return (now_ns - stamp.sec * 10**9 - stamp.nanosec) / MS


@pytest.fixture
def answers(session):
    return session.record(Header, 'answers')


@pytest.fixture
def camera(session):
    return session.node.create_publisher(Image, 'image', 1)


@pytest.mark.skipif(not GIVES_MESSAGE_INFO, reason='this rclpy tells no times')
def test_diagnostics_tell_where_the_time_went(session, camera, answers):
    """Each image is stamped 200 ms before it is sent, and waits 100 ms for the node.

    A busy machine adds to any of them; what all add up to is no more than what has passed.
    """
    node, elapsed_ms = session.start(SlowNode), []
    reports = session.record(DiagnosticArray, '/diagnostics')
    session.wait(camera.get_subscription_count, 'subscriber')
    session.wait(node.output.get_subscription_count, 'audience')
    for count in range(1, 6):
        msg = stamped_now(session, seconds=0.2)
        camera.publish(msg)
        busy(0.1)
        session.wait(lambda n=count: len(answers) >= n, 'answer')
        elapsed_ms.append(age_ms(session, msg))
    reports.clear()
    report = session.wait(lambda: reports, 'report')[0]
    values = {v.key: v.value for v in report.status[0].values}
    expected_ms = {'capture': 200, 'transport': 0, 'wait': 100, 'inference': 60, 'rest': 20}
    for stage, at_least_ms in expected_ms.items():
        measured_ms = float(values[f'{stage}_p50_ms'])
        assert at_least_ms - 5 <= measured_ms <= float(values[f'{stage}_p95_ms']), stage
    for answer, passed_ms in zip(node.frames._answers, elapsed_ms, strict=True):
        assert sum(answer.stages_ms.values()) == pytest.approx(answer.age_ms, abs=1)
        assert answer.age_ms <= passed_ms


def test_images_older_than_max_age_are_dropped_before_inference_and_counted(
    session, camera, answers
):
    node = session.start(EchoNode, max_age_s=0.5)
    session.wait(camera.get_subscription_count, 'subscriber')
    session.wait(node.output.get_subscription_count, 'audience')
    young = stamped_now(session)
    camera.publish(young)
    session.wait(lambda: answers, 'answer to the young image')
    camera.publish(stamped_now(session, seconds=2))
    session.wait(lambda: node.frames.summary(0).refused['too_old'] == 1, 'the old image')
    assert [a.stamp for a in answers] == [young.header.stamp]
    assert node.frames.summary(0).errors == 0


def test_no_more_images_are_answered_than_max_rate(session, camera, answers):
    node = session.start(EchoNode, max_rate_hz=5.0)
    session.wait(camera.get_subscription_count, 'subscriber')
    session.wait(node.output.get_subscription_count, 'audience')
    session.node.create_timer(0.02, lambda: camera.publish(stamped_now(session)))
    session.wait(lambda: answers, 'first answer')
    started, before = time.monotonic(), len(answers)
    session.wait(lambda: len(answers) >= before + 10, 'ten answers')
    assert 1.7 < time.monotonic() - started < 5
    assert node.frames.summary(0).refused['over_rate'] > 20
