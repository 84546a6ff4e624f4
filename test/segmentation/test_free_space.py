"""Free space agrees with the closed form: rooms whose floor plan is known, seen by ray casting."""

import math
import time

import numpy as np
import pytest

from robot_dl.core.pinhole import Pinhole
from robot_dl.segmentation.free_space import GRID_FREE, GRID_OCCUPIED, GRID_UNKNOWN, free_space
from robot_dl.segmentation.ground import Mount
from robot_dl.segmentation.params import SegmentationParams
from robot_dl.segmentation.types import SemanticMask

CAMERA = Pinhole(500.0, 500.0, 319.5, 239.5, (480, 640))
FLOOR, WALL, BOX = 1, 2, 3
PITCHES = [-0.1, 0.0, 0.3, 0.6]


def params(pitch_rad: float = 0.0, **changes) -> SegmentationParams:
    values = {'drivable_classes': ('floor',), 'camera_height_m': 0.5, **changes}
    return SegmentationParams(camera_pitch_rad=pitch_rad, **values)


def seen(pitch_rad, wall_m=math.inf, boxes=(), camera=CAMERA, height_m=0.5) -> SemanticMask:
    """Return what a camera sees of a floor, a wall across at x = wall_m, and boxes on the floor.

    Every pixel's ray is followed in the ground's frame, written out from the pitch alone.

    Args:
        pitch_rad: How far it looks down.
        wall_m: Distance of the wall, as high as the sky.
        boxes: Boxes x0, x1, y0, y1, height in metres, edges parallel to the wall.
        camera: What looks.
        height_m: Of the lens.
    """
    v, u = np.mgrid[: camera.size_hw[0], : camera.size_hw[1]]
    right, down = (u - camera.cx) / camera.fx, (v - camera.cy) / camera.fy
    sin, cos = math.sin(pitch_rad), math.cos(pitch_rad)
    ray = np.stack([cos - down * sin, -right, -(sin + down * cos)])
    ids = np.full(camera.size_hw, WALL if math.isfinite(wall_m) else 0, np.uint8)
    with np.errstate(divide='ignore', invalid='ignore'):
        nearest = np.where(ray[0] > 0, wall_m / ray[0], np.inf)
        floor = np.where(ray[2] < 0, -height_m / ray[2], np.inf)
        ids[floor < nearest] = FLOOR
        nearest = np.minimum(nearest, floor)
        for x0, x1, y0, y1, top in boxes:
            low, high = (x0, y0, -height_m), (x1, y1, top - height_m)
            ends = np.stack(
                [np.stack([a / r, b / r]) for a, b, r in zip(low, high, ray, strict=True)]
            )
            enters, leaves = ends.min(axis=1).max(axis=0), ends.max(axis=1).min(axis=0)
            hit = (enters <= leaves) & (enters > 0) & (enters <= nearest)
            ids[hit] = BOX
            nearest = np.where(hit, enters, nearest)
    return SemanticMask(ids)


def half_a_pixel_m(camera, height_m, pitch_rad, ahead_m) -> float:
    """Return how far half a row reaches on the ground at a distance, a little more for slopes."""
    depth_m = ahead_m * math.cos(pitch_rad) + height_m * math.sin(pitch_rad)
    return 0.55 * depth_m**2 / (height_m * camera.fy)


@pytest.mark.parametrize('pitch_rad', PITCHES)
@pytest.mark.parametrize('wall_m', [1.5, 2.2, 3.0])
def test_ranges_to_a_wall_are_those_of_the_floor_plan(pitch_rad, wall_m):
    mask = seen(pitch_rad, wall_m)
    scan = free_space(mask, [FLOOR], CAMERA, params(pitch_rad)).scan(params(pitch_rad))
    angles = scan.angle_min_rad + scan.step_rad * np.arange(len(scan.ranges_m))
    told = np.isfinite(scan.ranges_m)
    assert told.sum() > 80
    assert (wall_m / np.cos(angles) >= scan.range_max_m)[np.isposinf(scan.ranges_m)].all()
    apart = np.abs(scan.ranges_m * np.cos(angles) - wall_m)[told]
    assert apart.max() <= half_a_pixel_m(CAMERA, 0.5, pitch_rad, wall_m)
    assert (scan.ranges_m[told] >= scan.range_min_m).all()
    # Straight ahead and to both sides, as far as the wall is within the picture.
    ahead = (np.abs(angles) < 0.4) & (wall_m / np.cos(angles) < scan.range_max_m - 0.05)
    assert told[ahead].all()


