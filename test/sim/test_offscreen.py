import numpy as np
import pytest

pytest.importorskip('mujoco')

from robot_dl.sim.worlds import find_world

SIZE_HW = (96, 128)


def seen_alone(seed, view):
    with find_world('tabletop')(seed, SIZE_HW, view) as world:
        return world.render_rgb(), world.render_depth(), world.truth().boxes_xyxy


def assert_sees(world, expected):
    for found, wanted in zip(
        (world.render_rgb(), world.render_depth(), world.truth().boxes_xyxy), expected, strict=True
    ):
        np.testing.assert_array_equal(found, wanted)


def test_worlds_that_are_open_at_once_do_not_disturb_each_other():
    expected = [seen_alone(seed, 0) for seed in (1, 2)]
    worlds = [find_world('tabletop')(seed, SIZE_HW) for seed in (1, 2)]
    for _ in range(2):
        for world, wanted in zip(worlds, expected, strict=True):
            assert_sees(world, wanted)
    for world in worlds:
        world.close()


def test_closing_a_world_leaves_the_others_as_they_are():
    expected = seen_alone(3, 1)
    small = find_world('tabletop')(1, (48, 64))
    same_size = find_world('tabletop')(2, SIZE_HW)
    kept = find_world('tabletop')(3, SIZE_HW)
    for world in (small, same_size):
        world.render_rgb()
        world.close()
        world.close()
    kept.rearrange(1)
    assert_sees(kept, expected)
    kept.close()
