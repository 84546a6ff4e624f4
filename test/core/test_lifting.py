"""Boxes in space, against scenes whose geometry is known in closed form."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robot_dl.core.cutouts import MOST_SAMPLES, cut_out
from robot_dl.core.detections3d import Detections3D
from robot_dl.core.lifting import lift
from robot_dl.core.pinhole import Pinhole

CAMERA = Pinhole(500.0, 510.0, 319.5, 239.5, (480, 640))
BOX = (260, 180, 380, 320)


def wall(depth_m=3.0):
    """Return a wall that fills the image."""
    return np.full(CAMERA.size_hw, depth_m, np.float32)


def table(height_m=0.3, down_rad=0.6):
    """Return a plane under a camera that looks down on it, NaN above its horizon."""
    v, u = np.indices(CAMERA.size_hw)
    rays = np.stack(
        [(u - CAMERA.cx) / CAMERA.fx, (v - CAMERA.cy) / CAMERA.fy, np.ones(u.shape)], -1
    )
    falls = rays @ [0, np.cos(down_rad), np.sin(down_rad)]
    return np.where(falls > 0.05, height_m / np.maximum(falls, 0.05), np.nan).astype(np.float32)


def put(depth, box_xyxy, depth_m):
    """Put an upright card over the pixels of a box; what is nearer stays."""
    x0, y0, x1, y1 = box_xyxy
    part = depth[y0:y1, x0:x1]
    part[...] = np.fmin(part, depth_m)
    return depth


def lifted(depth, *boxes, **options):
    return lift(np.array(boxes, np.float32).reshape(-1, 4), depth, CAMERA, **options)


def card(box_xyxy, depth_m):
    """Return centre and size of a card that fills a box."""
    x0, y0, x1, y1 = box_xyxy
    middle = np.array([(x0 + x1) / 2 - 0.5, (y0 + y1) / 2 - 0.5])
    centre = (middle - (CAMERA.cx, CAMERA.cy)) / (CAMERA.fx, CAMERA.fy) * depth_m
    size = np.array([(x1 - x0) / CAMERA.fx, (y1 - y0) / CAMERA.fy]) * depth_m
    return [*centre, depth_m], [*size, 0]


def assert_is(found, box_xyxy, depth_m, atol=0.01):
    """Expect one object, which is a card that fills a box, to a centimetre."""
    centre, size = card(box_xyxy, depth_m)
    assert len(found) == 1
    np.testing.assert_allclose(found.centres_m[0], centre, atol=atol)
    np.testing.assert_allclose(found.sizes_m[0], size, atol=2 * atol)
    assert found.depths_m[0] == pytest.approx(depth_m, abs=atol)


def test_no_boxes_give_no_objects():
    assert len(lifted(wall())) == 0
    assert len(Detections3D.empty()) == 0


def test_a_card_before_a_wall_is_where_it_is_and_as_large_as_it_is():
    found = lifted(put(wall(), BOX, 1.0), BOX)
    assert_is(found, BOX, 1.0)
    assert found.shares[0] == pytest.approx(1)
    assert found.sources.tolist() == [0]


def test_sixty_percent_of_background_in_the_box_do_not_move_the_object():
    depth = put(put(wall(), (300, 180, 340, 320), 1.0), (260, 240, 380, 255), 1.0)
    assert 0.58 < (depth[180:320, 260:380] > 2).mean() < 0.65
    assert_is(lifted(depth, BOX), BOX, 1.0)


def test_a_thin_diagonal_object_is_found_before_a_wall():
    depth = wall()
    for k in range(120):
        put(depth, (260 + k, 180 + k, 266 + k, 186 + k), 1.0)
    box = (260, 180, 385, 305)
    assert (depth[180:305, 260:385] < 2).mean() < 0.1
    assert_is(lifted(depth, box), box, 1.0)


def test_half_of_the_pixels_without_depth_do_not_matter():
    depth = put(wall(), BOX, 1.0)
    depth[np.random.default_rng(3).random(depth.shape) < 0.5] = np.nan
    assert_is(lifted(depth, BOX), BOX, 1.0, atol=0.015)


@pytest.mark.parametrize('seed', range(5))
def test_noise_of_a_stereo_camera_does_not_matter(seed):
    depth = put(wall(), BOX, 1.0)
    depth += np.random.default_rng(seed).normal(0, 0.005, depth.shape) * depth**2
    assert_is(lifted(depth, BOX), BOX, 1.0, atol=0.02)


def test_what_hides_a_part_of_the_object_is_not_the_object():
    depth = put(wall(), BOX, 1.0)
    put(depth, (0, 280, 640, 480), 0.5)
    # The detector's box is around what is visible and some of what is not.
    assert_is(lifted(depth, BOX), (260, 180, 380, 280), 1.0)


def test_an_object_on_a_table_is_not_its_table():
    """The table goes on under, beside and behind the object, at the object's own depth, too."""
    depth = table()
    stands_at = 300
    depth_m = float(depth[stands_at, 320])
    box = (280, 190, 360, stands_at)
    assert float(depth[190, 320]) > 1.2 * depth_m
    assert_is(lifted(put(depth, box, depth_m), box), box, depth_m, atol=0.012)


