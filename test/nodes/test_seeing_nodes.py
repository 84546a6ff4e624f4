"""What every node that looks at images with a model does alike, over real topics."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pytest
from rclpy.qos import DurabilityPolicy, ReliabilityPolicy
from rclpy.time import Time
from ros_messages import raw_image
from ros_session import Camera
from sensor_msgs.msg import CompressedImage, Image
from std_srvs.srv import SetBool
from toy_colour_classifier import write_classifier
from toy_depth import write_depth_model
from toy_models import picture, write_model
from toy_segmenters import write_instance_segmenter, write_segmenter

from robot_dl.bringup.catalogue import node_kinds
from robot_dl.cli.benches.results import message_type
from robot_dl.core.topics import PUBLISHED, SERVED, SUBSCRIBED
from robot_dl.engine.card import load_card
from robot_dl.nodes.classification_node import ClassificationNode
from robot_dl.nodes.depth_node import DepthNode
from robot_dl.nodes.detection_node import DetectionNode
from robot_dl.nodes.instance_segmentation_node import InstanceSegmentationNode
from robot_dl.nodes.segmentation_node import SegmentationNode
from robot_dl.ros.images import rgb_from_msg
from robot_dl.ros.qos import LATCHED
from robot_dl.ros.task_node import LabellingNode, TaskNode

SIZE_HW = (64, 96)
RED = picture(SIZE_HW, red=(32, 0, 64, 32))
# Every lifecycle node has these.
INFRASTRUCTURE = ('rcl_interfaces/', 'lifecycle_msgs/', 'type_description_interfaces/')


@dataclass(frozen=True)
class Seer:
    """A kind of node that sees.

    Attributes:
        node: Its class.
        write_model: Writes a model for it that knows colours.
        on_demand: What it subscribes and publishes only when something needs it.
    """

    node: type[TaskNode]
    write_model: Callable[[Path], Path]
    on_demand: frozenset[str] = frozenset()

    @property
    def executable(self) -> str:
        return self.node.__module__.rpartition('.')[2]

    @property
    def topics(self):
        return node_kinds()[self.executable].topics

    def types(self, role: str) -> dict[str, str]:
        """Return the types of its topics of one role by their names in the root namespace."""
        names = {t.name: t.name.replace('~', self.executable).lstrip('/') for t in self.topics}
        return {f'/{names[t.name]}': t.type for t in self.topics if t.role == role}

    @property
    def answers(self) -> dict[str, str]:
        """Return the types of what answers every image, by topic."""
        extra = {'/diagnostics', '/label_info', f'/{self.executable}/overlay', *self.on_demand}
        return {n: t for n, t in self.types(PUBLISHED).items() if n not in extra}


ON_DEMAND_DEPTH = frozenset(
    {
        *('/camera_info', '/depth/camera_info', '/depth/confidence', '/depth/points'),
        *('/relative_depth/image', '/reference_depth', '/scan', '/tf', '/tf_static'),
    }
)
"""A metric model without a calibration, to which nobody gives metres."""

SEERS = [
    Seer(DetectionNode, write_model),
    Seer(ClassificationNode, write_classifier),
    Seer(
        SegmentationNode,
        write_segmenter,
        frozenset({'/camera_info', '/free_space', '/free_space_scan', '/tf_static'}),
    ),
    Seer(InstanceSegmentationNode, write_instance_segmenter),
    Seer(DepthNode, write_depth_model, ON_DEMAND_DEPTH),
]


@pytest.fixture(scope='module', params=SEERS, ids=lambda seer: seer.executable)
def seer(request):
    return request.param


@pytest.fixture(scope='module')
def folder(seer, tmp_path_factory):
    return str(seer.write_model(tmp_path_factory.mktemp('models') / seer.executable))


@pytest.fixture
def node(session, seer, folder):
    return session.start(seer.node, model=folder)


@pytest.fixture
def answers(session, seer):
    """Return every answer as it comes, by topic; the last topic's are the last to come."""
    return {n: session.record(message_type(t), n) for n, t in seer.answers.items()}


def last(answers):
    return list(answers.values())[-1]


