import json

import numpy as np
import pytest
from demo_frames import (
    CARDS,
    LEFT,
    RIGHT,
    distances_verdict,
    facts,
    frame,
    frame_of,
    recorded,
    right,
    role,
    wrong,
)

from robot_dl.cli.demos.frames import Gallery
from robot_dl.cli.demos.pairing import Pairing
from robot_dl.cli.demos.parts import PARTS
from robot_dl.cli.demos.role import Moments, roles_of
from robot_dl.cli.demos.summary import LEAST_FRAMES, shortcomings, summary_of

TOPICS = ('image', 'found', 'truth')


def test_nothing_is_complete_before_every_part_has_come():
    pairing = Pairing(TOPICS)
    assert pairing.add(1, 'image', 'i') is None
    assert pairing.add(1, 'image', 'again') is None
    assert pairing.add(1, 'truth', 't') is None
    assert pairing.add(1, 'found', 'f') == {'image': 'again', 'truth': 't', 'found': 'f'}


def test_parts_of_different_stamps_are_never_put_together():
    pairing = Pairing(TOPICS)
    assert pairing.add(1, 'image', 'i') is None
    assert pairing.add(2, 'found', 'f') is None
    assert pairing.add(3, 'truth', 't') is None


def test_parts_may_come_in_any_order_and_interleaved():
    pairing = Pairing(('a', 'b'))
    assert pairing.add(2, 'b', 20) is None
    assert pairing.add(1, 'a', 1) is None
    assert pairing.add(2, 'a', 2) == {'a': 2, 'b': 20}
    assert pairing.add(1, 'b', 10) == {'a': 1, 'b': 10}


def test_what_stays_incomplete_is_given_up_oldest_first():
    pairing = Pairing(('a', 'b'), most_waiting=2)
    for stamp in (1, 2, 3):
        pairing.add(stamp, 'a', stamp)
    assert pairing.incomplete == 1
    assert pairing.add(2, 'b', 20) == {'a': 2, 'b': 20}
    assert pairing.add(1, 'b', 10) is None


def test_a_record_without_frames_knows_nothing():
    record = recorded()
    assert (len(record), record.rate_hz, record.latency_percentile_ms(50)) == (0, None, None)
    assert record.total.precision is None


def test_a_record_adds_up_its_frames():
    record = recorded(right(0.0), wrong(0.1, latency_ms=50.0), right(0.3, latency_ms=40.0))
    assert record.total.right.tolist() == [2, 0, 0]
    assert record.total.false_alarms.tolist() == [0, 0, 1]
    assert record.total.missed.tolist() == [1, 0, 0]
    assert record.kinds == ['right', 'missed', 'right']
    assert record.words[1] == '0 of 1 found, 1 false alarm'
    assert record.rate_hz == pytest.approx(2 / 0.3)
    assert record.latency_percentile_ms(50) == 40.0
    np.testing.assert_allclose(record.at_s, [0.0, 0.1, 0.3])


def test_the_gallery_keeps_the_hardest_frame_of_each_scene():
    gallery = Gallery()
    worst = frame([(RIGHT, 1, 0.9)], [(LEFT, 0, 1)], scene=1)
    other = frame([], [(LEFT, 0, 1)], scene=2)
    for one in (frame([], [(LEFT, 0, 1)], scene=1), worst, frame([], [(LEFT, 0, 1)], scene=1)):
        gallery.offer(one)
    gallery.offer(other)
    assert gallery.hard == [worst, other]
    assert gallery.good == []


def test_the_gallery_never_grows_beyond_its_size_and_keeps_the_fullest():
    gallery = Gallery(most=3)
    both = [(LEFT, 0, 0.9), (RIGHT, 1, 0.9)], [(LEFT, 0, 1), (RIGHT, 1, 1)]
    full = frame(*both, scene=4)
    for scene in range(50):
        gallery.offer(full if scene == 4 else right(scene=scene))
    assert len(gallery.good) == 3
    assert gallery.good[0] is full


