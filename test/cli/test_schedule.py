"""When the frames of a recording are due."""

import itertools

from robot_dl.cli.sources.schedule import SLACK_NS, Schedule

MS = 1_000_000
EPOCH_NS = 1_700_000_000_000_000_007


def test_first_frame_is_due_now_whatever_the_recording_says():
    assert Schedule().due_ns(EPOCH_NS, now_ns=5) == 5


def test_spacing_is_kept_to_the_nanosecond_also_when_it_varies():
    taken_ns = [EPOCH_NS, EPOCH_NS + 33_333_333, EPOCH_NS + 66_666_667, EPOCH_NS + 200 * MS]
    schedule, now_ns, due = Schedule(), 1_800_000_000_000_000_000, []
    for time_ns in taken_ns:
        now_ns = schedule.due_ns(time_ns, now_ns)
        due.append(now_ns)
    assert [b - a for a, b in itertools.pairwise(due)] == [
        b - a for a, b in itertools.pairwise(taken_ns)
    ]


def test_double_speed_halves_the_spacing():
    schedule = Schedule(speed=2.0)
    assert schedule.due_ns(0, 0) == 0
    assert schedule.due_ns(100 * MS, 0) == 50 * MS


def test_small_delay_does_not_shift_what_follows_and_a_large_one_does():
    schedule = Schedule()
    schedule.due_ns(0, 0)
    assert schedule.due_ns(100 * MS, 100 * MS + SLACK_NS) == 100 * MS
    late_ns = 200 * MS + SLACK_NS + 1
    assert schedule.due_ns(200 * MS, late_ns) == late_ns
    assert schedule.due_ns(300 * MS, late_ns) == late_ns + 100 * MS


def test_next_round_follows_after_one_more_spacing():
    schedule = Schedule()
    assert [schedule.due_ns(t * MS, 0) for t in (0, 40)] == [0, 40 * MS]
    schedule.restart()
    assert [schedule.due_ns(t * MS, 0) for t in (0, 40)] == [80 * MS, 120 * MS]


def test_single_image_is_repeated_with_the_usual_spacing():
    schedule = Schedule(spacing_ns=100 * MS)
    due = []
    for _ in range(3):
        due.append(schedule.due_ns(0, 0))
        schedule.restart()
    assert due == [0, 100 * MS, 200 * MS]
