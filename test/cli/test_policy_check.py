"""`robot_dl policy check`: through real messages, and against a description and a deployment."""

import json

import numpy as np
import pytest
import yaml
from isaac_files import JOINTS, write_actor
from std_msgs.msg import Header

from robot_dl.cli.main import main
from robot_dl.cli.policy_checks.commands import Outputs
from robot_dl.cli.policy_checks.messages import Inputs
from robot_dl.core.command_params import GateParams
from robot_dl.core.motion import TWIST_AXES, Plan
from robot_dl.engine.card import load_card
from robot_dl.engine.library import BUNDLED, user_models
from robot_dl.policy.golden import golden_of, load, save
from robot_dl.policy.pipeline import Policy
from robot_dl.policy.spec import PolicySpec
from robot_dl.policy.types import ReadingError

pytestmark = pytest.mark.ros

EVERYTHING = [
    {'term': 'joint_position'},
    {'term': 'joint_velocity', 'joints': JOINTS[:2], 'history': 3},
    {'term': 'joint_effort', 'scale': 0.1},
    'base_linear_velocity',
    'base_angular_velocity',
    'base_height',
    'base_projected_gravity',
    'imu_angular_velocity',
    'imu_linear_acceleration',
    'projected_gravity',
    'command',
    {'term': 'goal_pose', 'frame': 'tool0'},
    {'term': 'goal_position', 'frame': 'base_link'},
    'last_action',
]
REST = [0.1, -0.1, 0.8, 0.8]
ACTIONS = {
    'joint_position': {'kind': 'joint_position_scaled', 'scale': [0.1, 0.2, 0.3, 0.4]},
    'delta': {'kind': 'joint_position_delta', 'scale': 0.05},
    'velocity': {'kind': 'joint_velocity', 'joints': JOINTS[1:3]},
    'twist': {'kind': 'twist', 'axes': ['linear.x', 'angular.z']},
}
COUNTS = {'velocity': 2, 'twist': 2}


@pytest.fixture
def home(tmp_path, monkeypatch):
    """Give a user an empty home, and stand there."""
    monkeypatch.setenv('HOME', str(tmp_path))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def made(home, action='joint_position', terms=EVERYTHING):
    """Import a policy that wants to know everything; return its folder."""
    policy = {
        'joints': JOINTS,
        'rate_hz': 50,
        'default_positions': REST,
        'observation': terms,
        'action': {'scale': 1.0, **ACTIONS[action]},
    }
    spec = PolicySpec.from_card(policy)
    write_actor(home / 'policy.onnx', spec.size, COUNTS.get(action, 4))
    (home / 'policy.yaml').write_text(yaml.safe_dump(policy))
    arguments = ['--policy', 'policy.yaml', '--license', 'MIT', '--name', 'p', '--force']
    assert main(['models', 'import', 'policy.onnx', *arguments]) == 0
    return user_models() / 'p'


def changed(folder, change):
    """Change what a card says of a policy."""
    card = yaml.safe_load((folder / 'model.yaml').read_text())
    change(card['policy'])
    (folder / 'model.yaml').write_text(yaml.safe_dump(card))


def checked(capsys, *arguments):
    """Check a policy; return the exit code and what was said."""
    capsys.readouterr()
    code = main(['policy', 'check', 'p', *map(str, arguments)])
    return code, capsys.readouterr().out


@pytest.mark.parametrize('action', ACTIONS)
def test_golden_vectors_reproduce_through_messages(action, home, capsys):
    made(home, action)
    code, out = checked(capsys, '--json', 'found.json')
    assert code == 0, out
    found = json.loads((home / 'found.json').read_text())
    assert found['ok']
    assert found['steps'] == 32
    assert max(found['apart'].values()) <= 1e-5
    assert '32 golden vectors over messages' in out


