"""The rooms world: same seed same pixels, classes where they belong, depth as geometry says."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

pytest.importorskip('mujoco')

from robot_dl.sim.worlds import find_world
from robot_dl.sim.worlds.rooms import SEGMENT_LABELS, RoomsWorld

SEED, SIZE_HW = 11, (240, 320)


@pytest.fixture(scope='module')
def world() -> Iterator[RoomsWorld]:
    with RoomsWorld(SEED, SIZE_HW) as opened:
        yield opened


def _rays_in_world(world: RoomsWorld) -> tuple[np.ndarray, np.ndarray]:
    """Return where the camera is [3], and each pixel's ray [H, W, 3] of optical depth 1."""
    height, width = world.size_hw
    u, v = np.meshgrid(np.arange(width), np.arange(height))
    rays = np.stack([u, v, np.ones_like(u)], -1) @ np.linalg.inv(world.pinhole.matrix).T
    pose = world.world_T_camera_optical()
    return pose[:3, 3], rays @ pose[:3, :3].T


def test_the_world_is_found_by_its_name() -> None:
    assert find_world('rooms') is RoomsWorld


def test_the_same_seed_gives_the_same_pixels_and_another_seed_others() -> None:
    shown = []
    for seed in (3, 3, 4):
        with RoomsWorld(seed, SIZE_HW) as world:
            shown.append((world.render_rgb(), world.pixels()))
    np.testing.assert_array_equal(shown[0][0], shown[1][0])
    np.testing.assert_array_equal(shown[0][1].class_ids, shown[1][1].class_ids)
    assert (shown[0][0] != shown[2][0]).mean() > 0.5


def test_a_view_does_not_depend_on_the_views_before_it() -> None:
    with RoomsWorld(5, SIZE_HW) as world:
        world.rearrange(1)
        world.rearrange(2)
        after_others = world.render_rgb()
    with RoomsWorld(5, SIZE_HW, view=2) as world:
        np.testing.assert_array_equal(world.render_rgb(), after_others)


def test_every_pixel_shows_something_within_sixteen_metres(world: RoomsWorld) -> None:
    for view in range(6):
        world.rearrange(view)
        depth = world.render_depth()
        assert np.isfinite(depth).all(), 'a hole in the walls'
        assert depth.min() > 0.05
        assert depth.max() < 16.0


def test_the_bare_floor_is_where_the_ground_plane_is(world: RoomsWorld) -> None:
    world.rearrange(0)
    shown = world.pixels()
    camera, rays = _rays_in_world(world)
    points = camera + shown.depth_m[..., None] * rays
    on_floor = points[shown.class_ids == SEGMENT_LABELS.index('floor')]
    assert len(on_floor) > 0.05 * shown.class_ids.size
    # A rug is 4 mm high; the depth buffer has a millimetre or two at some metres.
    assert np.abs(on_floor[:, 2]).max() < 0.012
    above = points[shown.class_ids != SEGMENT_LABELS.index('floor')]
    assert above[:, 2].min() > -0.012


def test_all_classes_are_seen_and_objects_have_their_class(world: RoomsWorld) -> None:
    seen = set()
    for view in range(12):
        world.rearrange(view)
        shown = world.pixels()
        seen |= set(np.unique(shown.class_ids))
        of_object = np.concatenate([[0], shown.instance_class_ids])[shown.instance_ids]
        is_object = shown.instance_ids > 0
        np.testing.assert_array_equal(of_object[is_object], shown.class_ids[is_object])
        assert (shown.class_ids[~is_object] <= SEGMENT_LABELS.index('wall')).all()
    assert seen == set(range(len(SEGMENT_LABELS)))


def test_a_smaller_answer_shows_the_same_scene(world: RoomsWorld) -> None:
    world.rearrange(1)
    whole, half = world.pixels(), world.pixels((120, 160))
    assert half.class_ids.shape == half.depth_m.shape == (120, 160)
    assert np.mean(half.class_ids == whole.class_ids[1::2, 1::2]) > 0.95


def test_camera_height_pitch_and_lens_stay_where_metres_can_be_learned(world: RoomsWorld) -> None:
    for view in range(20):
        world.rearrange(view)
        pose = world.world_T_camera_optical()
        assert abs(pose[2, 3] - 0.35) <= 0.0101
        assert abs(np.degrees(np.arcsin(pose[2, 2]))) <= 2.01
        fovy = 2 * np.degrees(np.arctan(world.size_hw[0] / 2 / world.pinhole.fy))
        assert 51.9 < fovy < 58.1


def test_the_robot_starts_where_it_touches_nothing(world: RoomsWorld) -> None:
    for view in range(20):
        world.rearrange(view)
        world.render_depth()
        assert world._state.ncon == 0
