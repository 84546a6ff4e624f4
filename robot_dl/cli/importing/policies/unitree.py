"""`params/deploy.yaml` of unitree_rl_lab: numbers instead of patterns, and no names of joints.

Source: `export_deploy_cfg` in unitree_rl_lab/utils/export_deploy_cfg.py: all numbers are in the
order of the simulation, except the gains, which are in that of the robot's own interface.
"""

from collections.abc import Mapping
from typing import Any

from robot_dl.cli.importing.draft import ASK, Draft, Guess, merged, read
from robot_dl.cli.importing.policies.isaac_actions import KINDS
from robot_dl.cli.importing.policies.isaac_terms import COMMANDS, FUNCTIONS, plain
from robot_dl.cli.importing.policies.plain_yaml import inside
from robot_dl.engine.card_checks import CardError

SOURCE = 'deploy.yaml'
KEY = 'policy.action.'


def unitree_draft(content: Any) -> dict[str, Guess]:
    """Return what a deploy.yaml says, by key of the card.

    Raises:
        CardError: If it is none.
    """
    if not isinstance(inside(content, 'observations'), dict):
        raise CardError(f'{SOURCE}: expected `observations`, as unitree_rl_lab writes them')
    draft = [_observation(content), _action(content)]
    step_s = inside(content, 'step_dt')
    if isinstance(step_s, (int, float)) and step_s > 0:
        reason = f'{SOURCE}: step_dt {step_s}'
        draft.append({'policy.rate_hz': Guess(round(1 / step_s, 6), reason)})
    if isinstance(rest := inside(content, 'default_joint_pos'), list):
        draft.append(read(SOURCE, **{'policy.default_positions': rest}))
    return merged(draft)


def _observation(content: Any) -> Draft:
    terms, strange = [], []
    for name, values in inside(content, 'observations').items():
        found = _term(str(name), values)
        if found is None:
            strange.append(str(name))
        else:
            terms.append({**found, **_details(values)})
    if strange:
        why = f'{SOURCE}: no sensor here tells {", ".join(strange)}'
        return {f'{ASK}policy.observation': Guess('…', why)}
    return read(f'{SOURCE}: observations', **{'policy.observation': [plain(t) for t in terms]})


def _term(name: str, values: Any) -> dict[str, Any] | None:
    if name in COMMANDS or name == 'keyboard_velocity_commands':
        return {'term': 'command'}
    if name == 'gait_phase':
        period = inside(values, 'params', 'period')
        return {'term': 'phase', 'period_s': period} if isinstance(period, (int, float)) else None
    return FUNCTIONS.get(name)


def _details(values: Mapping[str, Any]) -> dict[str, Any]:
    details: dict[str, Any] = {}
    if isinstance(clip := inside(values, 'clip'), list):
        details['clip'] = clip
    scale = inside(values, 'scale')
    if isinstance(scale, list) and any(number != 1 for number in scale):
        details['scale'] = scale[0] if len(set(scale)) == 1 else scale
    if (history := inside(values, 'history_length')) and history > 1:
        details['history'] = history
    return details


def _action(content: Any) -> Draft:
    actions = inside(content, 'actions')
    if not isinstance(actions, dict) or len(actions) != 1:
        return {}
    name, values = next(iter(actions.items()))
    if name not in KINDS:
        return {
            f'{ASK}{KEY}kind': Guess('joint_position', f'{SOURCE}: the action {name} is not known')
        }
    scale, offset = inside(values, 'scale'), inside(values, 'offset')
    draft = read(SOURCE, **{f'{KEY}kind': KINDS[name]})
    for key, numbers in (('scale', scale), ('offset', offset)):
        if isinstance(numbers, list):
            short = numbers[0] if len(set(numbers)) == 1 else numbers
            draft |= read(SOURCE, **{KEY + key: short})
    return draft
