"""The 3D detection node over real topics."""

import random
import time

import numpy as np
import pytest
from detection3d_rig import (
    LATCHED,
    Rig,
    centre_of,
    empty,
    header_at,
    summary_of,
    usual,
)
from diagnostic_msgs.msg import DiagnosticArray
from ros_messages import raw_image
from scenes3d import BOX, CAMERA, CENTRE_M, SIDES_M, boxes_msg, info_msg, scene
from sensor_msgs.msg import CameraInfo, Image
from std_msgs.msg import Header
from visualization_msgs.msg import Marker, MarkerArray

from robot_dl.core.detection3d_topics import DETECTION3D_TOPICS
from robot_dl.core.pinhole import Pinhole
from robot_dl.core.topics import PUBLISHED, SERVED, SUBSCRIBED
from robot_dl.nodes.detection3d_node import Detection3dNode


@pytest.fixture
def node(session):
    return session.start(Detection3dNode)


@pytest.fixture
def rig(session):
    return Rig(session)


@pytest.mark.usefixtures('node')
def test_a_card_before_a_wall_is_located_under_the_header_of_its_image(rig):
    """Traps 2 and 3: no frame_id; a stamp of now. Stamps are of 1970 here."""
    answer = rig.ask(usual())
    [element] = answer.detections
    assert answer.header == element.header == header_at(rig.stamp_ms)
    np.testing.assert_allclose(centre_of(element), CENTRE_M, atol=0.01)
    size = element.bbox.size
    np.testing.assert_allclose([size.x, size.y, size.z], SIDES_M, atol=0.02)
    assert element.results[0].hypothesis.class_id == 'mug'


class LateNode(Detection3dNode):
    """Takes a second longer."""

    def on_set(self, *messages):
        """Answer late."""
        end = time.monotonic() + 1
        while time.monotonic() < end:
            pass
        super().on_set(*messages)


def test_the_stamp_is_that_of_the_image_however_long_the_answer_takes(session, rig):
    session.start(LateNode)
    rig.ready()
    header = rig.header()
    header.stamp = session.node.get_clock().now().to_msg()

    def answered():
        rig.send(usual(), header)
        return rig.answers

    answer = session.wait(answered, 'answer')[0]
    now = session.node.get_clock().now().to_msg()
    assert now.sec * 10**9 + now.nanosec - header.stamp.sec * 10**9 - header.stamp.nanosec > 10**9
    assert answer.header.stamp == answer.detections[0].header.stamp == header.stamp


@pytest.mark.usefixtures('node')
def test_no_detections_give_exactly_one_empty_array(rig):
    """Trap 4: a message only when something was found."""
    rig.ask(usual())
    answer = rig.ask(empty())
    assert (answer.detections, answer.header.frame_id) == ([], 'camera')
    rig.ask(usual())
    assert [a.header for a in rig.answers].count(answer.header) == 1


@pytest.mark.usefixtures('node')
@pytest.mark.parametrize(
    'layout', [{}, {'padding': 6}, {'big_endian': True}, {'padding': 3, 'big_endian': True}]
)
@pytest.mark.parametrize('encoding', ['16UC1', '32FC1'])
def test_metres_and_millimetres_in_any_layout_give_the_same(rig, encoding, layout):
    """Traps 8 and 26: a divisor of 1000 for all; padded rows and byte order ignored."""
    [element] = rig.ask(usual(encoding=encoding, **layout)).detections
    np.testing.assert_allclose(centre_of(element), CENTRE_M, atol=0.01)


def test_frames_300_ms_apart_are_not_paired(session, rig, node):
    """Trap 11: a slop of half a second."""
    rig.ask(usual())
    before = len(rig.answers)
    for _ in range(10):
        messages, header = usual(), rig.header(600)
        rig.send({'detections': messages.pop('detections')}, header)
        rig.send(messages, header_at(rig.stamp_ms + 300))
        assert rig.answer_within(header, 0.05) is None
    assert len(rig.answers) == before
    session.wait(lambda: summary_of(node).refused['unpaired'] > 0, 'count of unpaired')


def test_what_has_no_depth_is_left_out_and_counted(session, rig, node):
    depth = scene()
    depth[:, :40] = np.nan
    reports = session.record(DiagnosticArray, '/diagnostics')
    [element] = rig.ask(usual((5, 5, 30, 30), BOX, depth=depth, ids=('1', '2'))).detections
    assert element.id == '2'
    values = lambda: {v.key: v.value for r in reports for v in r.status[0].values}  # noqa: E731
    session.wait(lambda: values().get('objects_without_depth', '0') != '0', 'diagnostics')
    assert values()['objects_located'] == values()['objects_without_depth']
    assert {'model', 'device', 'provider'}.isdisjoint(values())
    assert {'unpaired', 'too_old'} <= {k.removeprefix('frames_') for k in values()}


def test_a_smaller_depth_image_is_used_with_the_calibration_of_the_boxes(session):
    session.start(Detection3dNode, sizes_differ=True)
    rig = Rig(session)
    large = Pinhole(4 * 160.0, 4 * 160.0, 4 * 80.0 - 0.5, 4 * 60.0 - 0.5, (480, 640))
    # Some drivers publish it once.
    session.node.create_publisher(CameraInfo, 'camera_info', LATCHED).publish(info_msg(large))
    [element] = rig.ask(usual([4 * edge for edge in BOX])).detections
    np.testing.assert_allclose(centre_of(element), CENTRE_M, atol=0.01)


