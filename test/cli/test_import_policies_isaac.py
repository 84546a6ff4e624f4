"""Policies of rsl_rl, Isaac Lab, mjlab and unitree_rl_lab, with what lies beside them."""

import json

import numpy as np
import pytest
import yaml
from isaac_files import (
    ENV,
    JOINTS,
    METADATA,
    REST,
    TERMS,
    said,
    write_actor,
    write_run,
)

from robot_dl.cli.main import main
from robot_dl.engine.card import load_card
from robot_dl.engine.library import user_models
from robot_dl.policy.pipeline import Policy
from robot_dl.policy.types import Readings

LICENSE = ['--license', 'BSD-3-Clause']
NAMES = ['--joints', ','.join(JOINTS)]


pytestmark = pytest.mark.filterwarnings('ignore')  # exporters of torch that go, and still are used


@pytest.fixture
def home(tmp_path, monkeypatch):
    """Give a user an empty home, and stand there."""
    monkeypatch.setenv('HOME', str(tmp_path))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def imported(*arguments):
    """Import a policy; return what its card says."""
    assert main(['models', 'import', *map(str, arguments), '--name', 'p', '--force']) == 0
    return load_card(user_models() / 'p').policy


def asked(capsys, *arguments):
    """Import what cannot be without questions; return these."""
    assert main(['models', 'import', *map(str, arguments)]) == 2
    return capsys.readouterr().err


def readings(seed=0):
    rng = np.random.default_rng(seed)
    return Readings(
        0,
        joint_positions=rng.normal(0, 1, 4),
        joint_velocities=rng.normal(0, 3, 4),
        orientation_xyzw=np.array([0.0, 0.6, 0.0, 0.8]),
        angular_velocity=rng.normal(0, 9, 3),
        command=rng.normal(0, 1, 3),
    )


def test_env_yaml_tells_all_but_the_order_of_the_joints(home, capsys):
    path, _ = write_run(home / 'run')
    complaint = asked(capsys, path)
    assert '--joints: the names' in complaint
    assert '--license' in complaint
    for known in ('--rate', '--observation', '--action', '--default-positions', '--normalis'):
        assert known not in complaint
    policy = imported(path, *NAMES, *LICENSE)
    assert policy['rate_hz'] == 50.0
    assert policy['joints'] == JOINTS
    assert policy['default_positions'] == REST
    assert policy['normalisation'] == {'in_graph': True}
    assert policy['observation'] == [
        {'term': 'imu_angular_velocity', 'clip': [-10.0, 10.0], 'scale': 0.25},
        'projected_gravity',
        'command',
        'joint_position',
        {'term': 'joint_velocity', 'scale': 0.05},
        'last_action',
    ]
    assert policy['action'] == {
        'kind': 'joint_position_scaled',
        'scale': [0.125, 0.125, 0.25, 0.25],
        'clip': [-100.0, 100.0],
    }


def test_an_imported_policy_does_what_isaac_lab_would(home):
    """The observation and the target worked out by hand, as Isaac Lab's managers do."""
    path, actor = write_run(home / 'run')
    imported(path, *NAMES, *LICENSE)
    policy, last = Policy.open('p', 'cpu'), np.zeros(4)
    for step in range(5):
        now = readings(step)
        seen = [
            0.25 * np.clip(now.angular_velocity, -10, 10),
            # Tilted by 2 asin(0.6) about y, down lies partly along -x… in the body's own axes.
            [2 * 0.8 * 0.6, 0.0, 2 * 0.36 - 1],
            now.command,
            now.joint_positions - REST,
            0.05 * now.joint_velocities,
            last,
        ]
        last = said(actor, np.concatenate(seen))
        wanted = np.array(REST) + np.array([0.125, 0.125, 0.25, 0.25]) * last
        np.testing.assert_allclose(policy.decide(now).values[0], wanted, atol=1e-5)


def test_metadata_tells_all_but_the_rate(home, capsys):
    write_actor(home / 'policy.onnx', **METADATA)
    complaint = asked(capsys, 'policy.onnx')
    assert '--rate' in complaint
    assert '--license' in complaint
    assert '--joints' not in complaint
    policy = imported('policy.onnx', '--rate', '50', *LICENSE)
    assert policy['joints'] == JOINTS
    assert policy['default_positions'] == REST
    assert policy['observation'] == [
        'imu_angular_velocity',
        'projected_gravity',
        'joint_position',
        'joint_velocity',
        'last_action',
        'command',
    ]
    assert policy['action'] == {
        'kind': 'joint_position_scaled',
        'scale': [0.25, 0.25, 0.375, 0.375],
    }


def test_gains_of_the_training_are_told(home, capsys):
    write_actor(home / 'policy.onnx', **METADATA)
    imported('policy.onnx', '--rate', '50', *LICENSE)
    out = capsys.readouterr().out
    assert 'trained with joint_stiffness 25.000' in out
    assert 'give the controllers of the robot the same gains' in out
    assert 'Assumed, so look twice: policy.observation, policy.action.kind' in out


def test_metadata_may_be_json(home):
    told = {
        'dof_names': json.dumps(JOINTS),
        'default_joint_pos': json.dumps(REST),
        'action_scale': '0.5',
        'observation_names': json.dumps(
            ['base_ang_vel', 'projected_gravity', 'joint_pos', 'joint_vel', 'actions', 'commands']
        ),
    }
    write_actor(home / 'policy.onnx', **told)
    policy = imported('policy.onnx', '--rate', '50', *LICENSE)
    assert policy['joints'] == JOINTS
    assert policy['action']['scale'] == 0.5


