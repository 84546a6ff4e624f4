"""Objects in space as messages, and what they are made from."""

import numpy as np
import pytest
from builtin_interfaces.msg import Time
from ros_messages import raw_image
from scenes3d import BOX, CAMERA, boxes_msg, depth_image, info_msg, scene
from std_msgs.msg import Header
from visualization_msgs.msg import Marker

from robot_dl.core.bad_images import ImageError
from robot_dl.core.detections3d import Detections3D
from robot_dl.core.pinhole import Pinhole
from robot_dl.core.poses import matrix_from_quaternion_xyzw
from robot_dl.ros.detections3d import (
    MOST_DETECTIONS,
    boxes_from_msg,
    detections3d_to_msg,
    instance_numbers,
)
from robot_dl.ros.markers import markers_of
from robot_dl.ros.registered import check_same_view, registered_depth

HEADER = Header(stamp=Time(sec=7, nanosec=5), frame_id='camera')


def found(count=1, axes=None):
    """Return objects with sides of 0.1, 0.2 and 0.3 m, one metre apart."""
    return Detections3D(
        np.arange(3.0 * count).reshape(count, 3),
        np.tile([0.1, 0.2, 0.3], (count, 1)),
        np.ones(count),
        np.full(count, 99),
        np.ones(count),
        np.arange(count),
        np.eye(3) if axes is None else axes,
    )


def test_nothing_gives_an_empty_array():
    msg = detections3d_to_msg(Detections3D.empty(), boxes_msg(HEADER), 'camera')
    assert (msg.header, msg.detections) == (HEADER, [])


def test_array_and_elements_have_stamp_and_frame_and_keep_label_score_and_id():
    source = boxes_msg(HEADER, BOX, BOX, ids=('4', '9'))
    msg = detections3d_to_msg(found(2), source, 'map')
    assert msg.header == Header(stamp=HEADER.stamp, frame_id='map')
    assert [d.header for d in msg.detections] == [msg.header] * 2
    assert [d.id for d in msg.detections] == ['4', '9']
    for ours, theirs in zip(msg.detections, source.detections, strict=True):
        [result] = ours.results
        assert result.hypothesis == theirs.results[0].hypothesis
        assert result.pose.pose == ours.bbox.center
        assert not any(result.pose.covariance)


def test_a_detection_that_was_left_out_is_not_mixed_up_with_its_neighbour():
    source = boxes_msg(HEADER, BOX, BOX, BOX, ids=('1', '2', '3'))
    some = found(2)
    some.sources[:] = 0, 2
    assert [d.id for d in detections3d_to_msg(some, source, 'map').detections] == ['1', '3']


def test_a_cube_turned_by_45_degrees_keeps_its_size():
    """Trap 9: the size of a box is not rotated; its orientation is."""
    c = np.sqrt(0.5)
    axes = np.array([[c, -c, 0], [c, c, 0], [0, 0, 1]])
    [element] = detections3d_to_msg(found(axes=axes), boxes_msg(HEADER, BOX), 'map').detections
    size, turn = element.bbox.size, element.bbox.center.orientation
    assert (size.x, size.y, size.z) == pytest.approx((0.1, 0.2, 0.3))
    matrix = matrix_from_quaternion_xyzw(np.array([turn.x, turn.y, turn.z, turn.w]))
    np.testing.assert_allclose(matrix, axes, atol=1e-12)


def test_boxes_are_read_as_edges():
    np.testing.assert_allclose(
        boxes_from_msg(boxes_msg(HEADER, BOX, (0, 1, 2, 4))), [BOX, (0, 1, 2, 4)]
    )
    assert boxes_from_msg(boxes_msg(HEADER)).shape == (0, 4)


def test_of_a_turned_box_the_upright_one_around_it_is_taken():
    msg = boxes_msg(HEADER, (10, 10, 30, 20))
    msg.detections[0].bbox.center.theta = np.pi / 2
    np.testing.assert_allclose(boxes_from_msg(msg), [(15, 5, 25, 25)], atol=1e-5)


