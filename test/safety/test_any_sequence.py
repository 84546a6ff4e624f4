"""Whatever happens, in whatever order, at whatever times: what is sent keeps the limits."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from safety_bench import HIGH, LOW, Bench

NEARLY = 1e-6
GAP_S = 2.5 * 0.02
odd = st.one_of(st.floats(-3, 3), st.sampled_from([np.nan, np.inf, -np.inf, 1e300]))
rows = st.lists(st.lists(odd, min_size=1, max_size=3), min_size=1, max_size=3).filter(
    lambda rows: len({len(row) for row in rows}) == 1
)
pairs = st.lists(st.floats(-3, 3), min_size=1, max_size=3)
times = st.one_of(st.floats(0, 0.06), st.just(0.02), st.floats(0, 0.5))
steps = st.one_of(
    st.tuples(st.just('decide'), pairs, st.sampled_from([0, 2, 20, 100])),
    st.tuples(st.just('decide'), pairs, st.just(20)),
    st.tuples(st.just('decide_odd'), rows, st.sampled_from([0, 2, 20, 100])),
    st.tuples(st.just('tick')),
    st.tuples(st.just('see')),
    st.tuples(st.just('see')),
    st.tuples(st.just('see_odd'), odd),
    st.tuples(st.just('enable')),
    st.tuples(st.just('enable')),
    st.tuples(st.just('disable')),
    st.tuples(st.just('press'), st.booleans()),
    st.tuples(st.just('fault')),
    st.tuples(st.just('pause'), st.booleans()),
)
stories = st.lists(st.tuples(steps, times), min_size=5, max_size=80)


class Story(Bench):
    """A bench on which anything may happen; what the robot is told, it does.

    Attributes:
        rides: The unbroken rides: (clock, steady time, values) of all that was sent in each.
    """

    def __init__(self, kind, **changes):
        super().__init__(kind, blend_in_s=0.05, **changes)
        self.rides = []

    def tick(self):
        """Note what is sent, and whether it goes on from what was sent before."""
        was_silent = self.gate.is_silent or not self.rides
        starts = self.gate._sent_ns is None
        setpoint = super().tick()
        if setpoint is None:
            return None
        if starts or was_silent:
            self.rides.append([])
        self.rides[-1].append((self.clock_s, self.now_s, setpoint.values.copy()))
        if self.kind == 'position':
            self.place = setpoint.values
        return setpoint

    def do(self, what, *arguments):
        """Let one thing happen."""
        getattr(self, f'do_{what}')(*arguments)

    def do_decide(self, wish, period_ms):
        """Decide something that fits, more or less."""
        wish = np.resize(wish, len(self.names))
        self.decide(wish, period_ns=period_ms * 1_000_000)

    def do_decide_odd(self, wish, period_ms):
        """Decide anything."""
        self.decide(wish, period_ns=period_ms * 1_000_000)

    def do_tick(self):
        """Let the timer fire."""
        self.tick()

    def do_see(self):
        """See where the robot is."""
        self.see()
        self.tick()

    def do_see_odd(self, number):
        """See something."""
        place, self.place = self.place, np.full(len(self.names), number)
        self.see()
        self.place = place
        self.tick()

    def do_enable(self):
        """Open, if it can be."""
        self.gate.enable(self.now_s)

    def do_disable(self):
        """Close."""
        self.gate.disable('disabled', self.now_s)
        self.tick()

    def do_press(self, pressed):
        """Press or release the button."""
        self.gate.emergency_stop(pressed, self.now_s)
        self.tick()

    def do_fault(self):
        """Break something."""
        self.gate.fault('broken', self.now_s)
        self.tick()

    def do_pause(self, is_paused):
        """Pause the clock of the stamps, or let it go on."""
        self.is_paused = is_paused


def told(kind, story, **changes):
    """Return the rides of a story."""
    bench = Story(kind, **changes)
    bench.see()
    bench.gate.enable(bench.now_s)
    for step, seconds in story:
        bench.do(*step)
        bench.pass_time(seconds)
    return bench


def moves(ride):
    """Yield for each step the values before, its own, and the longest time that it took.

    While the clock of the stamps stands still, a stop alone moves a robot, by the steady clock.
    """
    for (clock, steady, before), (clock_then, steady_then, values) in pairwise(ride):
        is_paused = clock_then == clock
        if not is_paused or (values != before).any():
            passed_s = steady_then - steady if is_paused else clock_then - clock
            yield before, values, min(passed_s, GAP_S)


@pytest.mark.parametrize('stop', ['hold', 'release'])
@settings(max_examples=100, deadline=None)
@given(stories)
def test_positions_keep_every_limit(stop, story):
    for ride in told('position', story, stop=stop).rides:
        velocity = np.zeros(2)
        for before, values, dt_s in moves(ride):
            assert (values >= LOW).all()
            assert (values <= HIGH).all()
            assert (np.abs(values - before) <= 2.0 * dt_s + NEARLY).all()
            if dt_s > 1e-4:  # in less, rounding counts for more
                changed = (values - before) / dt_s - velocity
                assert (np.abs(changed) <= 50.0 * dt_s + 1e-3).all()
                velocity = velocity + changed


@pytest.mark.parametrize('kind', ['velocity', 'twist'])
@pytest.mark.parametrize('stop', ['zero', 'ramp_to_zero'])
@settings(max_examples=50, deadline=None)
@given(stories)
def test_velocities_keep_speed_and_acceleration(kind, stop, story):
    speed, acceleration = {'velocity': (2.0, 50.0), 'twist': (0.5, 5.0)}[kind]
    for ride in told(kind, story, stop=stop).rides:
        for before, values, dt_s in moves(ride):
            axes = slice(0, 2)
            length = np.hypot(*values[:2]) if kind == 'twist' else np.abs(values).max()
            assert length <= speed + NEARLY
            assert (np.abs(values - before)[axes] <= acceleration * dt_s + NEARLY).all()


@settings(max_examples=50, deadline=None)
@given(stories)
def test_efforts_keep_their_limit(story):
    for ride in told('effort', story).rides:
        assert all((np.abs(values) <= 10.0).all() for *_, values in ride)


@pytest.mark.parametrize('kind', ['position', 'velocity', 'effort', 'twist'])
@settings(max_examples=50, deadline=None)
@given(stories)
def test_every_story_ends_in_rest_and_silence_once_nobody_decides(kind, story):
    bench = told(kind, story)
    bench.thinks = False
    last = bench.run(3.0)
    assert bench.run(1.0) == []
    assert bench.gate.is_silent
    assert bench.gate.state in ('closed', 'fault')
    if last:
        values = last[-1][1]
        at_rest = values.tolist() == last[-2][1].tolist() if len(last) > 1 else True
        assert at_rest if kind == 'position' else not values.any()
