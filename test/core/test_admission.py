"""Which images are looked at; time is what the test says it is."""

import pytest

from robot_dl.core.admission import OVER_RATE, TOO_OLD, Admission
from robot_dl.core.repeats import Repeats


@pytest.mark.parametrize(
    ('age_s', 'max_age_s', 'refusal'),
    [(1e9, 0.0, ''), (0.2, 0.1, TOO_OLD), (0.1, 0.1, ''), (-5.0, 0.1, '')],
)
def test_images_older_than_the_limit_are_refused(age_s, max_age_s, refusal):
    assert Admission().refusal(0.0, age_s, max_age_s, 0.0) == refusal


@pytest.mark.parametrize('jitter_s', [0.0, 0.004])
@pytest.mark.parametrize(('camera_hz', 'limit_hz', 'expected_hz'), [(30, 10, 10), (30, 60, 30)])
def test_no_more_images_pass_than_wanted_and_no_fewer(camera_hz, limit_hz, expected_hz, jitter_s):
    admission, seconds = Admission(), 20
    times_s = [i / camera_hz + (-1) ** i * jitter_s for i in range(camera_hz * seconds)]
    passed = [t for t in times_s if not admission.refusal(t, 0.0, 0.0, limit_hz)]
    assert len(passed) / seconds == pytest.approx(expected_hz, rel=0.03)


def test_after_a_pause_there_is_no_burst():
    admission = Admission()
    times_s = [0.0, 100.0, 100.01, 100.02, 100.1]
    refusals = [admission.refusal(t, 0.0, 0.0, 10.0) for t in times_s]
    assert refusals == ['', '', OVER_RATE, OVER_RATE, '']


def test_an_old_image_does_not_use_up_the_turn_of_the_next():
    admission = Admission()
    assert admission.refusal(0.0, 9.0, 1.0, 1.0) == TOO_OLD
    assert admission.refusal(0.1, 0.0, 1.0, 1.0) == ''


def test_a_rate_that_is_raised_holds_from_the_next_image_on():
    """Whoever had set 0.01 Hz waited for up to 100 s, whatever was set then."""
    admission = Admission()
    assert admission.refusal(0.0, 0.0, 0.0, 0.01) == ''
    assert admission.refusal(1.0, 0.0, 0.0, 0.01) == OVER_RATE
    assert admission.refusal(1.1, 0.0, 0.0, 10.0) == ''


def test_the_same_failure_of_one_source_is_counted_until_another_or_none_comes():
    repeats = Repeats()
    assert [repeats.note('image', 'x') for _ in range(3)] == [1, 2, 3]
    assert repeats.note('depth', 'x') == 1
    assert repeats.note('image', 'y') == 1
    assert repeats.note('image', 'x') == 1
    repeats.clear('image')
    assert repeats.note('image', 'x') == 1
    assert repeats.note('depth', 'x') == 2
