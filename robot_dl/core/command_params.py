"""Parameters of every node that commands motion: its limits, watchdogs and outputs."""

from dataclasses import dataclass
from typing import Any

from robot_dl.core.node_params import ModelParams
from robot_dl.core.params import Params, param

OUTPUTS = ('auto', 'joint_trajectory', 'commands', 'cmd_vel')
STOPS = ('auto', 'hold', 'zero', 'ramp_to_zero', 'release')
ON_BREACH = ('clip', 'refuse')

EACH = 'one number for all joints, or one for each in the order of `joints`'


def _limit(doc: str) -> Any:
    return param((), f'{doc}; {EACH}.', fixed=True)


def _bound(doc: str) -> Any:
    return param(0.0, f'{doc}; 0 is not given.', low=0.0, high=1000.0, fixed=True)


@dataclass(frozen=True)
class LimitParams(Params):
    """What a robot may be told; where a URDF says less, that holds."""

    joints: tuple[str, ...] = param(
        (),
        "The joints in the controller's own order; empty takes the order of the model.",
        fixed=True,
    )
    urdf: str = param(
        '', 'URDF file that gives limits too; where both give one, the tighter holds.', fixed=True
    )
    position_low: tuple[float, ...] = _limit('Least position, rad or m')
    position_high: tuple[float, ...] = _limit('Greatest position, rad or m')
    velocity_max: tuple[float, ...] = _limit('Greatest speed of a joint, rad/s or m/s')
    acceleration_max: tuple[float, ...] = _limit(
        'Greatest acceleration of a joint, rad/s² or m/s²; empty does not limit it'
    )
    effort_max: tuple[float, ...] = _limit('Greatest effort of a joint, Nm or N')
    linear_speed_max: float = _bound('Greatest speed of a base, m/s')
    linear_acceleration_max: float = _bound('Greatest acceleration of a base, m/s²')
    angular_speed_max: float = _bound('Greatest turning speed of a base, rad/s')
    angular_acceleration_max: float = _bound('Greatest angular acceleration of a base, rad/s²')


@dataclass(frozen=True)
class GateParams(LimitParams):
    """When a robot is told something, and what it is told at the end."""

    blend_in_s: float = param(
        1.0,
        'Time from the measured state to what the model wants, after `~/enable true`.',
        low=0.0,
        high=60.0,
        fixed=True,
    )
    input_timeout_s: float = param(
        0.2,
        'Age of an input, by the steady clock, at which the robot is stopped.',
        low=0.001,
        high=60.0,
        fixed=True,
    )
    command_timeout_s: float = param(
        0.2,
        'Time without a new decision at which the robot is stopped.',
        low=0.001,
        high=60.0,
        fixed=True,
    )
    heartbeat_timeout_s: float = param(
        0.0,
        'Time without `heartbeat` at which the robot is stopped; 0 needs no heartbeat.',
        low=0.0,
        high=60.0,
        fixed=True,
    )
    publish_rate_hz: float = param(
        50.0,
        'How often a command is sent again while no new one has come.',
        low=1.0,
        high=1000.0,
        fixed=True,
    )
    stop: str = param(
        'auto',
        'How the robot is stopped; auto is hold for positions and zero for all else.',
        choices=STOPS,
        fixed=True,
    )
    ramp_s: float = param(0.5, 'How long ramp_to_zero takes.', low=0.01, high=60.0, fixed=True)
    on_breach: str = param(
        'clip',
        'What becomes of a decision beyond the limits: clip keeps to them, refuse drops it.',
        choices=ON_BREACH,
        fixed=True,
    )
    dry_run: bool = param(
        False,
        'Command nothing; what would have been commanded goes to `~/shadow/…`.',
        fixed=True,
    )
    output: str = param(
        'auto',
        'Where commands go; auto is joint_trajectory for positions, cmd_vel for a base, and '
        'commands for all else.',
        choices=OUTPUTS,
        fixed=True,
    )
    stamped: bool = param(False, 'Publish `cmd_vel` as TwistStamped.', fixed=True)


@dataclass(frozen=True)
class CommandParams(GateParams, ModelParams):
    """Parameters of a node that commands motion with a model."""

    autostart: bool = param(
        True, 'Configure and activate at start; false waits for lifecycle transitions.', fixed=True
    )