@pytest.mark.parametrize('field', ['size_x', 'size_y', 'x', 'y', 'theta'])
@pytest.mark.parametrize('value', [np.nan, np.inf, 1e300])
def test_a_box_that_is_not_finite_is_refused(field, value):
    msg = boxes_msg(HEADER, BOX, BOX)
    box = msg.detections[1].bbox
    place = {'x': box.center.position, 'y': box.center.position, 'theta': box.center}
    if (field, value) == ('theta', 1e300):
        return  # a turn like any other
    setattr(place.get(field, box), field, value)
    with pytest.raises(ImageError, match='detection 1: expected a finite box'):
        boxes_from_msg(msg)


def test_a_negative_size_and_too_many_boxes_are_refused():
    msg = boxes_msg(HEADER, BOX)
    msg.detections[0].bbox.size_x = -1.0
    with pytest.raises(ImageError, match='detection 0: expected a finite box'):
        boxes_from_msg(msg)
    with pytest.raises(ImageError, match=f'at most {MOST_DETECTIONS}, got 1001'):
        boxes_from_msg(boxes_msg(HEADER, *[BOX] * 1001))


def test_ids_are_numbers_of_pixels():
    table = instance_numbers(boxes_msg(HEADER, BOX, BOX, ids=('7', '65535')))
    assert (table[7], table[65535], table.sum()) == (1, 2, 3)


@pytest.mark.parametrize('text', ['', 'mug', '0', '65536', '-1', '1.5', '²', '00001999999', ' 1'])
def test_an_id_that_is_no_number_of_an_instance_is_refused(text):
    with pytest.raises(ImageError, match='detection 0: expected the number of its pixels'):
        instance_numbers(boxes_msg(HEADER, BOX, ids=(text,)))


def test_millimetres_and_metres_mean_the_same():
    """Trap 8: a divisor fixed at 1000."""
    views = [
        registered_depth(depth_image(scene(), encoding), info_msg(), None, 0.0)
        for encoding in ('16UC1', '32FC1')
    ]
    np.testing.assert_allclose(views[0].depth_m, views[1].depth_m, atol=6e-4)


def test_depth_that_is_too_far_to_be_believed_is_unknown():
    view = registered_depth(depth_image(scene()), info_msg(), None, 2.5)
    assert np.nanmax(view.depth_m) <= 2.5
    assert np.isnan(view.depth_m).any()


def test_a_calibration_of_another_size_is_refused():
    small = Pinhole(100.0, 100.0, 80.0, 60.0, (120, 160))
    with pytest.raises(ImageError, match='depth/image is 160 x 120.* an image of 96 x 64'):
        registered_depth(
            depth_image(scene()), info_msg(Pinhole(9.0, 9.0, 1.0, 1.0, (64, 96))), None, 0.0
        )
    assert registered_depth(depth_image(scene()), info_msg(small), None, 0.0).pinhole == small


def test_a_focal_length_that_is_none_is_refused():
    tiny = Pinhole(1e-300, 1e-300, 1.0, 1.0, (120, 160))
    with pytest.raises(ImageError, match='expected focal lengths'):
        registered_depth(depth_image(scene()), info_msg(tiny), None, 0.0)


def test_depth_of_another_camera_is_refused_and_the_sentence_says_what_to_do():
    other = depth_image(scene())
    other.header.frame_id = 'infra1'
    with pytest.raises(
        ImageError, match="in frame 'infra1', the detections in 'camera': .*registered"
    ):
        check_same_view(boxes_msg(HEADER, BOX), other)
    other.header.frame_id = '/camera'
    check_same_view(boxes_msg(HEADER, BOX), other)