def test_readings_survive_messages_with_shuffled_joints(home):
    """Trap 18: joints come in any order, among those of others."""
    policy = Policy.open(str(made(home)))
    inputs, orders = Inputs(policy.spec), set()
    make = inputs._joint_state
    for readings in golden_of(policy).readings[:8]:
        orders.add(tuple(make(readings, Header()).name))
        arrived = inputs.through(readings)
        assert arrived.stamp_ns == readings.stamp_ns
        for name in policy.spec.needs:
            if name != 'goals':
                np.testing.assert_allclose(arrived.get(name), readings.get(name), atol=1e-12)
        for frame in policy.spec.frames:
            np.testing.assert_allclose(arrived.goals[frame], readings.goals[frame], atol=1e-12)
    assert len(orders) > 1


@pytest.mark.parametrize(
    ('output', 'kind'),
    [('joint_trajectory', 'position'), ('commands', 'position'), ('commands', 'effort')],
)
def test_setpoints_survive_a_controller_with_another_order(output, kind):
    """Trap 18: the controller's order is its own."""
    outputs = Outputs(kind, ('c', 'a', 'b'), GateParams(output=output))
    plan = Plan(kind, ('a', 'b', 'c'), 0, 20_000_000, np.arange(6.0).reshape(2, 3))
    np.testing.assert_array_equal(outputs.through(plan).values, plan.values)
    assert outputs.topic == output


@pytest.mark.parametrize('stamped', [False, True])
def test_a_twist_survives_its_message(stamped):
    outputs = Outputs('twist', TWIST_AXES, GateParams(stamped=stamped))
    plan = Plan('twist', TWIST_AXES, 0, 20_000_000, np.array([[0.3, -0.2, 1.5]]))
    np.testing.assert_array_equal(outputs.through(plan).values, plan.values)


CHANGES = {
    'scale of the action': lambda p: p['action'].update(scale=[0.1, 0.2, 0.3, 0.41]),
    'scale of a term': lambda p: p['observation'][2].update(scale=0.2),
    'order of the joints': lambda p: p.update(joints=JOINTS[::-1]),
    'order of the terms': lambda p: p['observation'].insert(3, p['observation'].pop(4)),
    'default positions': lambda p: p.update(default_positions=[0.1, -0.1, 0.8, 0.9]),
    'a quaternion': lambda p: p['observation'][11].update(quaternion='wxyz'),
}


@pytest.mark.parametrize('name', CHANGES)
def test_a_change_of_the_card_is_found(name, home, capsys):
    changed(made(home), CHANGES[name])
    code, out = checked(capsys)
    assert code == 1
    assert 'PROBLEM: golden vectors: expected at most 1e-05' in out


def test_a_changed_golden_vector_is_found(home, capsys):
    folder = made(home)
    golden = load(folder / 'golden.npz')
    golden.setpoints[7, 0, 2] += 1e-3
    save(golden, folder / 'golden.npz')
    code, out = checked(capsys)
    assert code == 1
    assert 'setpoint 1.0e-03' in out


def test_nan_is_no_agreement(home, capsys):
    folder = made(home)
    golden = load(folder / 'golden.npz')
    golden.actions[3, 0] = np.nan
    save(golden, folder / 'golden.npz')
    assert checked(capsys)[0] == 1


def test_a_policy_without_golden_vectors_says_so(home, capsys):
    changed(made(home), lambda policy: policy.pop('golden'))
    code, out = checked(capsys)
    assert code == 1
    assert 'policy.golden: missing; there is nothing to compare with' in out


def test_golden_vectors_of_another_shape_are_named(home, capsys):
    folder = made(home)
    changed(folder, lambda policy: policy['observation'].pop())
    capsys.readouterr()
    assert main(['policy', 'check', 'p']) == 2
    assert 'policy.observation: the terms have' in capsys.readouterr().err


URDF = """<robot name="r">{}</robot>"""
JOINT = """<joint name="{}" type="revolute">
  <limit lower="-1" upper="{}" velocity="5" effort="9"/></joint>"""


def urdf(home, **uppers):
    text = ''.join(JOINT.format(name, upper) for name, upper in uppers.items())
    (home / 'robot.urdf').write_text(URDF.format(text))
    return home / 'robot.urdf'