@pytest.mark.parametrize('pitch_rad', PITCHES)
def test_ranges_to_a_box_are_those_of_the_floor_plan(pitch_rad):
    """The box hides what is behind it along bearings, also if the camera looks down."""
    x0, x1, y0, y1 = 2.0, 2.6, -0.1, 0.7
    mask = seen(pitch_rad, 3.1, [(x0, x1, y0, y1, 1.0)])
    scan = free_space(mask, [FLOOR], CAMERA, params(pitch_rad)).scan(params(pitch_rad))
    angles = scan.angle_min_rad + scan.step_rad * np.arange(len(scan.ranges_m))
    hits = 0
    for angle, range_m in zip(angles, scan.ranges_m, strict=True):
        if abs(angle) > 0.4:
            continue
        slope = math.tan(angle)
        edges = [abs(slope - corner / x) for x in (x0, x1) for corner in (y0, y1)]
        if min(edges) < 2 / CAMERA.fx:
            continue  # Within two columns of a corner.
        near = [
            *([x0] if y0 <= slope * x0 <= y1 else []),
            *([y / slope for y in (y0, y1) if slope and x0 <= y / slope <= x1]),
        ]
        expected = min(near, default=3.1)
        if expected / math.cos(angle) >= scan.range_max_m - 0.05:
            continue
        hits += bool(near)
        column_m = expected / CAMERA.fx / max(abs(slope), 1e-9) if near and expected != x0 else 0
        tolerance = half_a_pixel_m(CAMERA, 0.5, pitch_rad, expected) + column_m
        assert abs(range_m * math.cos(angle) - expected) <= tolerance
    assert hits > 60


@pytest.mark.parametrize('pitch_rad', PITCHES)
def test_the_grid_is_the_floor_plan_as_far_as_it_is_seen(pitch_rad):
    wall_m, box = 3.0, (1.6, 2.0, 0.2, 0.6)
    mask, asked = seen(pitch_rad, wall_m, [(*box, 2.0)]), params(pitch_rad)
    grid = free_space(mask, [FLOOR], CAMERA, asked).grid(asked)
    assert grid.occupancy.dtype == np.int8
    assert grid.occupancy.shape == (100, 100)
    assert grid.origin_xy_m == (0.0, -2.5)
    y = grid.origin_xy_m[1] + (np.arange(100)[:, None] + 0.5) * 0.05
    x = (np.arange(100) + 0.5) * 0.05 + y * 0
    # A beam that grazes a corner may miss it by half a column, and meet the side behind it.
    in_box = (x > box[0] - 0.1) & (x < box[1] + 0.25) & (y > box[2] - 0.1) & (y < box[3] + 0.1)
    at_wall = np.abs(x - wall_m) < 0.1
    free, occupied = grid.occupancy == GRID_FREE, grid.occupancy == GRID_OCCUPIED
    assert free.sum() > 500
    assert (x[free] < wall_m + 0.03).all()
    behind_box = (x > box[1]) & (y / x > box[2] / box[0] + 0.03) & (y / x < box[3] / box[1] - 0.03)
    assert (grid.occupancy[behind_box] == GRID_UNKNOWN).all()
    assert (grid.occupancy[x > wall_m + 0.15] == GRID_UNKNOWN).all()
    assert (in_box | at_wall)[occupied].all()
    ahead = np.abs(y) < 0.1
    assert (occupied & at_wall & ahead).any(axis=1).sum() == 4
    assert free[(x > 1.5) & (x < wall_m - 0.1) & ahead].all()
    # The front of the box, every cell along it.
    front = np.abs(x - box[0]) < 0.06
    inner = (y > box[2] + 0.05) & (y < box[3] - 0.05)
    assert (occupied & front & inner).any(axis=1).sum() >= 5


@pytest.mark.parametrize('size_hw', [(240, 320), (480, 640), (120, 160)])
def test_a_calibration_of_another_size_gives_the_same_ground(size_hw):
    scale = size_hw[0] / 480
    small = Pinhole(500 * scale, 500 * scale, 320 * scale - 0.5, 240 * scale - 0.5, size_hw)
    mask = seen(0.2, 2.0)
    found = free_space(mask, [FLOOR], small, params(0.2)).scan(params(0.2))
    expected = free_space(mask, [FLOOR], CAMERA, params(0.2)).scan(params(0.2))
    np.testing.assert_allclose(found.ranges_m, expected.ranges_m, rtol=1e-6)


