"""Terms of observations in env.yaml, by the function that computes each of them."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from robot_dl.cli.importing.draft import ASK, Draft, Guess
from robot_dl.cli.importing.policies.patterns import matching
from robot_dl.cli.importing.policies.plain_yaml import inside
from robot_dl.cli.importing.policies.policy_file import LATER
from robot_dl.engine.card_checks import CardError, short

KEY = 'policy.observation'

GROUPS = ('policy', 'actor')
"""What the group of observations is called that the policy sees."""

BASE = 'base_link'
"""Frame in which goals are told: the robot's root, whose name is not in the file."""

FUNCTIONS: dict[str, dict[str, Any]] = {
    'base_lin_vel': {'term': 'base_linear_velocity'},
    'base_ang_vel': {'term': 'imu_angular_velocity'},
    'imu_ang_vel': {'term': 'imu_angular_velocity'},
    'imu_lin_acc': {'term': 'imu_linear_acceleration'},
    'projected_gravity': {'term': 'projected_gravity'},
    'imu_projected_gravity': {'term': 'projected_gravity'},
    'base_pos_z': {'term': 'base_height'},
    'joint_pos': {'term': 'joint_position_absolute'},
    'joint_pos_rel': {'term': 'joint_position'},
    'joint_vel': {'term': 'joint_velocity'},
    'joint_vel_rel': {'term': 'joint_velocity'},
    'joint_effort': {'term': 'joint_effort'},
    'last_action': {'term': 'last_action'},
}
"""What a function of isaaclab.envs.mdp or mjlab.envs.mdp is here."""

NAMES: dict[str, dict[str, Any]] = {
    **FUNCTIONS,
    'joint_pos': {'term': 'joint_position'},
    'actions': {'term': 'last_action'},
    'action': {'term': 'last_action'},
    'velocity_commands': {'term': 'command'},
    'base_velocity': {'term': 'command'},
    'commands': {'term': 'command'},
    'command': {'term': 'command'},
}
"""What terms are usually called, where only the names are known (`joint_pos` is relative then)."""

SENSORS = {'lin_vel': 'base_linear_velocity', 'ang_vel': 'imu_angular_velocity'}
"""What the sensors of mjlab's `builtin_sensor` tell, by the end of their names."""

COMMANDS = ('generated_commands', 'velocity_commands')
VELOCITY = re.compile('velocity|twist', re.IGNORECASE)
POSE = re.compile(r'\bUniformPoseCommand')


def last_name(value: Any) -> str:
    """Return 'joint_pos' of 'isaaclab.envs.mdp.observations:joint_pos'."""
    return re.split('[.:]', str(value).strip())[-1]


def observation_draft(env: Any, agent: Any, joints: Sequence[str]) -> Draft:
    """Return the terms in their order, or why they have to be asked for.

    Raises:
        CardError: If a pattern of joints fits none.
    """
    terms, strange = [], []
    for name, values in _entries(env, agent):
        found = _term(env, values)
        if found is None:
            strange.append(f'{name} ({last_name(values.get("func"))})')
        else:
            terms.append({**found, **_details(values), **_joints(name, values, joints)})
    if strange:
        why = f'env.yaml has terms that are not known here: {", ".join(strange)}'
        return {f'{ASK}{KEY}': Guess('…', why)}
    if not terms:
        return {}
    if any('joints' in t and not joints for t in terms):
        return {LATER + KEY: Guess(None, 'env.yaml has joints by patterns of names')}
    reason = 'env.yaml: the terms of its policy; angular velocity and gravity by the IMU'
    return {KEY: Guess([plain(t) for t in terms], reason)}


def plain(term: Mapping[str, Any]) -> Any:
    """Return a term as short as a card may have it: its name alone if that is all."""
    return dict(term) if len(term) > 1 else term['term']


def _entries(env: Any, agent: Any) -> list[tuple[str, Mapping[str, Any]]]:
    """Return the terms that the policy sees by name, each with the history of its group."""
    everything = inside(env, 'observations')
    wanted = next((g for name in GROUPS if (g := inside(agent, 'obs_groups', name))), None)
    groups = wanted or [next((name for name in GROUPS if name in everything), '')]
    entries: list[tuple[str, Mapping[str, Any]]] = []
    for name in groups if isinstance(groups, list) else []:
        group = inside(everything, str(name))
        content = inside(group, 'terms') or group
        if not isinstance(content, dict):
            raise CardError(f'env.yaml: observations.{name}: expected terms, got {short(group)}')
        history = inside(group, 'history_length')
        for key, values in content.items():
            if isinstance(values, dict) and 'func' in values:
                whole = values if history is None else {**values, 'history_length': history}
                entries.append((str(key), whole))
    return entries


def _term(env: Any, values: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return what one function is here, without its details; None if nothing is like it."""
    if values.get('modifiers'):
        return None
    name = last_name(values.get('func'))
    if name in COMMANDS:
        return _command(env, str(inside(values, 'params', 'command_name')))
    if name == 'builtin_sensor':
        sensor = str(inside(values, 'params', 'sensor_name'))
        return next(({'term': t} for end, t in SENSORS.items() if sensor.endswith(end)), None)
    if name == 'gait_phase':
        period = inside(values, 'params', 'period')
        return {'term': 'phase', 'period_s': period} if isinstance(period, (int, float)) else None
    return FUNCTIONS.get(name)


def _command(env: Any, name: str) -> dict[str, Any] | None:
    kind = str(inside(env, 'commands', name, 'class_type') or '')
    if POSE.search(kind):
        # Isaac Lab writes quaternions with the scalar first.
        return {'term': 'goal_pose', 'frame': BASE, 'quaternion': 'wxyz'}
    return {'term': 'command'} if VELOCITY.search(kind) or VELOCITY.search(name) else None


def _details(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return clip, scale and history: in the same order, and with the same meaning, as here."""
    details: dict[str, Any] = {}
    if isinstance(values.get('clip'), list):
        details['clip'] = values['clip']
    if values.get('scale') is not None and values['scale'] != 1.0:
        details['scale'] = values['scale']
    history = values.get('history_length') or 0
    if isinstance(history, int) and history > 1:
        details['history'] = history
    return details


def _joints(name: str, values: Mapping[str, Any], joints: Sequence[str]) -> dict[str, Any]:
    """Return the joints of a term that is about some of them only."""
    patterns = inside(values, 'params', 'asset_cfg', 'joint_names')
    if not patterns:
        return {}
    listed = [patterns] if isinstance(patterns, str) else patterns
    if not joints:
        return {'joints': listed}
    ordered = bool(inside(values, 'params', 'asset_cfg', 'preserve_order'))
    found = matching([str(p) for p in listed], joints, ordered)
    return {} if found == list(joints) else {'joints': found}
