"""Pictures of distances: the scale bar tells what each colour means."""

import numpy as np
import pytest

from robot_dl.depth.types import DepthMap, RelativeDepth
from robot_dl.ros.depth_overlay import _scale, draw_depth

HW = (240, 320)
BAR = np.s_[:, -1]


def slope(near_m: float, far_m: float) -> np.ndarray:
    return np.tile(np.linspace(near_m, far_m, HW[1], dtype=np.float32), (HW[0], 1))


@pytest.mark.parametrize(('near_m', 'far_m'), [(0.3, 0.9), (0.5, 6.0), (3.0, 80.0)])
def test_a_colour_stands_at_its_distance_on_the_bar(near_m, far_m):
    depth_m = slope(near_m, far_m)
    picture = draw_depth(DepthMap(depth_m))
    end_m, _ = _scale(depth_m)
    for column in range(10, 200, 30):
        row = round((1 - float(depth_m[120, column]) / end_m) * (HW[0] - 1))
        on_bar, shown = picture[row, -1].astype(int), picture[120, column].astype(int)
        assert np.abs(on_bar - shown).max() <= 12


@pytest.mark.parametrize('far_m', [0.04, 0.31, 1.0, 3.3, 7.0, 45.0, 99.0, 900.0])
def test_marks_are_at_round_numbers_and_neither_few_nor_many(far_m):
    end_m, step_m = _scale(np.full(HW, far_m, np.float32))
    assert far_m <= end_m * 1.0001
    assert 2 <= round(end_m / step_m) <= 10
    assert f'{step_m:.0e}'[0] in '125'


def test_what_is_unknown_is_black():
    depth_m = slope(1, 5)
    depth_m[50:100, 50:100] = np.nan
    picture = draw_depth(DepthMap(depth_m))
    assert (picture[50:100, 50:100] == 0).all()
    assert picture[120:, :200].any(axis=2).all()


def test_nothing_known_at_all_is_still_a_picture():
    nothing = np.full(HW, np.nan, np.float32)
    for found in (DepthMap(nothing), RelativeDepth(nothing)):
        assert draw_depth(found).shape == (*HW, 3)


def test_a_relative_map_has_near_and_far_and_no_metres():
    """Trap 12: the bar of a relative map promises nothing: any scale gives the same picture."""
    nearness = 1 / slope(1, 5)
    picture = draw_depth(RelativeDepth(nearness))
    other = draw_depth(RelativeDepth(nearness * 7 + np.float32(0.5)))
    assert np.abs(picture.astype(int) - other).max() <= 8
    assert picture[120, 5, 0] > picture[120, 5, 2]
    assert picture[120, 250, 2] > picture[120, 250, 0]
