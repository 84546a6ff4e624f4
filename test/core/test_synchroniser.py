"""Messages of one moment, against an oracle that tries everything."""

from itertools import combinations, pairwise, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robot_dl.core.synchroniser import JUMP_NS, MOST_LAG_NS, MOST_WAITING, Synchroniser

SLOP_NS = 20


def emitted(arrivals, topics='ab', slop_ns=SLOP_NS, depth=10):
    """Return the sets of stamps that come of (topic, stamp) arrivals."""
    sync = Synchroniser(topics, slop_ns, depth)
    return [found for topic, stamp in arrivals for found in sync.add(topic, stamp, stamp)]


def words(text):
    """Return the arrivals written as 'a10 b12'."""
    return [(word[0], int(word[1:])) for word in text.split()]


@pytest.mark.parametrize(
    ('arrivals', 'sets'),
    [
        ('', []),
        ('a1 a2 a3', []),
        ('a100 b100 a200 b200', [(100, 100), (200, 200)]),
        ('b100 a100', [(100, 100)]),
        ('a100 a200 b100 b200', [(100, 100), (200, 200)]),
        ('a100 a200 b200', [(200, 200)]),
        # Stamps 0.3 s apart, in whatever unit, are no pair.
        ('a0 b300 a600 b900', []),
        # Unequal stamps wait for equal ones until both topics have passed them ...
        ('a100 b110 a200', [(100, 110)]),
        # ... and from then on for nothing.
        ('a100 b110 a200 b210', [(100, 110), (200, 210)]),
        # The calibration (b) of the image that was lost is not tied to the next image.
        ('a100 b100 b110 a120 b120', [(100, 100), (120, 120)]),
        # The closest of several.
        ('a100 b110 a118 a140 b141', [(118, 110), (140, 141)]),
        # A late message does not turn time back.
        ('a100 b100 b99 a99 a101 b101', [(100, 100), (101, 101)]),
    ],
)
def test_what_belongs_together_comes_together(arrivals, sets):
    assert emitted(words(arrivals)) == sets


def test_one_message_a_topic_within_the_slop_of_all_others():
    assert emitted(words('a100 b115 c85 a200 b200 c200'), 'abc') == [(200, 200, 200)]
    assert emitted(words('a100 b110 c105 a200 b200 c200'), 'abc') == [
        (100, 110, 105),
        (200, 200, 200),
    ]


def test_a_queue_is_bounded_and_the_oldest_message_goes():
    arrivals = [('a', stamp * 100) for stamp in range(20)] + [('b', 500), ('b', 1500)]
    assert emitted(arrivals, depth=10) == [(1500, 1500)]


MS = 10**6


@pytest.mark.parametrize('lag', [0, 5, 12, 29])
def test_a_topic_that_lags_by_many_frames_loses_nothing(lag):
    """Images at 30 Hz, and what a slow model finds in them: a queue of ten gave no pair at all."""
    arrivals = []
    for k in range(100):
        arrivals += [('a', k * 33 * MS)]
        arrivals += [('b', (k - lag) * 33 * MS)] if k >= lag else []
    found = emitted(arrivals)
    # Before the first message of b nobody knows for how long to wait.
    first = max(0, lag - 9)
    assert found == [(k * 33 * MS,) * 2 for k in range(first, 100 - lag)]


def test_messages_wait_for_a_second_and_no_longer():
    sync = Synchroniser('ab', SLOP_NS)
    sync.add('b', 0, 0)
    for k in range(200):
        sync.add('a', 100 + k * 20 * MS, k)
    waiting = sync._queues['a'].waiting
    assert waiting[-1].stamp_ns - waiting[0].stamp_ns <= MOST_LAG_NS
    for k in range(300):
        sync.add('a', 5 * 10**9 + k, k)
    assert len(sync._queues['a'].waiting) == MOST_WAITING


@pytest.mark.parametrize(
    ('arrivals', 'unpaired'),
    [
        ('', 0),
        ('a100 b100 a200 b200', 0),
        # One is overtaken by the set of the next; one comes after it was.
        ('a100 a200 b200', 1),
        ('a200 b200 a100', 1),
        # What still waits is not given up yet.
        ('a100', 0),
        (' '.join(f'a{k}00' for k in range(1, 14)), 3),
    ],
)
def test_messages_without_a_partner_are_counted(arrivals, unpaired):
    sync = Synchroniser('ab', SLOP_NS)
    for topic, stamp in words(arrivals):
        sync.add(topic, stamp, stamp)
    assert sync.unpaired['a'] == unpaired


