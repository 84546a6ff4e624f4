"""The 3D detection node and the frames that its answers can be in, over real topics."""

import numpy as np
import pytest
from detection3d_rig import Frames, Rig, centre_of, empty, header_at, summary_of, usual
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus
from geometry_msgs.msg import Quaternion, Transform, TransformStamped, Vector3
from scenes3d import CENTRE_M, SIDES_M
from std_msgs.msg import Header
from tf2_msgs.msg import TFMessage

from robot_dl.core.poses import matrix_from_quaternion_xyzw
from robot_dl.nodes.detection3d_node import Detection3dNode


@pytest.fixture
def rig(session):
    return Rig(session)


@pytest.fixture
def frames(session, rig):
    return Frames(session, rig)


def test_a_moving_camera_was_where_it_was_when_it_took_the_image(session, rig, frames):
    """Trap 10: TF looked up at "latest". The camera goes on for a second after the image."""
    session.start(Detection3dNode, target_frame='map')
    rig.ready()
    frames.ready()
    answer = rig.ask(usual(), lambda: frames.send_at(rig.stamp_ms, (-20, 20, 500, 1000)), 2000)
    [element] = answer.detections
    assert answer.header.frame_id == element.header.frame_id == 'map'
    assert answer.header.stamp == header_at(rig.stamp_ms).stamp
    x, y, z = CENTRE_M
    camera_x = (rig.stamp_ms - 1_000_000) / 1000
    np.testing.assert_allclose(centre_of(element), [camera_x + z, -x, -y], atol=0.01)
    turn = element.bbox.center.orientation
    np.testing.assert_allclose(np.abs([turn.x, turn.y, turn.z, turn.w]), [0.5] * 4, atol=1e-9)


def test_a_turned_camera_does_not_change_sizes(session, rig, frames):
    """Trap 9: a size rotated as a vector, of which the absolute value is taken."""
    session.start(Detection3dNode, target_frame='map')
    rig.ready()
    frames.ready()
    answer = rig.ask(usual(), lambda: frames.send_at(rig.stamp_ms, (-20, 20), np.pi / 4), 2000)
    [element] = answer.detections
    size, turn = element.bbox.size, element.bbox.center.orientation
    np.testing.assert_allclose([size.x, size.y, size.z], SIDES_M, atol=0.02)
    forward = matrix_from_quaternion_xyzw(np.array([turn.x, turn.y, turn.z, turn.w]))[:, 2]
    np.testing.assert_allclose(forward, [np.sqrt(0.5), np.sqrt(0.5), 0], atol=1e-9)


def test_an_image_waits_for_its_transform_while_the_node_goes_on(session, rig, frames):
    node = session.start(Detection3dNode, target_frame='map', tf_timeout_s=10.0)
    rig.ready()
    frames.ready()
    header = rig.header(2000)

    def waits():
        frames.send(rig.stamp_ms - 20)
        rig.send(usual(), header)
        return node._ears._together[0]._held

    session.wait(waits, 'a set that waits')
    # The executor is free meanwhile: what needs no transform is answered after it, in order.
    assert rig.answers == []
    frames.send(rig.stamp_ms + 20)
    answer = session.wait(lambda: rig.answers, 'answer')[0]
    assert answer.header.stamp == header.stamp
    assert summary_of(node).errors == 0


def test_an_image_whose_transform_never_comes_is_not_answered(session, rig, frames):
    node = session.start(Detection3dNode, target_frame='map', tf_timeout_s=0.3)
    rig.ready()
    frames.ready()

    def failed():
        frames.send(1_000_000)
        rig.answer_within(rig.send(usual(), rig.header()), 0.1)
        return summary_of(node).errors

    session.wait(failed, 'an error')
    assert 'no pose of the camera in target_frame: ' in summary_of(node).last_error
    assert rig.answers == []
    assert node.counts['images_without_transform'] > 0
    # Nothing has to be placed where nothing was found.
    assert rig.ask(empty()).header.frame_id == 'map'


def test_it_says_that_nobody_publishes_frames(session, rig):
    session.start(Detection3dNode, target_frame='map', input_timeout_s=0.5)
    reports = session.record(DiagnosticArray, '/diagnostics')
    rig.ready()

    def said():
        rig.send(empty(), rig.header())
        return [r for r in reports if '/tf has no publisher. Remap' in r.status[0].message]

    report = session.wait(said, 'report')[0].status[0]
    assert report.level == DiagnosticStatus.WARN


def test_transforms_that_make_no_sense_are_counted_and_the_others_used(session, rig, frames):
    node = session.start(Detection3dNode, target_frame='map')
    rig.ready()
    frames.ready()
    nan = float('nan')
    wrong = [
        TransformStamped(header=Header(frame_id='map'), child_frame_id='base', transform=t)
        for t in (
            Transform(translation=Vector3(x=nan), rotation=Quaternion(w=1.0)),
            Transform(rotation=Quaternion(w=0.0)),
            Transform(rotation=Quaternion(x=nan)),
        )
    ]
    wrong.append(TransformStamped(header=Header(frame_id='a'), child_frame_id='a'))

    def refused():
        frames.moving.publish(TFMessage(transforms=wrong))
        return node.transforms.refused >= 4

    session.wait(refused, 'count of refused transforms')
    answer = rig.ask(usual(), lambda: frames.send_at(rig.stamp_ms, (-20, 20)), 2000)
    assert len(answer.detections) == 1


def test_frames_are_heard_only_with_a_target_frame_and_while_there_is_work(session):
    node = session.start(Detection3dNode)
    session.wait(lambda: session.node.count_subscribers('detections'), 'node at work')
    assert session.node.count_subscribers('/tf') == 0
    other = session.start(
        Detection3dNode, cli=['--ros-args', '-r', '__node:=other'], target_frame='map'
    )
    session.wait(lambda: session.node.count_subscribers('/tf') == 1, 'listener')
    other.trigger_deactivate()
    session.wait(lambda: session.node.count_subscribers('/tf') == 0, 'end of it')
    assert node.state == 'active'