def test_boxes_of_a_larger_image_are_refused_unless_their_camera_is_known():
    large = boxes_msg(HEADER, [4 * edge for edge in BOX])
    view = registered_depth(depth_image(scene()), info_msg(), None, 0.0)
    with pytest.raises(ImageError, match='outside of the depth image of 160 x 120.*sizes_differ'):
        view.boxes(large)
    colour = Pinhole(4 * CAMERA.fx, 4 * CAMERA.fy, 4 * 80.0 - 0.5, 4 * 60.0 - 0.5, (480, 640))
    view = registered_depth(depth_image(scene()), info_msg(), info_msg(colour), 0.0)
    np.testing.assert_allclose(view.boxes(large), [BOX], atol=1e-4)


def test_a_mask_follows_the_image_it_belongs_to():
    mask = np.zeros((480, 640), np.uint16)
    mask[200:300, 240:400] = 7
    msg = raw_image(mask, 'mono16', padding=3, big_endian=True)
    boxes = boxes_msg(HEADER, BOX, ids=('7',))
    colour = Pinhole(4 * CAMERA.fx, 4 * CAMERA.fy, 4 * 80.0 - 0.5, 4 * 60.0 - 0.5, (480, 640))
    view = registered_depth(depth_image(scene()), info_msg(), info_msg(colour), 0.0)
    expected = np.zeros((120, 160), np.uint16)
    expected[50:75, 60:100] = 1
    np.testing.assert_array_equal(view.instances(msg, boxes), expected)
    alike = registered_depth(depth_image(scene()), info_msg(), None, 0.0)
    with pytest.raises(ImageError, match='mask: expected 160 x 120 like its image, got 640 x 480'):
        alike.instances(msg, boxes)
    np.testing.assert_array_equal(
        alike.instances(raw_image(expected * 7, 'mono16'), boxes), expected
    )


def test_what_the_other_camera_does_not_see_is_nobody():
    narrow = Pinhole(CAMERA.fx, CAMERA.fy, CAMERA.cx - 40, CAMERA.cy, (120, 80))
    seen = CAMERA.view_of(narrow, np.ones((120, 80), np.uint16))
    assert seen[:, :40].sum() == seen[:, 120:].sum() == 0
    assert (seen[:, 40:120] == 1).all()


def test_markers_begin_by_removing_the_old_ones():
    """Trap 25: old markers stay in RViz after an empty array."""
    nothing = markers_of(detections3d_to_msg(Detections3D.empty(), boxes_msg(HEADER), 'camera'))
    assert [m.action for m in nothing.markers] == [Marker.DELETEALL]
    some = markers_of(detections3d_to_msg(found(2), boxes_msg(HEADER, BOX, BOX), 'camera'))
    assert [m.action for m in some.markers] == [Marker.DELETEALL, *[Marker.ADD] * 4]
    box, name = some.markers[1:3]
    assert (box.type, name.type, name.text) == (Marker.CUBE, Marker.TEXT_VIEW_FACING, 'mug 0.75')
    assert (box.scale.x, box.scale.y, box.scale.z) == (0.1, 0.2, 0.3)
    assert {m.header.frame_id for m in some.markers} == {'camera'}
    assert len({(m.ns, m.id) for m in some.markers[1:]}) == 4


def test_a_label_has_its_colour_whatever_else_is_there():
    colours = [
        markers_of(detections3d_to_msg(found(n), boxes_msg(HEADER, *[BOX] * n), 'c'))
        .markers[1]
        .color
        for n in (1, 2)
    ]
    assert colours[0] == colours[1]
    assert colours[0].a < 1


def test_a_mask_of_classes_is_no_mask_of_instances():
    view = registered_depth(depth_image(scene()), info_msg(), None, 0.0)
    classes = raw_image(np.zeros(CAMERA.size_hw, np.uint8), 'mono8')
    with pytest.raises(ImageError, match=r'mono16.*got mono8.*instance_segmentation_node'):
        view.instances(classes, boxes_msg(HEADER, BOX))