def test_nothing_above_the_horizon_counts():
    ids = np.zeros((480, 640), np.uint8)
    ids[240:] = FLOOR
    scan = free_space(SemanticMask(ids), [FLOOR], CAMERA, params()).scan(params())
    assert np.isposinf(scan.ranges_m[np.abs(np.arange(len(scan.ranges_m)) - 100) < 50]).all()
    ids[:240] = FLOOR
    again = free_space(SemanticMask(ids), [FLOOR], CAMERA, params()).scan(params())
    np.testing.assert_array_equal(again.ranges_m, scan.ranges_m)
    up = free_space(SemanticMask(ids), [FLOOR], CAMERA, params(0.7 - math.pi / 2))
    assert np.isnan(up.scan(params()).ranges_m).all()
    assert (up.grid(params()).occupancy == GRID_UNKNOWN).all()


def test_ranges_beyond_all_measure_follow_rep_117():
    """Infinite, minus infinite and NaN each mean something else."""
    blocked = np.full((480, 640), WALL, np.uint8)
    found = free_space(SemanticMask(blocked), [FLOOR], CAMERA, params())
    assert np.isneginf(found.scan(params()).ranges_m).all()
    assert not (found.grid(params()).occupancy == GRID_FREE).any()
    assert (found.grid(params()).occupancy == GRID_OCCUPIED).any()
    unseen = np.full((480, 640), 255, np.uint8)
    found = free_space(SemanticMask(unseen), [FLOOR], CAMERA, params())
    assert np.isnan(found.scan(params()).ranges_m).all()
    assert (found.grid(params()).occupancy == GRID_UNKNOWN).all()
    floor = np.full((480, 640), FLOOR, np.uint8)
    down = params(0.8)
    found = free_space(SemanticMask(floor), [FLOOR], CAMERA, down)
    scan = found.scan(down)
    # The view ends at its upper edge; as far as that, nothing is in the way.
    top = 0.8 - math.atan(240 / 500)
    assert scan.range_max_m == pytest.approx(0.5 / math.tan(top), rel=1e-6)
    middle = len(scan.ranges_m) // 2
    assert np.isposinf(scan.ranges_m[middle])
    assert np.isnan(scan.ranges_m[[0, -1]]).all()
    far = scan.range_max_m + 0.1
    cells = found.grid(down).occupancy[50, int(far / 0.05) :]
    assert (cells == GRID_UNKNOWN).all()


def test_a_view_that_begins_beyond_the_range_of_the_scan_tells_nothing():
    # It told infinity once, with a least range above the greatest: a costmap clears the way then.
    ahead = params(-0.35, scan_range_m=3.0)
    for ids in (np.full((480, 640), FLOOR, np.uint8), np.full((480, 640), WALL, np.uint8)):
        scan = free_space(SemanticMask(ids), [FLOOR], CAMERA, ahead).scan(ahead)
        assert np.isnan(scan.ranges_m).all()
        assert 0 <= scan.range_min_m <= scan.range_max_m == 3.0


def test_what_a_crop_has_cut_off_below_is_unknown_and_not_in_the_way():
    mask = seen(0.3, 2.0)
    ids = mask.class_ids.copy()
    ids[400:] = 255
    cut = free_space(SemanticMask(ids), [FLOOR], CAMERA, params(0.3))
    whole = free_space(mask, [FLOOR], CAMERA, params(0.3))
    middle = len(whole.near_m) // 2
    assert cut.near_m[middle] > whole.near_m[middle] + 0.05
    assert cut.end_m[middle] == whole.end_m[middle]


def test_the_frame_of_the_ground_is_where_its_points_project():
    mount = Mount(0.5, 0.3)
    pose = mount.optical_T_ground()
    rotation, translation = pose[:3, :3], pose[:3, 3]
    np.testing.assert_allclose(rotation @ rotation.T, np.eye(3), atol=1e-12)
    assert np.linalg.det(rotation) == pytest.approx(1)
    lens = np.array([0, 0, 0.5])
    np.testing.assert_allclose(rotation @ lens + translation, 0, atol=1e-12)
    ahead = np.array([[2.0, 0, 0]])
    pixel = CAMERA.project(ahead @ rotation.T + translation)[0]
    slope = (pixel[1] - CAMERA.cy) / CAMERA.fy
    assert mount.ahead_m(np.array([slope]))[0] == pytest.approx(2.0)
    assert pixel[0] == pytest.approx(CAMERA.cx)
    left = np.array([[2.0, 1.0, 0]]) @ rotation.T + translation
    assert CAMERA.project(left)[0][0] < CAMERA.cx


@pytest.mark.slow
def test_free_space_takes_a_few_milliseconds():
    mask, asked = seen(0.3, 3.0), params(0.3)
    times = []
    for _ in range(20):
        start = time.perf_counter()
        found = free_space(mask, [FLOOR], CAMERA, asked)
        found.grid(asked)
        found.scan(asked)
        times.append(time.perf_counter() - start)
    assert np.median(times) < 0.02
