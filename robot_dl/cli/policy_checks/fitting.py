"""Whether a policy fits a robot: its description, and a deployment's controller."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from robot_dl.bringup.deployment import NodeSpec
from robot_dl.bringup.finding import find_deployment
from robot_dl.bringup.reading import read_deployment
from robot_dl.core.motion import TWIST_AXES
from robot_dl.core.params import ParamError
from robot_dl.engine.library import find_model
from robot_dl.policy.pacing import timeout_problem
from robot_dl.policy.params import PolicyParams
from robot_dl.policy.spec import PolicySpec
from robot_dl.safety.config import GateConfig
from robot_dl.safety.limits import missing_limits
from robot_dl.safety.params import gate_config
from robot_dl.safety.urdf import UrdfError, limits_from_urdf

EXECUTABLE = 'policy_node'


@dataclass(frozen=True)
class Place:
    """A node of a deployment that runs a policy.

    Attributes:
        name: The node's.
        params: Its parameters.
        config: How its gate works.
    """

    name: str
    params: PolicyParams
    config: GateConfig


def urdf_problems(spec: PolicySpec, urdf: Path) -> list[str]:
    """Return what of a policy a robot's description does not have, or does not allow.

    Raises:
        ValueError: If the file cannot be used at all.
    """
    problems, rests = [], dict(zip(spec.joints, spec.default_positions, strict=False))
    for joint in spec.joints:
        try:
            limits = limits_from_urdf(urdf, (joint,))
        except UrdfError as error:
            if joint not in str(error):
                raise
            problems.append(str(error))
            continue
        low, high = float(limits.position_low[0]), float(limits.position_high[0])
        if joint in rests and not _inside(rests[joint], low, high):
            problems.append(
                f'{urdf}: joint {joint} goes from {low:g} to {high:g}, and its default position '
                f'is {rests[joint]:g}'
            )
    return problems


def _inside(value: float, low: float, high: float) -> bool:
    return not (value < low or value > high)


def places(model: str, spec: PolicySpec, deployment: str) -> list[Place]:
    """Return the nodes of a deployment that run a model, as it configures them.

    Raises:
        ValueError: If the deployment is wrong, has none, or one does not fit the policy.
    """
    found = read_deployment(find_deployment(deployment))
    policies = [node for node in found.nodes if node.kind.executable == EXECUTABLE]
    mine = [node for node in policies if _is_same(model, _params(node).model)]
    if not mine:
        named = ', '.join(_params(node).model for node in policies) or 'no policy'
        raise ValueError(
            f'{deployment}: expected a {EXECUTABLE} with model {model}; it runs {named}'
        )
    return [_place(node, spec, deployment) for node in mine]


def _params(node: NodeSpec) -> PolicyParams:
    known = {s.name for s in PolicyParams.specs()}
    values: dict[str, Any] = {k: v for k, v in node.params.items() if k in known}
    return PolicyParams.from_dict(values)


def _is_same(model: str, other: str) -> bool:
    if model == other:
        return True
    try:
        return find_model(model).resolve() == find_model(other).resolve()
    except ValueError:
        return False


def _place(node: NodeSpec, spec: PolicySpec, deployment: str) -> Place:
    kind, params = spec.action.motion.setpoint, _params(node)
    try:
        config = gate_config(params, kind, spec.action.joints or TWIST_AXES, spec.inputs)
        if problem := timeout_problem(spec.decision_period_ns, params.command_timeout_s):
            raise ParamError(problem)
    except ParamError as error:
        raise ParamError(f'{deployment}: {node.name}: {error}') from error
    return Place(node.name, params, config)


def place_problem(place: Place) -> str:
    """Return which limit the gate of a node lacks, so that it could not be enabled; or nothing."""
    config = place.config
    lacking = missing_limits(config.kind, config.names, config.limits)
    return f'{place.name}: {lacking}' if lacking else ''