def test_a_table_behind_which_the_room_is_far_away_is_still_a_table():
    depth = np.where(np.isnan(table()), 4.0, np.fmin(table(), 4.0)).astype(np.float32)
    depth_m = float(depth[300, 320])
    box = (280, 100, 360, 300)
    assert_is(lifted(put(depth, box, depth_m), box), box, depth_m, atol=0.015)


def test_a_flat_thing_on_a_table_is_told_from_it_by_two_centimetres():
    plain, raised = table(), table(height_m=0.28)
    box = (250, 200, 400, 240)
    depth = plain.copy()
    depth[200:240, 250:400] = raised[200:240, 250:400]
    points = lifted(depth, box)
    assert points.depths_m[0] == pytest.approx(
        float(np.median(raised[200:240, 250:400])), abs=0.01
    )
    assert points.shares[0] > 0.95


def test_a_door_in_its_wall_is_as_deep_as_the_wall():
    assert_is(lifted(wall(2.0), BOX), BOX, 2.0, atol=0.02)


def test_an_object_that_fills_the_image_has_no_surroundings_and_is_found():
    box = (0, 0, 640, 480)
    assert_is(lifted(wall(2.0), box), box, 2.0, atol=0.06)


def test_a_box_that_reaches_beyond_the_image_is_what_is_seen_of_it():
    depth = put(wall(), (0, 180, 60, 320), 1.0)
    assert_is(lifted(depth, (-50, 180, 60, 320)), (0, 180, 60, 320), 1.0)


@pytest.mark.parametrize(
    'box', [(700, 100, 800, 200), (-300, -300, -200, -200), (300, 300, 300, 300), (9, 9, 2, 2)]
)
def test_a_box_without_pixels_has_no_place_in_space(box):
    assert len(lifted(wall(), box)) == 0


def test_an_object_without_depth_is_left_out_and_the_others_keep_their_numbers():
    depth = put(put(wall(), BOX, 1.0), (50, 50, 110, 110), 1.5)
    depth[40:120, 40:120] = np.nan
    found = lifted(depth, (50, 50, 110, 110), BOX)
    assert found.sources.tolist() == [1]


def test_an_object_on_which_too_few_pixels_were_measured_is_left_out():
    depth = put(wall(), (300, 200, 304, 204), 1.0)
    assert len(lifted(depth, (300, 200, 304, 204))) == 1
    assert len(lifted(depth, (300, 200, 304, 204), least_points=17)) == 0


def test_masks_tell_the_object_exactly():
    """Two cards at one depth share a box: without masks nothing can tell them apart."""
    depth = put(wall(), BOX, 1.0)
    ids = np.zeros(CAMERA.size_hw, np.uint16)
    ids[180:320, 260:300], ids[180:320, 300:380] = 1, 2
    found = lifted(depth, BOX, BOX, instance_ids=ids)
    for k, box in enumerate([(260, 180, 300, 320), (300, 180, 380, 320)]):
        np.testing.assert_allclose(found.centres_m[k], card(box, 1.0)[0], atol=0.01)


