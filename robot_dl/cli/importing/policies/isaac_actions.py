"""The action in env.yaml: what Isaac Lab and mjlab do with the network's output."""

from collections.abc import Mapping, Sequence
from typing import Any

from robot_dl.cli.importing.draft import ASK, Draft, Guess, read
from robot_dl.cli.importing.policies.isaac_terms import last_name
from robot_dl.cli.importing.policies.patterns import matching, spread
from robot_dl.cli.importing.policies.plain_yaml import inside
from robot_dl.cli.importing.policies.policy_file import LATER, NOTE

KEY = 'policy.action.'
SOURCE = 'env.yaml: actions'

KINDS = {
    'JointPositionAction': 'joint_position',
    'RelativeJointPositionAction': 'joint_position_delta',
    'JointVelocityAction': 'joint_velocity',
    'JointEffortAction': 'joint_effort',
}
"""Kind of an action by the class that carries it out; `Cfg` may follow."""

USUAL = {'joint_pos': 'JointPositionAction', 'JointPositionAction': 'JointPositionAction'}
"""The class by the name of the action, where it does not stand there."""


def action_draft(env: Any, agent: Any, joints: Sequence[str]) -> Draft:
    """Return what the network's output means, or why that has to be asked for.

    Raises:
        CardError: If a pattern of joints fits none.
    """
    actions = {k: v for k, v in inside(env, 'actions').items() if isinstance(v, dict)}
    if len(actions) != 1:
        why = f'env.yaml has the actions {", ".join(actions) or "none"}; one kind is possible here'
        return {f'{ASK}{KEY}kind': Guess('joint_position', why)}
    name, values = next(iter(actions.items()))
    kind = KINDS.get(_class(name, values))
    if kind is None:
        why = f'env.yaml: the action {name} ({last_name(values.get("class_type"))}) is not known'
        return {f'{ASK}{KEY}kind': Guess('joint_position', why)}
    is_default = kind == 'joint_position' and values.get('use_default_offset', True) is True
    draft = read(SOURCE, **{f'{KEY}kind': 'joint_position_scaled' if is_default else kind})
    draft |= _clip(agent) | _note(name, values)
    if not joints:
        return {**draft, LATER + KEY + 'scale': Guess(None, f'{SOURCE}: by patterns of names')}
    return {**draft, **_numbers(values, joints, is_default)}


def _class(name: str, values: Mapping[str, Any]) -> str:
    if values.get('class_type'):
        return last_name(values['class_type']).removesuffix('Cfg')
    return USUAL.get(name, '')


def _numbers(values: Mapping[str, Any], joints: Sequence[str], is_default: bool) -> Draft:
    patterns = values.get('joint_names') or values.get('actuator_names') or ['.*']
    listed = [patterns] if isinstance(patterns, str) else [str(p) for p in patterns]
    chosen = matching(listed, joints, bool(values.get('preserve_order')))
    content: dict[str, Any] = {} if chosen == list(joints) else {'joints': chosen}
    content['scale'] = _short(spread(f'{SOURCE}.scale', values.get('scale', 1.0), chosen, 1.0))
    offset = spread(f'{SOURCE}.offset', values.get('offset', 0.0), chosen, 0.0)
    if any(offset) and not is_default:
        content['offset'] = _short(offset)
    return read(SOURCE, **{KEY + name: value for name, value in content.items()})


def _short(numbers: list[float]) -> float | list[float]:
    return numbers[0] if len(set(numbers)) == 1 else numbers


def _clip(agent: Any) -> dict[str, Guess]:
    """Return the bound that rsl_rl's wrapper puts on actions before the environment sees them."""
    bound = inside(agent, 'clip_actions')
    if isinstance(bound, (int, float)) and not isinstance(bound, bool) and bound > 0:
        return read('agent.yaml: clip_actions', **{f'{KEY}clip': [-float(bound), float(bound)]})
    return {}


def _note(name: str, values: Mapping[str, Any]) -> dict[str, Guess]:
    if not values.get('clip'):
        return {}
    text = f'env.yaml clips what {name} sets to {values["clip"]}: give that to the command gate'
    return {NOTE + KEY + 'clip': Guess(text, 'position_low and position_high')}
