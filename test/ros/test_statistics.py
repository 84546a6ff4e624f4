"""Counts and the last seconds of a node's images; time is what the test says it is."""

import math

import pytest

from robot_dl.ros.latency import STAGES
from robot_dl.ros.statistics import WINDOW_S, FrameStatistics

NOTHING_MS = dict.fromkeys(STAGES, math.nan)


def test_nothing_has_happened_yet():
    summary = FrameStatistics(100.0).summary(102.0)
    assert (summary.received, summary.processed, summary.errors, summary.rate_hz) == (0, 0, 0, 0)
    assert summary.lost is None
    assert all(map(math.isnan, summary.age_ms))
    assert all(map(math.isnan, summary.stages_ms['inference']))
    assert set(summary.refused.values()) == {0}


def test_rate_age_and_inference_are_those_of_the_last_seconds():
    frames = FrameStatistics(0.0)
    for i in range(200):
        now_s = i * 0.1
        frames.receive()
        stages_ms = {**NOTHING_MS, 'wait': 7.0 if i < 100 else float(i % 2)}
        frames.answer(now_s, 1000.0 if i < 100 else float(i % 10), stages_ms)
    summary = frames.summary(19.9)
    assert summary.rate_hz == pytest.approx(10, rel=0.05)
    assert summary.age_ms == pytest.approx((4.5, 9), abs=0.5)
    assert summary.stages_ms['wait'] == pytest.approx((0.5, 1), abs=0.5)
    assert all(map(math.isnan, summary.stages_ms['inference']))
    assert (summary.received, summary.processed) == (200, 200)
    assert frames.summary(19.9 + 2 * WINDOW_S).rate_hz == 0


def test_the_rate_is_right_before_the_window_is_full():
    frames = FrameStatistics(0.0)
    frames.listening(50.0)
    for i in range(20):
        frames.answer(50.1 + i * 0.1, 1.0, NOTHING_MS)
    assert frames.summary(52.0).rate_hz == pytest.approx(10)


def test_gaps_in_the_numbers_of_each_publisher_are_lost_frames():
    frames = FrameStatistics(0.0)
    for publisher, number in [('a', 5), ('a', 6), ('b', 90), ('a', 10), ('b', 91), ('b', 93)]:
        frames.receive(publisher, number)
    assert frames.summary(1.0).lost == 3 + 1


def test_one_frame_without_a_number_makes_the_total_unknown():
    frames = FrameStatistics(0.0)
    for number in (5, None, 6):
        frames.receive('a', number)
    assert frames.summary(1.0).lost is None


def test_a_publisher_that_starts_again_has_lost_nothing():
    frames = FrameStatistics(0.0)
    for number in (8, 9, 1, 2):
        frames.receive(None, number)
    assert frames.summary(1.0).lost == 0


def test_what_was_missed_while_nobody_listened_is_not_lost():
    frames = FrameStatistics(0.0)
    frames.receive('a', 5)
    frames.listening(2.0)
    frames.receive('a', 500)
    assert frames.summary(3.0).lost == 0


def test_errors_are_counted_and_the_recent_ones_forgotten():
    frames = FrameStatistics(0.0)
    frames.fail(1.0, 'first')
    frames.fail(2.0, 'second')
    assert frames.summary(2.0).recent_errors == 2
    later = frames.summary(2.0 + WINDOW_S + 0.1)
    assert (later.errors, later.recent_errors, later.last_error) == (2, 0, 'second')


def test_the_time_in_the_network_adds_up_for_one_image_and_begins_anew_with_the_next():
    frames = FrameStatistics(0.0)
    frames.receive()
    assert math.isnan(frames.inference_ms)
    frames.infer(3.0)
    frames.infer(4.0)
    assert frames.inference_ms == 7.0
    frames.receive()
    assert math.isnan(frames.inference_ms)


def test_images_that_are_not_looked_at_are_counted_by_reason():
    frames = FrameStatistics(0.0)
    for reason in ('too_old', 'too_old', 'unwatched'):
        frames.refuse(reason)
    assert frames.summary(0.0).refused == {'too_old': 2, 'over_rate': 0, 'unwatched': 1}