def test_no_node_that_sees_is_forgotten():
    kinds = [kind for kind in node_kinds().values() if not kind.commands_motion]
    models = {kind.executable for kind in kinds if 'model' in kind.parameter_names}
    assert models == {seer.executable for seer in SEERS}


@pytest.mark.usefixtures('node')
def test_every_answer_has_the_header_of_its_image(session, camera, answers):
    """Traps 2 and 3: no frame_id; a stamp of now. Images are old, to tell their stamp from now."""
    header = camera.ask(RED, last(answers)).header
    assert header.stamp.sec == 1000 + camera.count
    assert header.frame_id == 'camera_optical_frame'
    for topic, came in answers.items():
        session.wait(lambda c=came: [m for m in c if m.header == header], topic)


def late(kind: type[TaskNode]) -> type[TaskNode]:
    """Return a node whose network takes a second longer."""

    class LateNode(kind):
        def infer(self, image):
            end = time.monotonic() + 1
            while time.monotonic() < end:
                pass
            return super().infer(image)

    return LateNode


def test_the_stamp_is_that_of_the_image_however_long_the_answer_takes(
    session, seer, answers, folder
):
    """Trap 3: a stamp of when the answer was ready."""
    session.start(late(seer.node), model=folder)
    camera = session.node.create_publisher(Image, 'image', 1)
    session.wait(camera.get_subscription_count, 'subscriber')
    msg = raw_image(RED, 'rgb8')
    sent = msg.header.stamp = session.node.get_clock().now().to_msg()

    def answered():
        camera.publish(msg)
        return last(answers)

    answer = session.wait(answered, 'answer')[0]
    age_ns = session.node.get_clock().now().nanoseconds - Time.from_msg(sent).nanoseconds
    assert age_ns > 10**9
    assert answer.header.stamp == sent


@pytest.mark.usefixtures('node')
def test_each_image_is_answered_exactly_once_also_a_blank_one(session, camera, answers):
    """Trap 4: a message only when something was found."""
    camera.ask(RED, last(answers))
    header = camera.ask(np.zeros_like(RED), last(answers)).header
    camera.ask(RED, last(answers))
    for topic, came in answers.items():
        assert [m.header for m in came].count(header) == 1, topic


@pytest.mark.usefixtures('node')
@pytest.mark.parametrize('padding', [0, 7])
@pytest.mark.parametrize(
    ('encoding', 'channels'), [('bgr8', [2, 1, 0]), ('rgba8', [0, 1, 2, 2]), ('rgb8', [0, 1, 2])]
)
def test_the_encoding_changes_nothing(camera, answers, encoding, channels, padding):
    """Trap 26: row padding and other orders of the channels."""
    plain = camera.ask(RED, last(answers))
    other = camera.ask(raw_image(RED[..., channels], encoding, padding), last(answers))
    assert without_headers(plain) == without_headers(other)


def without_headers(msg):
    """Return a message as text, but for the header of its image."""
    return str(msg).replace(str(msg.header), '')


@pytest.mark.parametrize('suffix', ['.png', '.jpg'])
def test_compressed_images_are_answered(session, seer, answers, folder, suffix):
    session.start(seer.node, model=folder, transport='compressed')
    camera = Camera(session, 'image/compressed', CompressedImage)
    _, encoded = cv2.imencode(suffix, RED[..., ::-1])
    msg = CompressedImage(format='rgb8; jpeg compressed bgr8', data=encoded.tobytes())
    assert camera.ask(msg, last(answers))


def test_labels_are_announced_to_late_subscribers(session, seer, node, folder):
    if not isinstance(node, LabellingNode):
        assert 'label_info' not in {topic.name for topic in seer.topics}
        return
    tables = session.record(message_type('vision_msgs/msg/LabelInfo'), 'label_info', LATCHED)
    [table] = session.wait(lambda: tables, 'label_info')
    labels = load_card(Path(folder)).labels
    assert [(c.class_id, c.class_name) for c in table.class_map] == list(enumerate(labels))


