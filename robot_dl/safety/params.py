"""Make a gate as the parameters of a node say."""

from collections.abc import Iterable

import numpy as np

from robot_dl.core.command_params import GateParams, LimitParams
from robot_dl.core.names import unknown_name
from robot_dl.core.params import ParamError
from robot_dl.safety.config import GateConfig
from robot_dl.safety.limits import Joints, Limits
from robot_dl.safety.urdf import UrdfError, limits_from_urdf

LISTS = {
    'position_low': 'position_low',
    'position_high': 'position_high',
    'velocity': 'velocity_max',
    'acceleration': 'acceleration_max',
    'effort': 'effort_max',
}
"""The parameter of each limit of joints."""


def gate_config(
    params: GateParams, kind: str, names: tuple[str, ...], inputs: Iterable[str]
) -> GateConfig:
    """Return how a gate shall work.

    Args:
        params: Parameters of the node.
        kind: One of `core.motion.KINDS`.
        names: The model's joints, or `core.motion.TWIST_AXES`.
        inputs: Names of the inputs that must stay fresh.

    Raises:
        ParamError: The parameters do not fit each other, or the model; the message names the
            joint and the parameter.
    """
    order = names if kind == 'twist' else controller_order(params.joints, names)
    try:
        return GateConfig(
            kind=kind,
            names=order,
            limits=limits_of(params, kind, order),
            blend_in_s=params.blend_in_s,
            input_timeouts=dict.fromkeys(inputs, params.input_timeout_s),
            command_timeout_s=params.command_timeout_s,
            heartbeat_timeout_s=params.heartbeat_timeout_s,
            publish_period_s=1 / params.publish_rate_hz,
            stop=params.stop,
            ramp_s=params.ramp_s,
            on_breach=params.on_breach,
        )
    except (UrdfError, ValueError) as error:
        raise error if isinstance(error, ParamError) else ParamError(str(error)) from error


def controller_order(joints: tuple[str, ...], names: tuple[str, ...]) -> tuple[str, ...]:
    """Return the joints in the controller's order: as the deployment says, else the model's.

    Raises:
        ParamError: The deployment names other joints than the model.
    """
    for joint in joints:
        if joint not in names:
            raise ParamError(f'joints: {unknown_name("joint", joint, names)}')
    missing = [name for name in names if joints and name not in joints]
    if missing:
        raise ParamError(f'joints: the model also commands {", ".join(missing)}; name them all')
    return joints or names


def limits_of(params: LimitParams, kind: str, names: tuple[str, ...]) -> Limits:
    """Return the limits that parameters give, and the tighter ones of their URDF.

    Raises:
        ParamError: A list is of the wrong length.
        UrdfError: The URDF cannot be used.
    """
    if kind == 'twist':
        return Limits.of_base(
            linear_speed=params.linear_speed_max,
            linear_acceleration=params.linear_acceleration_max,
            angular_speed=params.angular_speed_max,
            angular_acceleration=params.angular_acceleration_max,
        )
    given = {limit: _column(params, name, names) for limit, name in LISTS.items()}
    limits = Limits.of_joints(len(names), **given)
    return limits.tighter(limits_from_urdf(params.urdf, names)) if params.urdf else limits


def _column(params: LimitParams, parameter: str, names: tuple[str, ...]) -> Joints:
    """Return a parameter as [N], NaN where it is empty."""
    values: tuple[float, ...] = getattr(params, parameter)
    if len(values) not in (0, 1, len(names)):
        raise ParamError(
            f'{parameter}: expected 1 number, or {len(names)} for {", ".join(names)}; '
            f'got {len(values)}'
        )
    return np.full(len(names), values if values else np.nan)
