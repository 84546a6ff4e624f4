"""What exporters of policies write into the metadata of an ONNX file.

Sources: `attach_onnx_metadata` of HybridRobotics/whole_body_tracking and of mujocolab/mjlab, which
write lists as 'a,b,c' with three decimals; others write the same keys as JSON.
"""

import json
from collections.abc import Mapping
from typing import Any

from robot_dl.cli.importing.draft import ASK, ASSUMED, Guess, read
from robot_dl.cli.importing.policies.isaac_terms import NAMES, plain
from robot_dl.cli.importing.policies.policy_file import NOTE
from robot_dl.engine.card_checks import CardError

SOURCE = 'metadata of the exporter'

JOINTS = ('joint_names', 'dof_names')
OBSERVATIONS = 'observation_names'
HISTORIES = 'observation_history_lengths'
GAINS = ('joint_stiffness', 'joint_damping', 'kp', 'kd')
MOST = 1000

OFTEN_MOTION = ('motion',)
"""Commands that are a recorded movement, which no topic tells."""


def is_of_a_policy(metadata: Mapping[str, Any]) -> bool:
    """Tell whether an exporter of policies wrote it."""
    return any(key in metadata for key in (*JOINTS, OBSERVATIONS))


def metadata_draft(metadata: Mapping[str, Any]) -> dict[str, Guess]:
    """Return what the metadata says, by key of the card.

    Raises:
        CardError: If lists that belong together have different lengths.
    """
    draft: dict[str, Guess] = {}
    joints = next((_list(metadata[key]) for key in JOINTS if key in metadata), [])
    if joints:
        draft |= read(SOURCE, **{'policy.joints': [str(j) for j in joints]})
    if 'default_joint_pos' in metadata:
        values = _numbers('default_joint_pos', metadata, len(joints))
        draft |= read(f'{SOURCE}, three decimals', **{'policy.default_positions': values})
    draft |= _action(metadata, len(joints)) | _observation(metadata) | _gains(metadata)
    return draft


def _action(metadata: Mapping[str, Any], joints: int) -> dict[str, Guess]:
    if 'action_scale' not in metadata:
        return {}
    numbers = _numbers('action_scale', metadata, joints)
    scale = numbers[0] if len(set(numbers)) == 1 else numbers
    draft = read(f'{SOURCE}, three decimals', **{'policy.action.scale': scale})
    why = 'exporters that write action_scale scale around the default positions'
    draft['policy.action.kind'] = Guess('joint_position_scaled', why, ASSUMED)
    return draft


def _observation(metadata: Mapping[str, Any]) -> dict[str, Guess]:
    if OBSERVATIONS not in metadata:
        return {}
    names = [str(name) for name in _list(metadata[OBSERVATIONS])]
    commands = [str(name) for name in _list(metadata.get('command_names', ''))]
    motions = [c for c in commands if c in OFTEN_MOTION]
    strange = [n for n in names if n not in NAMES or (motions and n == 'command')]
    if strange:
        why = f'{SOURCE}: no sensor here tells {", ".join(strange)}'
        if motions:
            why += ': the policy follows a recorded movement'
        return {f'{ASK}policy.observation': Guess('…', why)}
    terms = [dict(NAMES[name]) for name in names]
    for term, history in zip(terms, _histories(metadata, len(names)), strict=True):
        term.update({'history': history} if history > 1 else {})
    why = f'{SOURCE}: names of the terms; their scales are not in it, so taken for 1'
    return {'policy.observation': Guess([plain(t) for t in terms], why, ASSUMED)}


def _histories(metadata: Mapping[str, Any], count: int) -> list[int]:
    content = _list(metadata.get(HISTORIES, ''))
    if not content:
        return [1] * count
    if len(content) != count:
        raise CardError(
            f'{HISTORIES}: expected {count}, one for each observation, got {len(content)}'
        )
    return [max(1, round(_number(HISTORIES, one))) for one in content]


def _gains(metadata: Mapping[str, Any]) -> dict[str, Guess]:
    """Return the gains of the joints' controllers, which the robot has to have as well."""
    found = {key: _list(metadata[key]) for key in GAINS if key in metadata}
    told = [f'{key} {", ".join(map(str, values))}' for key, values in found.items()]
    if not told:
        return {}
    text = f'trained with {"; ".join(told)}: give the controllers of the robot the same gains'
    return {f'{NOTE}gains': Guess(text, SOURCE)}


def _numbers(key: str, metadata: Mapping[str, Any], joints: int) -> list[float]:
    values = [_number(key, value) for value in _list(metadata[key])]
    if len(values) == 1 and joints:
        values *= joints
    if joints and len(values) != joints:
        raise CardError(
            f'{SOURCE}: {key}: expected {joints} numbers, one a joint, got {len(values)}'
        )
    return values


def _number(key: str, value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        raise CardError(f'{SOURCE}: {key}: expected numbers, got {str(value)[:40]!r}') from None


def _list(text: Any) -> list[Any]:
    """Return the items of 'a,b,c', or of a list in JSON."""
    stripped = str(text).strip()
    if stripped.startswith('['):
        try:
            content = json.loads(stripped)
        except (ValueError, RecursionError):
            return []
        return content[:MOST] if isinstance(content, list) else []
    return [part.strip() for part in stripped.split(',') if part.strip()][:MOST]
