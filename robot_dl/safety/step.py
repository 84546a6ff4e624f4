"""What all limiters have in common."""

from dataclasses import dataclass

from robot_dl.safety.limits import Joints

POSITION, VELOCITY, ACCELERATION, EFFORT = 'position', 'velocity', 'acceleration', 'effort'


@dataclass(frozen=True)
class Step:
    """What a limiter lets through.

    Attributes:
        values: To be sent [N].
        clipped: The limits that made it differ from what was wanted.
    """

    values: Joints
    clipped: tuple[str, ...] = ()


class Limiter:
    """Keeps one kind of command within its limits, from one step to the next.

    Attributes:
        value: What was let through last [N].
        needs_place: Whether it must know where the joints are all the time.
    """

    value: Joints
    needs_place = False

    @property
    def rests(self) -> bool:
        """Whether what was let through last leaves the robot where it is."""
        return not self.value.any()

    def begin(self, positions: Joints, velocities: Joints | None) -> None:
        """Start from a measured state [N]."""
        raise NotImplementedError

    def locate(self, positions: Joints) -> None:
        """Learn where the joints are by now [N]."""

    def step(self, target: Joints, dt_s: float) -> Step:
        """Go towards a target [N] for a time."""
        raise NotImplementedError

    def complaint(self, values: Joints, period_s: float, goes_on: bool) -> str:
        """Say why setpoints [T, N] within the range are still too much; empty if they are not.

        Args:
            values: The setpoints of a decision.
            period_s: The time between them.
            goes_on: Whether the first of them must be near to what was let through last.
        """
        return ''

    def halt(self, dt_s: float) -> Step:
        """Come to rest as fast as the limits allow."""
        return self.step(0 * self.value, dt_s)
