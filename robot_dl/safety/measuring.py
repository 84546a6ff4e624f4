"""Where the joints are, as far as one knows."""

import numpy as np

from robot_dl.safety.config import GateConfig
from robot_dl.safety.limits import Joints

# Part of a joint's range, and at most so many rad or m: so far outside of its limits may it be
# when the gate opens. A servo that sags at its end stop must not keep a robot from working.
SLACK_PART, SLACK_MOST = 0.02, 0.05


class Measured:
    """The last measured state.

    Attributes:
        positions: [N] in the controller's order; None while nobody knows.
        velocities: [N]; None where they are not measured.
    """

    def __init__(self, config: GateConfig) -> None:
        """Know nothing."""
        self.positions: Joints | None = None
        self.velocities: Joints | None = None
        self._config, self._at_s, self._problem = config, float('-inf'), ''
        self._timeout_s = max(config.input_timeouts.values(), default=config.command_timeout_s)

    def take(self, positions: Joints, velocities: Joints | None, now_s: float) -> str:
        """Take a measured state; say what is wrong with it, and then it is not known."""
        self.positions, self.velocities, self._at_s = positions, velocities, now_s
        self._problem = self._odd('position', positions)
        if velocities is not None and not self._problem:
            self._problem = self._odd('velocity', velocities)
        if self._problem:
            self.positions = self.velocities = None
        return self._problem

    def stale(self, now_s: float) -> str:
        """Say why it is not known where the joints are now; empty if it is."""
        if self._problem or self._at_s == float('-inf'):
            return self._problem or 'no state of the joints has been measured yet'
        age_s = now_s - self._at_s
        if age_s > self._timeout_s:
            return f'the joints were measured {age_s:.2f} s ago for the last time'
        return ''

    def outside(self) -> str:
        """Say which joint is too far out of its limits to begin; empty if none is."""
        low, high = self._config.limits.position_low, self._config.limits.position_high
        positions = self.positions
        if positions is None:
            return ''
        slack = np.fmin(SLACK_PART * np.fmin(high - low, 1e9), SLACK_MOST)  # one end may be NaN
        out = (positions < low - slack) | (positions > high + slack)
        if not out.any():
            return ''
        i = int(out.argmax())
        return (
            f'joint {self._config.names[i]} is at {positions[i]:.4g}, outside of its limits '
            f'[{low[i]:.4g}, {high[i]:.4g}]: move it inside by other means first'
        )

    def _odd(self, what: str, values: Joints) -> str:
        names = self._config.names
        if values.shape != (len(names),):
            return f'expected {len(names)} measured values, got {list(values.shape)}'
        fine = np.isfinite(values)
        if fine.all():
            return ''
        i = int(fine.argmin())
        return f'joint {names[i]}: its measured {what} is {values[i]}'