def test_what_waits_when_all_is_forgotten_is_counted():
    sync = Synchroniser('ab', SLOP_NS)
    sync.add('a', 100, 0)
    sync.clear()
    assert sync.unpaired == {'a': 1, 'b': 0}


def test_a_recording_that_begins_anew_is_paired_again():
    later = 3 * JUMP_NS
    arrivals = [('a', later), ('b', later), ('a', 5), ('b', 5)]
    assert emitted(arrivals) == [(later, later), (5, 5)]


def test_it_says_which_topic_is_missing_and_which_lags():
    sync = Synchroniser(['image', 'depth'], 20_000_000)
    assert sync.why_apart() == 'nothing has come on image, depth'
    sync.add('image', 10**9, 'i')
    assert sync.why_apart() == 'nothing has come on depth'
    sync.add('depth', 7 * 10**8, 'd')
    assert sync.why_apart() == 'depth lags 0.300 s behind image; sync_slop_s is 0.02'
    sync.add('depth', 10**9, 'd')
    assert sync.why_apart() == ''


@st.composite
def interleavings(draw, topics='ab', gap=(1, 60)):
    """Draw stamps for each topic in order, and any order of arrival between topics."""
    gaps = st.lists(st.integers(*gap), max_size=7)
    streams = {}
    for topic in topics:
        total, stamps = draw(st.integers(0, 50)), []
        for step in draw(gaps):
            total += step
            stamps.append(total)
        streams[topic] = stamps
    order = draw(st.permutations([t for t, s in streams.items() for _ in s]))
    heads = {topic: iter(stamps) for topic, stamps in streams.items()}
    return streams, [(topic, next(heads[topic])) for topic in order]


@settings(max_examples=150, deadline=None)
@given(interleavings('abc'))
def test_sets_are_within_the_slop_in_order_and_use_no_message_twice(drawn):
    _, arrivals = drawn
    sets = emitted(arrivals, 'abc')
    assert all(max(s) - min(s) <= SLOP_NS for s in sets)
    for stamps in zip(*sets, strict=True):
        assert all(before < after for before, after in pairwise(stamps))


@settings(max_examples=150, deadline=None)
@given(interleavings('abc'))
def test_without_slop_they_are_those_with_equal_stamps(drawn):
    streams, arrivals = drawn
    common = set.intersection(*map(set, streams.values()))
    sets = emitted(arrivals, 'abc', slop_ns=0)
    # A set is complete once its last message has come; those overtaken by a later one are lost.
    complete_at = {s: max(arrivals.index((t, s)) for t in 'abc') for s in common}
    expected, last = [], -1
    for stamp in sorted(common, key=complete_at.get):
        if stamp > last:
            expected.append((stamp,) * 3)
            last = stamp
    assert sets == expected


def best_pairing(streams):
    """Try every pairing in order within the slop; return the most pairs, then the closest."""
    pairs = [p for p in product(*streams.values()) if abs(p[0] - p[1]) <= SLOP_NS]
    choices = [
        c
        for size in range(len(pairs) + 1)
        for c in combinations(pairs, size)
        if all(p[0] < q[0] and p[1] < q[1] for p, q in pairwise(c))
    ]
    return list(max(choices, key=lambda c: (len(c), -sum(abs(p[0] - p[1]) for p in c))))


@settings(max_examples=150, deadline=None)
@given(interleavings(gap=(2 * SLOP_NS + 1, 90)))
def test_where_each_message_has_one_partner_at_most_every_pair_is_found(drawn):
    """Frames further apart than twice the slop: the usual case, and then nothing is missed."""
    streams, arrivals = drawn
    last = max((s[-1] for s in streams.values() if s), default=0)
    arrivals = [*arrivals, ('a', last + 1000), ('b', last + 1000)]
    by_time = sorted(arrivals, key=lambda arrival: arrival[1])
    assert emitted(by_time)[:-1] == best_pairing(streams)


@settings(max_examples=100, deadline=None)
@given(interleavings('abc'))
def test_every_message_is_in_a_set_or_waits_or_is_counted_as_unpaired(drawn):
    streams, arrivals = drawn
    sync = Synchroniser('abc', SLOP_NS)
    sets = [found for topic, stamp in arrivals for found in sync.add(topic, stamp, stamp)]
    sync.clear()
    assert sync.unpaired == {topic: len(s) - len(sets) for topic, s in streams.items()}