def test_the_numbers_of_env_yaml_win_over_the_three_decimals_of_metadata(home):
    path, _ = write_run(home / 'run', ENV.replace('0.125', '0.12345'), **METADATA)
    policy = imported(path, *LICENSE)
    assert policy['joints'] == JOINTS
    assert policy['action']['scale'] == [0.12345, 0.12345, 0.25, 0.25]


def test_histories_are_stacked_term_by_term(home):
    histories = '3.000,3.000,3.000,3.000,3.000,1.000'
    size = 3 * (3 + 3 + 4 + 4 + 4) + 3
    told = {**METADATA, 'observation_history_lengths': histories}
    actor = write_actor(home / 'policy.onnx', size, **told)
    policy = imported('policy.onnx', '--rate', '50', *LICENSE)
    assert policy['observation'][0] == {'term': 'imu_angular_velocity', 'history': 3}
    opened, now = Policy.open('p', 'cpu'), readings()
    opened.decide(now)
    # Isaac Lab fills an empty history with the first value, oldest first.
    np.testing.assert_allclose(opened.observation[:9], np.tile(now.angular_velocity, 3), atol=1e-6)
    assert opened.observation.shape == (size,)
    assert said(actor, opened.observation).shape == (4,)


def test_a_term_that_nothing_tells_is_named(home, capsys):
    scan = """    height_scan:
      func: isaaclab.envs.mdp.observations:height_scan
      params: {}
"""
    path, _ = write_run(home / 'run', ENV.replace('    height_scan: null\n', scan))
    complaint = asked(capsys, path, *NAMES, *LICENSE)
    assert '--observation: env.yaml has terms that are not known here: height_scan' in complaint


def test_two_actions_are_named(home, capsys):
    more = """actions:
  gripper:
    class_type: isaaclab.envs.mdp.actions.binary_joint_actions:BinaryJointPositionAction
"""
    path, _ = write_run(home / 'run', ENV.replace('actions:\n  joint_pos:', f'{more}  joint_pos:'))
    assert 'env.yaml has the actions gripper, joint_pos' in asked(capsys, path, *NAMES, *LICENSE)


def test_a_pose_to_reach_is_a_goal(home):
    env = ENV.replace('velocity_command:UniformVelocityCommand', 'pose_command:UniformPoseCommand')
    (home / 'params').mkdir()
    (home / 'params' / 'env.yaml').write_text(env)
    write_actor(home / 'policy.onnx', TERMS + 4)
    policy = imported('policy.onnx', *NAMES, *LICENSE)
    wanted = {'term': 'goal_pose', 'frame': 'base_link', 'quaternion': 'wxyz'}
    assert policy['observation'][2] == wanted


def test_joints_of_a_term_and_of_the_action_may_be_some(home):
    some = """      params:
        asset_cfg:
          name: robot
          joint_names: .*_thigh_joint
"""
    env = ENV.replace('joint_vel_rel\n      params: {}\n', f'joint_vel_rel\n{some}')
    env = env.replace('    - .*\n    scale', '    - .*_hip_joint\n    scale')
    env = env.replace('      ^(?!.*_hip_joint).*: 0.25\n', '')
    (home / 'env.yaml').write_text(env)
    write_actor(home / 'policy.onnx', 3 + 3 + 3 + 4 + 2 + 2, 2)
    policy = imported('policy.onnx', *NAMES, *LICENSE)
    assert policy['observation'][4]['joints'] == JOINTS[2:]
    assert policy['action']['joints'] == JOINTS[:2]
    assert policy['action']['scale'] == 0.125


def test_mjlab_tells_the_same_in_its_own_way(home):
    env = yaml.safe_load(
        """
sim: {mujoco: {timestep: 0.004}}
decimation: 5
scene: {entities: {robot: {init_state: {joint_pos: {.*: 0.3}}}}}
commands: {twist: {}}
"""
    )
    text = (
        yaml.safe_dump(env)
        + """
observations:
  actor:
    history_length: null
    terms:
      base_lin_vel:
        func: !!python/name:mjlab.envs.mdp.observations.builtin_sensor ''
        params: {sensor_name: robot/imu_lin_vel}
      base_ang_vel:
        func: !!python/name:mjlab.envs.mdp.observations.builtin_sensor ''
        params: {sensor_name: robot/imu_ang_vel}
      joint_pos:
        func: !!python/name:mjlab.envs.mdp.observations.joint_pos_rel ''
        params: {}
      command:
        func: !!python/name:mjlab.envs.mdp.observations.generated_commands ''
        params: {command_name: twist}
actions:
  joint_pos: !!python/object:mjlab.envs.mdp.actions.actions_config.JointPositionActionCfg
    actuator_names: !!python/tuple [.*]
    scale: {.*_hip_joint: 0.4, .*_thigh_joint: 0.6}
    use_default_offset: true
"""
    )
    (home / 'params').mkdir()
    (home / 'params' / 'env.yaml').write_text(text)
    write_actor(home / 'policy.onnx', 13)
    policy = imported('policy.onnx', *NAMES, *LICENSE)
    assert policy['rate_hz'] == 50.0
    assert policy['default_positions'] == [0.3] * 4
    assert policy['observation'] == [
        'base_linear_velocity',
        'imu_angular_velocity',
        'joint_position',
        'command',
    ]
    assert policy['action'] == {'kind': 'joint_position_scaled', 'scale': [0.4, 0.4, 0.6, 0.6]}


@pytest.mark.parametrize(
    ('old', 'new'),
    [
        ('dt: 0.005', 'dt: [1]'),
        ('    - .*\n    scale', '    - 3\n    scale'),
        ('0.8\n', '[0.8]\n'),
    ],
)
def test_a_configuration_with_something_else_in_it_is_refused(old, new, home, capsys):
    path, _ = write_run(home / 'run', ENV.replace(old, new))
    assert asked(capsys, path, *NAMES, *LICENSE)
