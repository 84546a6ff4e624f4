"""Parameters of the policy node."""

from dataclasses import dataclass

from robot_dl.core.command_params import CommandParams
from robot_dl.core.node_params import model_param
from robot_dl.core.params import param

STOP, ZERO = 'stop', 'zero'


@dataclass(frozen=True)
class PolicyParams(CommandParams):
    """Which policy moves the robot, and what it listens to."""

    model: str = model_param('balance_ppo')
    stamped_command: bool = param(False, 'Subscribe `command` as TwistStamped.', fixed=True)
    stale_command: str = param(
        STOP,
        'When no `command` has come for `input_timeout_s`: stop the robot, or let the policy go '
        'on with a command of zero, as a legged robot must to stay upright.',
        choices=(STOP, ZERO),
        fixed=True,
    )
    tf_timeout_s: float = param(
        0.05,
        'For a goal, longest wait for the frames at the time of a measurement.',
        low=0.0,
        high=1.0,
        fixed=True,
    )
