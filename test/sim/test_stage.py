import numpy as np
import pytest

pytest.importorskip('mujoco')

from robot_dl.sim.pace import Pace
from robot_dl.sim.stage import Stage

SIZE_HW = (60, 80)


@pytest.fixture
def stage():
    opened = Stage('tabletop', 3, SIZE_HW)
    yield opened
    opened.close()


def changes_while(stage, steps, dt_s, period_s):
    """Return how often the scene has changed after each step."""
    seen = []
    for _ in range(steps):
        stage.advance(dt_s, period_s)
        seen.append(stage.seed - 3)
    return seen


def test_a_period_of_zero_keeps_the_scene(stage):
    assert set(changes_while(stage, 50, 0.1, 0.0)) == {0}


def test_every_scene_lasts_its_period(stage):
    # 0.1 has no exact binary form, and 30 of them are not 3.
    assert changes_while(stage, 12, 0.1, 0.3) == [0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4]


def test_a_period_shorter_than_a_step_changes_the_scene_at_every_step(stage):
    assert changes_while(stage, 3, 0.5, 0.1) == [1, 2, 3]


def test_every_scene_is_the_world_of_the_next_seed(stage):
    for seed in (3, 4, 5):
        assert stage.seed == seed
        with type(stage.world)(seed, SIZE_HW) as expected:
            np.testing.assert_array_equal(stage.world.render_rgb(), expected.render_rgb())
        stage.show_next()


def test_an_unknown_world_is_refused_with_the_nearest_name():
    with pytest.raises(ValueError, match="unknown world 'table'. Did you mean 'tabletop'"):
        Stage('table', 0, SIZE_HW)


def test_fast_frames_are_no_reason_to_complain():
    assert {Pace(0.1, patience=3).complaint(0.09) for _ in range(9)} == {''}


def test_a_row_of_slow_frames_is_complained_about_and_one_fast_frame_ends_it():
    pace = Pace(0.1, patience=3)
    said = [bool(pace.complaint(s)) for s in (0.2, 0.2, 0.2, 0.2, 0.05, 0.2, 0.2, 0.2)]
    assert said == [False, False, True, True, False, False, False, True]


def test_the_complaint_says_what_was_expected_what_came_and_what_to_do():
    assert Pace(0.05, patience=1).complaint(0.123) == (
        'a frame takes 123 ms, too long for 20 Hz; lower rate_hz, width or height'
    )