def test_the_moment_is_an_image_that_every_node_has_answered():
    moments = Moments(['a', 'b'])
    moments.add(1, 'a', right())
    moments.add(2, 'b', right())
    assert moments.best == {}
    ordinary, full = (
        right(),
        frame([(LEFT, 0, 0.9), (RIGHT, 1, 0.9)], [(LEFT, 0, 1), (RIGHT, 1, 1)]),
    )
    for stamp, one in ((3, wrong()), (4, full), (5, ordinary)):
        moments.add(stamp, 'a', one)
        moments.add(stamp, 'b', right())
    assert moments.best['a'] is full


def test_no_frames_at_all_is_not_a_pass():
    assert shortcomings(role(), facts(images=0)) == [
        f'0 of 0 frames compared, expected {LEAST_FRAMES} or more',
        'precision is unknown: there was nothing to count',
        'recall is unknown: there was nothing to count',
    ]


def test_enough_right_frames_are_a_pass():
    frames = [right(i / 10) for i in range(LEAST_FRAMES)]
    assert shortcomings(role(*frames), facts(images=2 * LEAST_FRAMES)) == []


def test_a_node_that_answers_less_than_half_of_the_images_has_not_passed():
    frames = [right(i / 10) for i in range(20)]
    reasons = shortcomings(role(*frames), facts(images=60))
    assert reasons == ['20 of 60 frames compared, expected 30 or more']


@pytest.mark.parametrize(('misses', 'passes'), [(2, True), (3, False)])
def test_recall_must_be_at_least_nine_tenths(misses, passes):
    hits = [right(i / 10) for i in range(20)]
    missed = [frame([], [(LEFT, 0, 1)], 3 + i / 10) for i in range(misses)]
    reasons = shortcomings(role(*hits, *missed), facts(images=20))
    assert reasons == ([] if passes else ['recall is 87.0%, expected at least 90%'])


@pytest.mark.parametrize(('alarms', 'passes'), [(2, True), (3, False)])
def test_precision_must_be_at_least_nine_tenths(alarms, passes):
    hits = [right(i / 10) for i in range(20)]
    false = [frame([(LEFT, 1, 0.9)], [], 3 + i / 10) for i in range(alarms)]
    reasons = shortcomings(role(*hits, *false), facts(images=20))
    assert reasons == ([] if passes else ['precision is 87.0%, expected at least 90%'])


@pytest.mark.parametrize(('found_m', 'passes'), [(1.05, True), (1.12, False), (0.88, False)])
def test_metres_must_be_right_within_the_goal(found_m, passes):
    frames = [frame_of(distances_verdict(found_m, 1.0), i / 10) for i in range(20)]
    reasons = shortcomings(role(*frames, name='depth'), facts(images=20))
    assert reasons == ([] if passes else ['relative error is 12.0%, expected at most 10%'])


def test_the_summary_has_every_promised_key_and_is_json():
    one = role(*(right(i / 10, latency_ms=float(i)) for i in range(21)))
    summary = json.loads(json.dumps(summary_of({'detection': one}, facts()), allow_nan=False))
    assert summary['frames'] == 21
    assert (summary['precision'], summary['recall']) == (1.0, 1.0)
    assert (summary['latency_ms']['p50'], summary['latency_ms']['p95']) == (10.0, 19.0)
    assert {'transport', 'versions', 'seed', 'world', 'machine'} <= summary.keys()
    node = summary['nodes']['detection']
    assert node['model'] == {'name': 'a'}
    assert node['classes']['box']['objects'] == 21
    assert node['classes']['ball']['recall'] is None


def test_the_summary_of_other_nodes_promises_nothing_of_detection():
    summary = summary_of({'depth': role(name='depth')}, facts())
    assert 'precision' not in summary
    assert summary['nodes']['depth']['abs_rel'] is None
    assert summary['shortcomings'][0].startswith('depth: 0 of 100 frames')


def test_one_node_that_falls_short_fails_the_demo():
    frames = [right(i / 10) for i in range(20)]
    roles = {'detection': role(*frames), 'depth': role(name='depth')}
    summary = summary_of(roles, facts(images=20))
    assert [node['passed'] for node in summary['nodes'].values()] == [True, False]
    assert summary['passed'] is False


def test_every_part_can_be_told_of_before_it_has_done_anything():
    for name, one in roles_of(PARTS, CARDS).items():
        summary = summary_of({name: one}, facts())
        assert summary['nodes'][name]['passed'] is False
        assert one.part.live(one.record.total)
        assert json.dumps(summary, allow_nan=False)
