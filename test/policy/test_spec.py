"""What a card may say of a policy, and what is said about a wrong one."""

import copy

import pytest
from toy_policies import JOINTS, PUSH

from robot_dl.engine.card_checks import CardError
from robot_dl.policy.spec import PolicySpec


def changed(**changes) -> dict:
    """Return the card's part with other values; a key such as action__scale is nested."""
    policy = copy.deepcopy(PUSH)
    for key, value in changes.items():
        part, _, name = key.rpartition('__')
        (policy[part] if part else policy)[name] = value
    return policy


def terms(*names_or_terms) -> dict:
    return changed(observation=list(names_or_terms))


def test_a_card_tells_sizes_needs_and_periods():
    spec = PolicySpec.from_card(PUSH)
    assert (spec.size, spec.action.size, spec.period_ns) == (9, 3, 20_000_000)
    assert spec.needs == ('joint_positions', 'joint_velocities')
    assert (spec.inputs, spec.lead) == (('joint_states',), 'joint_states')


def test_a_term_may_be_its_name_alone():
    assert PolicySpec.from_card(terms('command')).observation[0].term == 'command'


def test_what_leads_is_the_first_input_that_comes_all_the_time():
    spec = PolicySpec.from_card(
        {
            'rate_hz': 10,
            'observation': ['command', 'imu_angular_velocity', 'base_height'],
            'action': {'kind': 'twist'},
        }
    )
    assert (spec.inputs, spec.lead) == (('odom', 'imu', 'command'), 'odom')


def test_history_multiplies_the_size():
    spec = PolicySpec.from_card({**terms({'term': 'joint_velocity', 'history': 4}), 'history': 2})
    assert (spec.frame_size, spec.size) == (3, 24)


def test_chunks_are_decided_as_often_as_they_are_executed():
    spec = PolicySpec.from_card(changed(action__chunk=10, action__execute=4))
    assert (spec.decision_period_ns, spec.period_ns) == (80_000_000, 20_000_000)


def test_the_frames_of_goals_are_those_of_the_terms():
    both = [{'term': 'goal_position', 'frame': f} for f in ('tcp', 'base_link')]
    assert PolicySpec.from_card(terms(*both)).frames == ('tcp', 'base_link')