def test_without_the_calibration_of_the_boxes_nothing_is_located_and_it_says_why(session, rig):
    node = session.start(Detection3dNode, sizes_differ=True, input_timeout_s=0.5)
    reports = session.record(DiagnosticArray, '/diagnostics')
    rig.ready()

    def said():
        rig.answer_within(rig.send(usual(), rig.header()), 0.3)
        words = [r.status[0].message for r in reports]
        return [w for w in words if 'calibration of the boxes has not come' in w]

    session.wait(said, 'a reason')
    assert rig.answers == []
    assert 'no camera_info for' in node.complaint()


def test_masks_of_an_instance_segmenter_tell_objects_apart(session):
    session.start(Detection3dNode, use_masks=True)
    rig = Rig(session, mask=Image)
    mask = np.zeros(CAMERA.size_hw, np.uint16)
    mask[50:75, 60:70], mask[50:75, 70:100] = 5, 300
    messages = {**usual(BOX, BOX, ids=('300', '5')), 'mask': raw_image(mask, 'mono16')}
    right, left = rig.ask(messages).detections
    assert (right.id, left.id) == ('300', '5')
    assert centre_of(right)[0] == pytest.approx((85 - 80) / 160 * 1.5, abs=0.01)
    assert centre_of(left)[0] == pytest.approx((65 - 80) / 160 * 1.5, abs=0.01)


def test_old_boxes_vanish_from_rviz_after_an_empty_array(session, rig, node):
    """Trap 25: boxes of what is gone stay on the screen."""
    shown = session.record(MarkerArray, 'detection3d_node/markers')
    session.wait(node.markers.get_subscription_count, 'subscriber of the markers')
    for messages, kinds in ((usual(), [Marker.CUBE, Marker.TEXT_VIEW_FACING]), (empty(), [])):
        stamp = rig.ask(messages).header.stamp
        [seen] = session.wait(
            lambda s=stamp: [m for m in shown if m.markers[0].header.stamp == s], 'markers'
        )
        assert seen.markers[0].action == Marker.DELETEALL
        assert [m.type for m in seen.markers[1:]] == kinds


def with_field(messages, topic, **changes):
    for name, value in changes.items():
        setattr(messages[topic], name, value)
    return messages


def foreign(rng):
    """Return a set of which one message means harm."""
    messages = usual()
    nan = float('nan')
    boxes = messages['detections'].detections[0].bbox
    harms = [
        lambda: with_field(messages, 'depth/image', data=b'short'),
        lambda: with_field(messages, 'depth/image', width=0),
        lambda: with_field(messages, 'depth/image', height=2**31, width=2**31),
        lambda: with_field(messages, 'depth/image', encoding='rgb8'),
        lambda: with_field(messages, 'depth/image', data=rng.randbytes(160 * 120 * 4)),
        lambda: with_field(messages, 'depth/camera_info', k=[0.0] * 9, p=[0.0] * 12),
        lambda: with_field(messages, 'depth/camera_info', k=[nan] * 9, p=[nan] * 12),
        lambda: with_field(messages, 'depth/camera_info', k=[1e-9] * 9, p=[1e-9] * 12),
        lambda: with_field(messages, 'depth/camera_info', width=2**31, height=7),
        lambda: with_field(messages, 'depth/camera_info', binning_x=2**31),
        lambda: (setattr(boxes, 'size_x', rng.choice([nan, -5.0, 1e300])), messages)[1],
        lambda: (setattr(boxes, 'size_y', 1e30), messages)[1],
        lambda: (setattr(boxes.center.position, 'x', rng.choice([nan, 1e12, -1e5])), messages)[1],
        lambda: {**messages, 'detections': boxes_msg(Header(), *[BOX] * 1001)},
        lambda: (messages['detections'].detections[0].results.clear(), messages)[1],
    ]
    return rng.choice(harms)()


def test_no_message_ends_the_node_and_the_next_good_set_is_answered(session, rig, node, capfd):
    rig.ask(usual())
    rng = random.Random(5)
    before = summary_of(node)
    for _ in range(150):
        rig.answer_within(rig.send(foreign(rng), rig.header()), 0.05)
    [element] = rig.ask(usual()).detections
    np.testing.assert_allclose(centre_of(element), CENTRE_M, atol=0.01)
    after = summary_of(node)
    assert node.state == 'active'
    assert after.errors - before.errors > 20
    for answer in rig.answers:
        for found in answer.detections:
            assert np.isfinite(centre_of(found)).all()
    said = capfd.readouterr().err
    assert 'Traceback' not in said, said


# Every lifecycle node has these.
INFRASTRUCTURE = ('rcl_interfaces/', 'lifecycle_msgs/', 'type_description_interfaces/')


def test_the_topics_are_those_of_the_documentation(session):
    node = session.start(
        Detection3dNode, target_frame='map', sizes_differ=True, use_masks=True, lazy=False
    )
    own = node.get_name(), node.get_namespace()
    offered = {
        PUBLISHED: session.node.get_publisher_names_and_types_by_node,
        SERVED: session.node.get_service_names_and_types_by_node,
        SUBSCRIBED: session.node.get_subscriber_names_and_types_by_node,
    }
    for role, ask in offered.items():
        documented = {
            node.resolve_topic_name(topic.name): topic.type
            for topic in DETECTION3D_TOPICS
            if topic.role == role
        }

        def found(ask=ask):
            own_types = ask(*own)
            return {n: t[0] for n, t in own_types if not t[0].startswith(INFRASTRUCTURE)}

        session.wait(lambda f=found, d=documented: f() == d, f'{role}: {documented}')
