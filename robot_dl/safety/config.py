"""What a command gate is told once, and checked for sense."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from robot_dl.core.motion import KINDS, TWIST_AXES
from robot_dl.core.names import choose, unknown_name
from robot_dl.safety.limits import PER_JOINT, Limits, contradiction

STOPS_OF: Mapping[str, tuple[str, ...]] = {
    'position': ('hold', 'release'),
    'velocity': ('zero', 'ramp_to_zero', 'release'),
    'effort': ('zero', 'ramp_to_zero', 'release'),
    'twist': ('zero', 'ramp_to_zero', 'release'),
}
"""How each kind of command can be stopped; the first is what `auto` means."""
WHY_NOT = {
    'hold': 'hold keeps a position, and is for positions only',
    'zero': 'a position of zero is a place to go to and no stop; take hold',
    'ramp_to_zero': 'a position of zero is a place to go to and no stop; take hold',
}


@dataclass(frozen=True)
class GateConfig:
    """How a command gate works.

    Attributes:
        kind: One of `core.motion.KINDS`.
        names: The joints in the controller's own order, or `core.motion.TWIST_AXES`.
        limits: What may be commanded at most, in that order.
        blend_in_s: Time from the measured state to what is wanted.
        input_timeouts: Time after which each watched input is stale, by its name.
        command_timeout_s: Time without a decision after which the robot is stopped.
        heartbeat_timeout_s: Time without a heartbeat after which it is; 0 needs none.
        publish_period_s: How often a command is sent again.
        stop: One of `core.command_params.STOPS`.
        ramp_s: How long `ramp_to_zero` takes.
        on_breach: 'clip' or 'refuse'.
    """

    kind: str
    names: tuple[str, ...]
    limits: Limits
    blend_in_s: float = 1.0
    input_timeouts: Mapping[str, float] = field(default_factory=dict)
    command_timeout_s: float = 0.2
    heartbeat_timeout_s: float = 0.0
    publish_period_s: float = 0.02
    stop: str = 'auto'
    ramp_s: float = 0.5
    on_breach: str = 'clip'

    def __post_init__(self) -> None:
        """Refuse what makes no sense.

        Raises:
            ValueError: The message says what was expected, what came, and what to do.
        """
        stops = choose('kind of command', self.kind, STOPS_OF)
        if self.stop not in ('auto', *stops):
            raise ValueError(
                f'stop {self.stop} does not fit commands of kind {self.kind}: '
                + WHY_NOT.get(self.stop, unknown_name('stop', self.stop, ('auto', *stops)))
            )
        if self.on_breach not in ('clip', 'refuse'):
            raise ValueError(unknown_name('on_breach', self.on_breach, ('clip', 'refuse')))
        self._check_names()

    @property
    def stop_behaviour(self) -> str:
        """How the robot is stopped, with `auto` resolved."""
        return STOPS_OF[self.kind][0] if self.stop == 'auto' else self.stop

    def _check_names(self) -> None:
        if self.kind == 'twist':
            if self.names != TWIST_AXES:
                raise ValueError(
                    f'a twist has the axes {", ".join(TWIST_AXES)}; got {", ".join(self.names)}'
                )
            return
        if not self.names or '' in self.names or len(set(self.names)) < len(self.names):
            raise ValueError(f'expected each joint once and none empty, got {self.names!r}')
        for name in PER_JOINT:
            count = len(getattr(self.limits, name))
            if count != len(self.names):
                raise ValueError(f'{name}: expected {len(self.names)} numbers, got {count}')
        if sentence := contradiction(self.names, self.limits):
            raise ValueError(sentence)


assert set(STOPS_OF) == set(KINDS)


@dataclass(frozen=True)
class GateReport:
    """How a gate is.

    Attributes:
        state: One of `gate.STATES`.
        reason: Why it is closed, stopping or in fault; empty if it was never opened, or is open.
        counts: How often something was refused or clipped, by what.
        last_breach: The last of these, in words.
    """

    state: str
    reason: str
    counts: Mapping[str, int]
    last_breach: str