def test_the_overlay_is_drawn_only_while_somebody_looks(session, seer, camera, answers, folder):
    class CountingNode(seer.node):
        drawn = 0

        def draw(self, *args):
            self.drawn += 1
            return super().draw(*args)

    node = session.start(CountingNode, model=folder)
    camera.ask(RED, last(answers))
    assert node.drawn == 0
    pictures = session.record(Image, f'{seer.executable}/overlay')
    session.wait(node.overlay.get_subscription_count, 'subscriber of the overlay')
    header = camera.ask(RED, last(answers)).header
    [seen] = session.wait(lambda: [p for p in pictures if p.header == header], 'overlay')
    assert node.drawn > 0
    assert rgb_from_msg(seen).shape == RED.shape
    assert (rgb_from_msg(seen) != RED).any()


def test_what_was_drawn_vanishes_with_the_next_image(session, seer, node, camera, answers):
    """Trap 25: boxes and colours of what is gone stay on the screen."""
    pictures = session.record(Image, f'{seer.executable}/overlay')
    session.wait(node.overlay.get_subscription_count, 'subscriber of the overlay')
    blank, shown = np.zeros_like(RED), []
    for image in (blank, RED, blank):
        header = camera.ask(image, last(answers)).header
        [seen] = session.wait(lambda h=header: [p for p in pictures if p.header == h], 'overlay')
        shown.append(rgb_from_msg(seen))
    assert (shown[1] != shown[0]).any()
    np.testing.assert_array_equal(shown[0], shown[2])


def test_a_disabled_node_is_silent_until_it_is_enabled_again(session, seer, node, camera, answers):
    camera.ask(RED, last(answers))
    service = f'{seer.executable}/enable'
    off = session.call(SetBool, service, SetBool.Request(data=False))
    assert (off.success, off.message) == (True, 'disabled')
    assert node.model is None
    session.wait(lambda: not camera.publisher.get_subscription_count(), 'end of subscription')
    last(answers).clear()
    camera.publisher.publish(raw_image(RED, 'rgb8'))
    on = session.call(SetBool, service, SetBool.Request(data=True))
    assert (on.success, on.message) == (True, 'enabled')
    assert last(answers) == []
    assert camera.ask(RED, last(answers))


def test_the_topics_are_those_of_the_documentation(session, seer, node):
    own = node.get_name(), node.get_namespace()
    offered = {
        PUBLISHED: session.node.get_publisher_names_and_types_by_node,
        SERVED: session.node.get_service_names_and_types_by_node,
        SUBSCRIBED: session.node.get_subscriber_names_and_types_by_node,
    }
    for role, ask in offered.items():
        session.wait(lambda a=ask: a(*own), f'{role} topics')
        found = {n: types[0] for n, types in ask(*own) if not types[0].startswith(INFRASTRUCTURE)}
        documented = seer.types(role)
        documented.pop('/image/compressed', None)
        missing = set(documented) - set(found)
        assert missing <= seer.on_demand
        assert found == {n: t for n, t in documented.items() if n not in missing}


def test_the_qualities_of_service_are_those_of_the_documentation(session, seer, node):
    words = {
        'best effort': (ReliabilityPolicy.BEST_EFFORT, DurabilityPolicy.VOLATILE),
        'reliable': (ReliabilityPolicy.RELIABLE, DurabilityPolicy.VOLATILE),
        'reliable, transient local': (
            ReliabilityPolicy.RELIABLE,
            DurabilityPolicy.TRANSIENT_LOCAL,
        ),
    }
    ends = {
        PUBLISHED: session.node.get_publishers_info_by_topic,
        SUBSCRIBED: session.node.get_subscriptions_info_by_topic,
    }
    documented = {t.name.replace('~', seer.executable): t for t in seer.topics}
    labels = {'label_info'} & set(documented)
    for name in {'image', *labels, *(n[1:] for n in seer.answers)}:
        topic = documented[name]
        [end] = session.wait(lambda t=topic, n=name: ends[t.role](n), name)
        found = (end.qos_profile.reliability, end.qos_profile.durability)
        assert found == words[topic.qos.removesuffix(', depth 1')], name