def test_a_mask_that_spills_over_its_object_does_no_harm():
    depth = put(wall(), BOX, 1.0)
    ids = np.zeros(CAMERA.size_hw, np.uint16)
    ids[176:324, 256:384] = 1
    assert_is(lifted(depth, BOX, instance_ids=ids), BOX, 1.0)


def test_a_box_that_is_not_finite_is_refused():
    with pytest.raises(ValueError, match='boxes: expected finite edges'):
        lifted(wall(), (0, 0, np.nan, 5))


@pytest.mark.parametrize('seed', range(8))
def test_depths_without_any_sense_give_finite_boxes_or_none(seed):
    """Where every depth is another one, no bin held enough points, and indexing failed."""
    bits = np.random.default_rng(seed).integers(0, 2**31, CAMERA.size_hw, dtype=np.uint32)
    depth = bits.view(np.float32).copy()
    depth[~np.isfinite(depth) | (depth <= 0)] = np.nan
    found = lifted(depth, BOX, (5, 5, 9, 9), (0, 0, 640, 480))
    assert np.isfinite(found.centres_m).all()
    assert np.isfinite(found.sizes_m).all()


def test_inputs_are_left_alone_and_the_answer_is_always_the_same():
    depth = put(table(), BOX, 0.4)
    before = depth.copy()
    first, second = lifted(depth, BOX), lifted(depth, BOX)
    np.testing.assert_array_equal(depth, before)
    np.testing.assert_array_equal(first.centres_m, second.centres_m)


@settings(max_examples=40, deadline=None)
@given(
    st.floats(0.3, 8.0),
    st.floats(1.3, 4.0),
    st.tuples(
        st.integers(20, 500), st.integers(20, 380), st.integers(12, 120), st.integers(12, 90)
    ),
)
def test_a_card_anywhere_before_a_wall_is_found(depth_m, behind, place):
    x, y, width, height = place
    box = (x, y, x + width, y + height)
    found = lifted(put(wall(depth_m * behind), box, depth_m), box)
    centre, _ = card(box, depth_m)
    np.testing.assert_allclose(found.centres_m[0], centre, atol=0.02 * depth_m)


def test_scaling_the_image_changes_nothing_in_space():
    depth = put(wall(), BOX, 1.0)
    small = Pinhole(125.0, 127.5, (319.5 + 0.5) / 4 - 0.5, (239.5 + 0.5) / 4 - 0.5, (120, 160))
    boxes = CAMERA.boxes_in(small, np.array([BOX], np.float32))
    np.testing.assert_allclose(boxes[0], np.array(BOX) / 4)
    found = lift(boxes, depth[2::4, 2::4], small)
    np.testing.assert_allclose(found.centres_m[0], card(BOX, 1.0)[0], atol=0.01)


def test_a_large_box_is_sampled():
    cutout = cut_out(np.array([0, 0, 640, 480], np.float32), wall())
    assert len(cutout.points_uvz) <= MOST_SAMPLES**2


def test_boxes_turn_with_their_frame_and_keep_their_size():
    """Trap 9: a size rotated as a vector, of which the absolute value is taken."""
    cube = Detections3D(
        np.array([[0.0, 0.0, 1.0]]),
        np.full((1, 3), 0.2),
        np.ones(1),
        np.array([50]),
        np.ones(1),
        np.zeros(1, np.int64),
    )
    c = np.sqrt(0.5)
    pose = np.array([[c, -c, 0, 1.0], [c, c, 0, 2.0], [0, 0, 1, 3.0], [0, 0, 0, 1]])
    moved = cube.moved(pose)
    np.testing.assert_array_equal(moved.sizes_m, cube.sizes_m)
    np.testing.assert_allclose(moved.centres_m, [[1, 2, 4]])
    np.testing.assert_allclose(moved.axes, pose[:3, :3])
    np.testing.assert_allclose(moved.moved(np.linalg.inv(pose)).axes, np.eye(3), atol=1e-12)


def test_columns_of_unequal_length_are_refused():
    with pytest.raises(ValueError, match='centres and sizes'):
        Detections3D(
            np.zeros((1, 3)), *[np.zeros((0, 3))], *[np.zeros(1)] * 3, np.zeros(1, np.int64)
        )
