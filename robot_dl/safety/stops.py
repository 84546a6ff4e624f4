"""How a robot is brought to rest, and for how long it is told so."""

from collections.abc import Callable

from robot_dl.safety.limits import Joints
from robot_dl.safety.step import Limiter

# A controller, or the network, may miss one message.
REPEAT_S = 0.5

Brake = Callable[[Limiter, Joints, float, float], Joints]
"""From limiter, value at the beginning [N], share of the ramp that is left, time of the step."""


def _halt(limiter: Limiter, start: Joints, left: float, dt_s: float) -> Joints:
    return limiter.halt(dt_s).values


def _ramp(limiter: Limiter, start: Joints, left: float, dt_s: float) -> Joints:
    return limiter.step(left * start, dt_s).values


BRAKES: dict[str, Brake] = {'hold': _halt, 'zero': _halt, 'ramp_to_zero': _ramp}
"""What is sent at the end, by the name of the stop behaviour; `release` sends nothing."""


class Stopping:
    """A stop under way, on the steady clock."""

    def __init__(self, behaviour: str, ramp_s: float, limiter: Limiter, now_s: float) -> None:
        """Begin to stop from what a limiter has let through last."""
        self._brake = BRAKES.get(behaviour)
        self._ramp_s = ramp_s if behaviour == 'ramp_to_zero' else 0.0
        self._limiter, self._start, self._began_s = limiter, limiter.value, now_s
        self._rested_s: float | None = None

    def is_over(self, now_s: float) -> bool:
        """Say whether there is nothing more to tell the robot."""
        if self._brake is None:
            return True
        return self._rested_s is not None and now_s - self._rested_s > REPEAT_S

    @property
    def is_at_rest(self) -> bool:
        """Whether the robot has been told to be at rest."""
        return self._brake is None or self._rested_s is not None

    def step(self, now_s: float, dt_s: float) -> Joints:
        """Return what to send next [N]."""
        assert self._brake is not None
        gone = (now_s - self._began_s) / self._ramp_s if self._ramp_s else 1.0
        values = self._brake(self._limiter, self._start, max(0.0, 1.0 - gone), dt_s)
        if self._rested_s is None and self._limiter.rests and gone >= 1.0:
            self._rested_s = now_s
        return values
