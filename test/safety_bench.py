"""A command gate on a bench: its clocks, its inputs, and all that it sends."""

import numpy as np

from robot_dl.core.motion import TWIST_AXES, Plan
from robot_dl.safety.config import GateConfig
from robot_dl.safety.gate import CommandGate
from robot_dl.safety.limits import Limits

NAMES = ('hip', 'knee')
LOW, HIGH = np.array([-1.0, 0.0]), np.array([1.0, 2.0])
JOINTS = Limits.of_joints(
    2, position_low=LOW, position_high=HIGH, velocity=2.0, acceleration=50.0, effort=10.0
)
FREE = Limits.of_joints(2, velocity=2.0, acceleration=50.0)
BASE = Limits.of_base(linear_speed=0.5, linear_acceleration=5.0, angular_speed=1.0)
LIMITS = {'position': JOINTS, 'velocity': FREE, 'effort': JOINTS, 'twist': BASE}
PERIOD_S = 0.02


class Bench:
    """Drives a gate: a sensor and a model at 50 Hz, unless they are switched off.

    Attributes:
        sent: (time, values) of everything that was sent.
        wish: What the model wants.
        place: What the sensor tells.
    """

    def __init__(self, kind='position', **changes):
        self.kind, self.names = kind, TWIST_AXES if kind == 'twist' else NAMES
        options = {
            'limits': LIMITS[kind],
            'blend_in_s': 0.2,
            'input_timeouts': {'joint_states': 0.2},
            **changes,
        }
        self.config = GateConfig(kind, self.names, **options)
        self.gate = CommandGate(self.config)
        self.now_s, self.clock_s, self.stamp_ns = 100.0, 5.0, 1
        self.sees = self.thinks = True
        self.is_frozen = self.is_paused = False
        self.wish = np.full(len(self.names), 0.3 if kind == 'twist' else 0.4)
        self.place = np.full(len(self.names), 0.1)
        self.sent = []

    @property
    def clock_ns(self):
        """The clock of the stamps."""
        return round(self.clock_s * 1e9)

    def see(self):
        """Give the gate what the sensor tells."""
        self.stamp_ns += 0 if self.is_frozen else 1
        self.gate.saw('joint_states', self.stamp_ns, self.now_s)
        self.gate.measured(self.place, None, self.now_s)

    def plan(self, wish=None, **changes):
        """Return a decision for now."""
        rows = np.atleast_2d(np.array(self.wish if wish is None else wish, float))
        period_ns = round(PERIOD_S * 1e9)
        fields = {'kind': self.kind, 'names': self.names, 'start_ns': self.clock_ns}
        return Plan(**{**fields, 'period_ns': period_ns, 'values': rows, **changes})

    def decide(self, wish=None, **changes):
        """Give the gate a decision, and note what it sends."""
        self.gate.decide(self.plan(wish, **changes), self.now_s)
        return self.tick()

    def tick(self):
        """Note what the gate sends now."""
        setpoint = self.gate.tick(self.now_s, self.clock_ns)
        if setpoint is not None:
            self.sent.append((self.now_s, setpoint.values))
        return setpoint

    def pass_time(self, seconds):
        """Let time pass."""
        self.now_s += seconds
        self.clock_s += 0 if self.is_paused else seconds

    def run(self, seconds):
        """Let sensor, model and timer work for some time; return what was sent meanwhile."""
        count = len(self.sent)
        for _ in range(round(seconds / PERIOD_S)):
            self.pass_time(PERIOD_S)
            if self.sees:
                self.see()
            if self.thinks and self.gate.is_open:
                self.decide()
            self.tick()
        return self.sent[count:]

    def opened(self):
        """Open the gate, and come to where the model wants it."""
        self.see()
        assert self.gate.enable(self.now_s) == ''
        self.run(1.0)
        assert self.gate.state == 'open'
        return self

    @property
    def last(self):
        """What was sent last, as a list."""
        return self.sent[-1][1].tolist()

    @property
    def counts(self):
        """What was counted."""
        return self.gate.report().counts