def test_a_joint_that_the_robot_does_not_have_is_named(home, capsys):
    made(home)
    found = urdf(home, **dict.fromkeys([*JOINTS[:3], 'FR_thigh_joint1'], 1))
    code, out = checked(capsys, '--urdf', found)
    assert code == 1
    assert "unknown joint 'FR_thigh_joint'. Did you mean 'FR_thigh_joint1'?" in out


def test_a_rest_beyond_the_limits_is_named(home, capsys):
    made(home)
    found = urdf(home, **{**dict.fromkeys(JOINTS, 1), JOINTS[2]: 0.5})
    code, out = checked(capsys, '--urdf', found)
    assert code == 1
    assert 'FL_thigh_joint goes from -1 to 0.5, and its default position is 0.8' in out


def test_a_robot_that_fits_is_said_to(home, capsys):
    made(home)
    code, out = checked(capsys, '--urdf', urdf(home, **dict.fromkeys(JOINTS, 1)))
    assert code == 0
    assert 'all 4 joints are there' in out


LIMITS = {'position_low': [-2.0], 'position_high': [2.0], 'velocity_max': [5.0]}


def deployment(home, **params):
    node = {'executable': 'policy_node', 'params': {'model': 'p', **params}}
    (home / 'robot.yaml').write_text(yaml.safe_dump({'nodes': [node]}))
    return home / 'robot.yaml'


def test_a_deployment_with_its_own_order_fits(home, capsys):
    made(home)
    file = deployment(home, joints=JOINTS[::-1], output='commands', **LIMITS)
    code, out = checked(capsys, '--deployment', file)
    assert code == 0, out
    assert f'policy_node commands {", ".join(JOINTS[::-1])}' in out
    assert 'over messages, to commands' in out


@pytest.mark.parametrize(
    ('params', 'words'),
    [
        ({'joints': [*JOINTS[:3], 'FR_thigh_jont']}, "Did you mean 'FR_thigh_joint'?"),
        ({'joints': JOINTS[:3]}, 'joints: the model also commands FR_thigh_joint'),
        ({'position_low': [-1.0, -1.0]}, 'position_low: expected 1 number, or 4'),
        ({'velocity_max': []}, 'has no limit velocity_max'),
        ({'output': 'cmd_vel'}, 'output: cmd_vel carries twist, but the model commands position'),
        ({'model': 'other'}, 'expected a policy_node with model p; it runs other'),
    ],
)
def test_a_deployment_that_does_not_fit_is_named(params, words, home, capsys):
    made(home)
    code, out = checked(capsys, '--deployment', deployment(home, **{**LIMITS, **params}))
    assert code == 1
    assert words in out


def test_a_joint_state_without_efforts_is_refused(home):
    """A field that the policy needs and nobody writes is named, not taken for zero."""
    policy = Policy.open(str(made(home)))
    inputs = Inputs(policy.spec)
    readings = golden_of(policy).readings[0]
    inputs._make['joint_states'] = lambda r, header: without(inputs._joint_state(r, header))
    with pytest.raises(ReadingError, match='expected a effort for each of 6 joints, got 0'):
        inputs.through(readings)


def without(msg):
    msg.effort = []
    return msg


def test_a_check_on_pictures_sends_to_this_one(home, capsys):
    made(home)
    assert main(['models', 'check', 'p']) == 2
    assert 'is a policy and sees no picture: robot_dl policy check' in capsys.readouterr().err


CARDS = {path.parent.name: load_card(path.parent) for path in BUNDLED.glob('*/model.yaml')}


@pytest.mark.parametrize('name', [n for n, card in CARDS.items() if card.task == 'policy'])
def test_bundled_policies_do_what_they_were_trained_to(name, capsys):
    assert main(['policy', 'check', name]) == 0, capsys.readouterr().out


def test_the_card_names_its_golden_vectors(home):
    assert load_card(made(home)).policy['golden'] == 'golden.npz'
