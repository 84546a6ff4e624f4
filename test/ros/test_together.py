"""Messages of several topics that belong to one moment, over real topics."""

import gc
from dataclasses import dataclass

import pytest
from builtin_interfaces.msg import Time
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus
from sensor_msgs.msg import CameraInfo, Image
from std_msgs.msg import Header, String
from std_srvs.srv import SetBool

from robot_dl.core.node_params import SyncedNodeParams
from robot_dl.ros.model_node import ModelNode
from robot_dl.ros.qos import RESULTS

MS = 10**6


@dataclass(frozen=True)
class PairParams(SyncedNodeParams):
    """Parameters of the node below."""


class PairNode(ModelNode):
    """Tells which image, calibration and depth it got together."""

    Params = PairParams

    def __init__(self, **options):
        super().__init__('pair', **options)
        self.sets = []

    def announce(self):
        """Make the output, and ask for the inputs."""
        self.output = self.create_lifecycle_publisher(String, 'pairs', RESULTS)
        inputs = {'image': Image, 'camera_info': CameraInfo, 'depth': Image}
        self.listen_together(inputs, self.on_set)

    def on_set(self, image, camera_info, depth):
        """Note their stamps."""
        assert isinstance(camera_info, CameraInfo)
        stamps = (image.header.stamp, camera_info.header.stamp, depth.header.stamp)
        self.sets.append(tuple((s.sec * 10**9 + s.nanosec) // MS for s in stamps))


class Rig:
    """A camera with depth."""

    def __init__(self, session, node):
        make = session.node.create_publisher
        self.session, self.node = session, node
        self.publishers = {
            'image': make(Image, 'image', 1),
            'camera_info': make(CameraInfo, 'camera_info', 1),
            'depth': make(Image, 'depth', 1),
        }
        for topic, publisher in self.publishers.items():
            session.wait(publisher.get_subscription_count, f'subscriber of {topic}')
        self.send(image=1)
        session.wait(lambda: self.node.frames.summary(0).received or self.send(image=1), 'image')

    def send(self, **stamps_ms: int) -> None:
        """Send a message with this stamp on each topic, and let it be received."""
        for topic, stamp_ms in stamps_ms.items():
            publisher = self.publishers[topic]
            sec, nanosec = divmod(stamp_ms * MS, 10**9)
            header = Header(stamp=Time(sec=sec, nanosec=nanosec))
            source = next(s for s in self.node._ears._inputs if s.name == topic)
            before = source.last
            publisher.publish(publisher.msg_type(header=header))
            self.session.wait(lambda s=source, b=before: s.last is not b, f'message on {topic}')


@pytest.fixture
def node(session):
    return session.start(PairNode, lazy=False, input_timeout_s=0.5)


@pytest.fixture
def rig(session, node):
    return Rig(session, node)


def test_equal_stamps_come_together(rig, node):
    for stamp in (1000, 1033, 1066):
        rig.send(image=stamp, camera_info=stamp, depth=stamp)
    assert node.sets == [(1000,) * 3, (1033,) * 3, (1066,) * 3]
    assert node.frames.summary(0).processed == 3


def test_near_stamps_come_together(rig, node):
    for stamp in (1000, 1100, 1200):
        rig.send(image=stamp, camera_info=stamp, depth=stamp + 15)
    assert node.sets[-2:] == [(1000, 1000, 1015), (1100, 1100, 1115)] or node.sets[-1] == (
        1200,
        1200,
        1215,
    )


def test_frames_300_ms_apart_are_never_paired(session, rig, node):
    for stamp in range(1000, 4000, 600):
        rig.send(image=stamp, camera_info=stamp, depth=stamp + 300)
    assert node.sets == []
    reports = session.record(DiagnosticArray, '/diagnostics')
    words = 'image lags 0.300 s behind depth; sync_slop_s is 0.02'
    sent = iter(range(4000, 10**6, 600))

    def apart():
        stamp = next(sent)
        rig.send(image=stamp, camera_info=stamp, depth=stamp + 300)
        return [r for r in reports if words in r.status[0].message]

    report = session.wait(apart, 'warning')[0]
    assert report.status[0].level == DiagnosticStatus.WARN
    assert node.sets == []


def test_the_missing_input_is_named(session, rig, node, capfd):
    reports = session.record(DiagnosticArray, '/diagnostics')
    sent = iter(range(1000, 10**6, 33))

    def missed():
        stamp = next(sent)
        rig.send(image=stamp, camera_info=stamp)
        # A busy machine may keep back images, too, for longer than the time-out.
        said = [r.status[0] for r in reports if 'no image' not in r.status[0].message]
        return [status for status in said if 'no depth for' in status.message]

    assert session.wait(missed, 'report of depth alone')[0].level == DiagnosticStatus.STALE
    assert 'no depth for' in capfd.readouterr().err


def test_waiting_for_the_slowest_input_is_part_of_the_age(rig, node):
    rig.send(image=1000, camera_info=1000)
    rig.session.spin_for(0.1)
    rig.send(depth=1000)
    assert node.sets == [(1000, 1000, 1000)]
    assert node.frames._answers[-1].stages_ms['wait'] > 90


def test_an_exception_in_the_answer_is_survived(rig, node):
    node.on_set_was = node.on_set
    node._ears._together[0]._callback = lambda *messages: 1 / 0
    rig.send(image=1000, camera_info=1000, depth=1000)
    assert node.frames.summary(0).errors == 1
    node._ears._together[0]._callback = node.on_set
    rig.send(image=1033, camera_info=1033, depth=1033)
    assert node.sets == [(1033,) * 3]


def test_images_that_wait_for_others_are_dropped_when_the_node_rests(session, node):
    """Up to ten images a topic stayed in memory while the node was disabled."""
    rig = Rig(session, node)
    for stamp_ms in range(100, 600, 100):
        rig.send(image=stamp_ms)
    before = sum(isinstance(o, Image) for o in gc.get_objects())
    session.call(SetBool, 'pair/enable', SetBool.Request(data=False))
    gc.collect()
    assert sum(isinstance(o, Image) for o in gc.get_objects()) <= before - 5


def test_images_that_never_find_a_partner_are_counted(session, rig, node):
    assert node.frames.summary(0).refused['unpaired'] == 0
    for stamp in range(2000, 5000, 300):
        rig.send(image=stamp, camera_info=stamp)
    rig.send(depth=5000)
    rig.send(image=5000, camera_info=5000)
    assert node.sets == [(5000,) * 3]
    frames = node.frames.summary(0)
    assert frames.refused['unpaired'] == frames.received - 1 >= 10


class PatientNode(PairNode):
    """Answers a set only when a test says that it is due, or after ten seconds."""

    due = True

    def announce(self):
        """Make the output, and ask for the inputs."""
        self.output = self.create_lifecycle_publisher(String, 'pairs', RESULTS)
        inputs = {'image': Image, 'camera_info': CameraInfo, 'depth': Image}
        self.waited_s = []
        self.listen_together(inputs, self.on_set, self.is_due)

    def is_due(self, waited_s, messages):
        """Note how long a set has waited."""
        assert [type(m) for m in messages] == [Image, CameraInfo, Image]
        self.waited_s.append(waited_s)
        return self.due


def test_sets_wait_in_their_order_until_they_are_due(session):
    node = session.start(PatientNode, lazy=False)
    rig = Rig(session, node)
    node.due = False
    for stamp in (1000, 1033):
        rig.send(image=stamp, camera_info=stamp, depth=stamp)
    session.wait(lambda: len(node.waited_s) > 5, 'questions')
    assert node.sets == []
    node.due = True
    session.wait(lambda: node.sets, 'answers')
    assert node.sets == [(1000,) * 3, (1033,) * 3]
    assert node.frames._answers[0].stages_ms['wait'] > 100
    assert node.frames._answers[0].stages_ms['rest'] < 100


def test_no_more_than_ten_sets_wait(session):
    node = session.start(PatientNode, lazy=False)
    rig = Rig(session, node)
    node.due = False
    for stamp in range(1000, 1000 + 13 * 33, 33):
        rig.send(image=stamp, camera_info=stamp, depth=stamp)
    assert node.sets == [(1000 + 33 * k,) * 3 for k in range(3)]