WRONG = {
    'an unknown key': (
        changed(rate=50),
        "unknown key 'policy.rate'. Did you mean 'policy.rate_hz'",
    ),
    'no rate': ({k: v for k, v in PUSH.items() if k != 'rate_hz'}, 'policy.rate_hz: missing'),
    'an impossible rate': (changed(rate_hz=0), 'policy.rate_hz: expected 1 numbers'),
    'too high a rate': (changed(rate_hz=1e5), 'policy.rate_hz: expected at most 10000'),
    'no terms': (changed(observation=[]), 'policy.observation: expected a list of terms'),
    'an unknown term': (
        terms('joint_positon'),
        r"policy.observation\[0\]: unknown term 'joint_positon'. Did you mean 'joint_position'",
    ),
    'an unknown key of a term': (
        terms({'term': 'command', 'scal': 2}),
        r"unknown key 'policy.observation\[0\].scal'. Did you mean .*\[0\].scale'",
    ),
    'an unknown joint of a term': (
        terms({'term': 'joint_velocity', 'joints': ['hip', 'kne']}),
        r"\(joint_velocity\): joints: unknown joint 'kne'. Did you mean 'knee'",
    ),
    'a joint told twice': (
        changed(joints=['hip', 'hip']),
        'policy.joints: expected a list of diff',
    ),
    'joints where there are none': (
        terms({'term': 'command', 'joints': ['hip']}),
        r'\(command\): joints: this term has none',
    ),
    'no frame': (terms('goal_position'), r'\(goal_position\): frame: missing'),
    'no period': (terms('phase'), r'\(phase\): period_s: missing'),
    'no default positions': (
        {**PUSH, 'default_positions': []},
        r'policy.default_positions: missing; joint_position_scaled is relative to them',
    ),
    'no default positions for a term': (
        {**changed(action__kind='joint_velocity'), 'default_positions': []},
        r'\(joint_position\): policy.default_positions: missing',
    ),
    'too few default positions': (
        changed(default_positions=[0.1]),
        'default_positions: expected 3',
    ),
    'scales of another size': (
        terms({'term': 'command', 'scale': [1, 2]}),
        r'\(command\): scale: expected 3 numbers',
    ),
    'limits the wrong way round': (
        terms({'term': 'command', 'clip': [1, -1]}),
        r'\(command\): clip: expected the least number first',
    ),
    'a history of none': (
        terms({'term': 'command', 'history': 0}),
        r'\(command\): history: expected a whole number from 1',
    ),
    'an unknown order': (
        terms({'term': 'command', 'order': 'oldest'}),
        r'\(command\): order: expected one of oldest_first, newest_first',
    ),
    'an image with a past': (
        terms({'term': 'image', 'history': 2}),
        r'\(image\): history: an image has none',
    ),
    'normalised twice': (
        changed(normalisation={'in_graph': True, 'mean': 0.5}),
        'the observation would be normalised twice',
    ),
    'statistics of another size': (
        changed(normalisation={'mean': [0.0] * 8}),
        'policy.normalisation.mean: expected 9 numbers',
    ),
    'a deviation of zero': (
        changed(normalisation={'std': [1.0] * 4 + [0.0] + [1.0] * 4}),
        'expected std . epsilon > 0, got 0 for element 4',
    ),
    'an unknown kind of action': (
        changed(action__kind='joint_torque'),
        'policy.action.kind: expected one of joint_position',
    ),
    'an unknown joint of the action': (
        changed(action__joints=['ancle']),
        "policy.action.joints: unknown joint 'ancle'. Did you mean 'ankle'",
    ),
    'action scales of another size': (
        changed(action__scale=[1, 2]),
        'policy.action.scale: expected 3 numbers',
    ),
    'a twist with joints': (
        changed(action={'kind': 'twist', 'joints': ['hip']}),
        'a twist has axes and no joints',
    ),
    'an unknown axis': (
        changed(action={'kind': 'twist', 'axes': ['angular.x']}),
        "policy.action.axes: unknown axis 'angular.x'",
    ),
    'nothing to command': (
        {**changed(observation=['command'], joints=[]), 'default_positions': []}
        | {'action': {'kind': 'joint_velocity'}},
        'policy.action: expected joints to command',
    ),
    'a table without its kind': (
        changed(action={'kind': 'discrete', 'table': [[0.0], [1.0]]}),
        'expected table and table_kind',
    ),
    'a table of an action that has none': (
        changed(action__table=[[0.0], [1.0]]),
        'expected table and table_kind',
    ),
    'rows of another size': (
        changed(action={'kind': 'discrete', 'table_kind': 'joint_effort', 'table': [[0], [1]]}),
        'policy.action.table: expected 3 numbers a row, for hip, knee, ankle, got 1',
    ),
    'rows of different sizes': (
        changed(
            action={'kind': 'discrete', 'table_kind': 'joint_effort', 'table': [[0] * 3, [1]]}
        ),
        r'policy.action.table\[1\]: expected 3 numbers',
    ),
    'more executed than there are': (
        changed(action__chunk=2, action__execute=3),
        'policy.action.execute: expected a whole number from 1 to 2',
    ),
    'a state that becomes nothing': (
        changed(recurrent={'h': ''}),
        'policy.recurrent.h: expected the name of an output',
    ),
}


@pytest.mark.parametrize(('policy', 'message'), WRONG.values(), ids=WRONG)
def test_a_wrong_card_is_refused_by_name(policy, message):
    with pytest.raises(CardError, match=message):
        PolicySpec.from_card(policy)


def test_the_card_s_own_values_are_not_changed():
    policy = copy.deepcopy(PUSH)
    PolicySpec.from_card(policy)
    assert policy == PUSH
    assert policy['joints'] is not JOINTS
