"""The gate's thread: what is sent last, whatever a stop takes, and how often watchdogs look."""

import threading
import time

import numpy as np
import pytest
from safety_bench import LIMITS, NAMES

from robot_dl.core.motion import Plan
from robot_dl.ros import motion as motion_module
from robot_dl.ros.motion import Motion
from robot_dl.safety.config import GateConfig

FIRST_TELL_S = 20.0


class Told:
    """Hears what a gate tells."""

    def tell(self, report):
        self.report = report


class Rig:
    """A gate of velocities that is open, and what it sends."""

    def __init__(self, **options):
        self.sent, self.told = [], Told()
        config = GateConfig('velocity', NAMES, LIMITS['velocity'], **options)
        clock = time.monotonic_ns
        self.motion = Motion(
            config, lambda s, step_s: self.sent.append(s.values), self.told, clock
        )
        self.motion.start()
        self.motion.measured(NAMES, np.zeros(len(NAMES)))
        assert self.motion.enable() == ''
        self.decide()

    def decide(self):
        wish = np.full((1, len(NAMES)), 0.2)
        self.motion.decide(Plan('velocity', NAMES, time.monotonic_ns(), 20_000_000, wish))

    def moves(self):
        return self.sent and self.sent[-1].max() > 0.1

    def wait(self, condition):
        end_s = time.monotonic() + FIRST_TELL_S
        while not condition():
            assert time.monotonic() < end_s
            time.sleep(0.002)


def options(**changes):
    return {
        'input_timeouts': {},
        'blend_in_s': 0.0,
        'command_timeout_s': 60.0,
        'stop': 'ramp_to_zero',
        **changes,
    }


def test_a_stop_that_takes_longer_than_there_is_patience_ends_with_rest(monkeypatch):
    monkeypatch.setattr(motion_module, 'LAST_PATIENCE_S', 0.1)
    rig = Rig(**options(ramp_s=60.0))
    rig.wait(rig.moves)
    rig.motion.end('told to')
    assert not rig.sent[-1].any()
    assert rig.told.report.state == 'closed'


def test_two_who_end_the_motion_at_once_do_not_cut_the_stop_short():
    rig = Rig(**options(ramp_s=0.4))
    rig.wait(rig.moves)
    enders = [threading.Thread(target=rig.motion.end, args=('told to',)) for _ in range(2)]
    for ender in enders:
        ender.start()
        time.sleep(0.05)
    for ender in enders:
        ender.join()
    speeds = [float(np.abs(values).max()) for values in rig.sent]
    braking = [speed for speed in speeds if 0 < speed < max(speeds)]
    assert braking, 'it slowed down step by step'
    assert speeds[-1] == 0


def test_watchdogs_look_often_however_seldom_commands_are_repeated():
    rig = Rig(**options(command_timeout_s=0.1, publish_period_s=5.0, stop='zero'))
    rig.wait(lambda: rig.sent)
    began_s = time.monotonic()
    rig.wait(lambda: rig.told.report.state in ('stopping', 'closed'))
    assert time.monotonic() - began_s < 4.0, 'before the next command would have been repeated'
    rig.motion.end('the test is over')


@pytest.mark.parametrize('again', [1, 2])
def test_a_motion_that_has_ended_can_begin_again(again):
    rig = Rig(**options(stop='zero'))
    for _ in range(again):
        rig.motion.end('told to')
        rig.motion.start()
        rig.motion.measured(NAMES, np.zeros(len(NAMES)))
        assert rig.motion.enable() == ''
        count = len(rig.sent)
        rig.decide()
        assert len(rig.sent) > count
    rig.motion.end('the test is over')
