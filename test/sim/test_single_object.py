"""The world of the classifier: one object, all of it in the middle of the picture."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip('mujoco')

from robot_dl.sim.worlds import find_world


@pytest.mark.parametrize('seed', range(20, 36))
def test_one_object_is_wholly_in_the_centred_square_and_large_enough(seed: int) -> None:
    with find_world('single_object')(seed) as world:
        truth = world.truth()
        assert len(truth) == 1
        assert truth.class_ids[0] == world.class_id
        assert truth.visible_fraction[0] > 0.95
        x0, y0, x1, y1 = truth.boxes_xyxy[0]
        assert x0 >= 80
        assert x1 <= 560
        assert y0 >= 0
        assert y1 <= 480
        assert max(x1 - x0, y1 - y0) > 0.2 * 480


def test_the_object_stays_in_sight_while_the_camera_swings() -> None:
    with find_world('single_object')(21) as world:
        for _ in range(5):
            world.step(1.0)
            assert world.truth().visible_fraction[0] > 0.9


def test_every_class_is_shown() -> None:
    from robot_dl.sim.worlds.single_object import SingleObjectWorld
    from robot_dl.sim.worlds.tabletop import LABELS

    seen = set()
    for seed in range(60):
        rng = np.random.default_rng([seed, 0])
        seen |= {thing.label for thing in SingleObjectWorld._draw_things(None, rng)}
    assert seen == set(LABELS)


def test_the_same_seed_gives_the_same_pixels_and_another_view_others() -> None:
    pictures = []
    for view in (0, 0, 1):
        with find_world('single_object')(4, (120, 160), view) as world:
            pictures.append(world.render_rgb())
    np.testing.assert_array_equal(pictures[0], pictures[1])
    assert (pictures[0] != pictures[2]).mean() > 0.5
