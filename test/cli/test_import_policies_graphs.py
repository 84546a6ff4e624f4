"""Policies as graphs: memory, outputs, normalisers, and what is asked for."""

import numpy as np
import pytest
import torch
import yaml
from isaac_files import (
    JOINTS,
    METADATA,
    REST,
    TERMS,
    Recurrent,
    said,
    write_actor,
    write_recurrent,
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


@pytest.mark.parametrize('kind', ['GRU', 'LSTM'])
def test_memory_of_rsl_rl_is_carried_on(kind, home):
    actor: Recurrent = write_recurrent(home / 'policy.onnx', 7, 4, kind)
    moved = ['--action', 'joint_velocity', '--action-scale', '1', '--rate', '50']
    seen = ['--observation', 'joint_velocity,command', '--normalisation', 'none']
    policy_card = imported('policy.onnx', *NAMES, *LICENSE, *moved, *seen)
    wanted = {'h_in': 'h_out', 'c_in': 'c_out'}
    assert policy_card['recurrent'] == {k: wanted[k] for k in list(wanted)[: 1 + (kind == 'LSTM')]}
    policy = Policy.open('p', 'cpu')
    states = [torch.zeros(1, 1, 8) for _ in policy_card['recurrent']]
    for step in range(6):
        now = readings(step)
        row = torch.tensor(np.concatenate([now.joint_velocities, now.command])[None])
        with torch.inference_mode():
            answer, *states = actor(row.float(), *states)
        np.testing.assert_allclose(policy.decide(now).values[0], answer[0].numpy(), atol=1e-5)


def test_statistics_beside_a_graph_that_normalises_are_refused(home, capsys):
    write_actor(home / 'policy.onnx', **METADATA)
    np.savez(home / 'numbers.npz', mean=np.zeros(TERMS), var=np.ones(TERMS))
    arguments = ['--rate', '50', *LICENSE, '--normalisation', 'numbers.npz']
    assert 'the graph normalises the observation itself (it begins with Sub)' in asked(
        capsys, 'policy.onnx', *arguments
    )


def test_torchscript_of_rsl_rl_is_a_policy_too(home):
    actor = write_actor(home / 'unused.onnx', 7)
    torch.jit.trace(actor, torch.zeros(1, 7)).save('policy.pt')
    moved = ['--action', 'joint_effort', '--action-scale', '2', '--rate', '50']
    seen = ['--observation', 'joint_velocity,command', '--normalisation', 'none']
    imported('policy.pt', *NAMES, *LICENSE, *moved, *seen)
    now = readings()
    wanted = 2 * said(actor, np.concatenate([now.joint_velocities, now.command]))
    np.testing.assert_allclose(Policy.open('p', 'cpu').decide(now).values[0], wanted, atol=1e-5)


class Remembering(torch.nn.Module):
    """Keeps its state in itself, as rsl_rl's TorchScript does."""

    def __init__(self):
        super().__init__()
        self.register_buffer('hidden_state', torch.zeros(1, 4))

    def forward(self, x):
        """Return what it remembers."""
        self.hidden_state[:] = self.hidden_state + x
        return self.hidden_state


def test_torchscript_with_memory_inside_is_refused(home, capsys):
    torch.jit.script(Remembering()).save('policy.pt')
    assert 'it keeps its memory in itself' in asked(capsys, 'policy.pt', '--task', 'policy')


def test_a_graph_alone_is_asked_everything(home, capsys):
    write_actor(home / 'policy.onnx', 7)
    complaint = asked(capsys, 'policy.onnx')
    for option in ('--joints', '--rate', '--observation', '--action', '--action-scale'):
        assert f'{option}: ' in complaint
    assert 'what the 7 numbers of the observation are' in complaint
    assert '--joints=joint1,joint2,… --rate=50' in complaint


class ThreeAnswers(torch.nn.Module):
    """Returns action, value and log-probability, as people export stable-baselines3."""

    def forward(self, seen):
        """Return all three, unnamed."""
        return seen[:, :4] * 1.0, seen.sum(dim=1, keepdim=True), seen[:, :1] * 0


def test_which_output_is_the_action_is_asked_for(home, capsys):
    torch.onnx.export(
        ThreeAnswers(),
        (torch.zeros(1, 7),),
        'policy.onnx',
        output_names=['a', 'b', 'c'],
        dynamo=False,
    )
    moved = ['--action', 'joint_effort', '--action-scale', '2', '--rate', '50']
    seen = ['--observation', 'joint_velocity,command', '--normalisation', 'none']
    arguments = ['policy.onnx', *NAMES, *LICENSE, *moved, *seen]
    assert 'which of its outputs is the action: a float32[1, 4], b' in asked(capsys, *arguments)
    (home / 'more.yaml').write_text('action: {output: a}')
    assert imported(*arguments, '--policy', 'more.yaml')['action']['output'] == 'a'


def test_deploy_yaml_of_unitree_is_read(home):
    deploy = {
        'step_dt': 0.02,
        'default_joint_pos': REST,
        'actions': {'JointPositionAction': {'scale': [0.25] * 4, 'offset': REST, 'clip': None}},
        'observations': {
            'base_ang_vel': {'scale': [0.2] * 3, 'history_length': 2},
            'velocity_commands': {'scale': [1.0] * 3, 'history_length': 1},
            'joint_pos_rel': {'scale': [1.0] * 4, 'history_length': 1},
            'gait_phase': {'params': {'period': 0.8}, 'scale': [1.0] * 2, 'history_length': 1},
        },
    }
    (home / 'params').mkdir()
    (home / 'params' / 'deploy.yaml').write_text(yaml.safe_dump(deploy, sort_keys=False))
    write_actor(home / 'exported' / 'policy.onnx', 6 + 3 + 4 + 2)
    policy = imported('exported/policy.onnx', *NAMES, *LICENSE)
    assert policy['rate_hz'] == 50.0
    assert policy['observation'] == [
        {'term': 'imu_angular_velocity', 'scale': 0.2, 'history': 2},
        'command',
        'joint_position',
        {'term': 'phase', 'period_s': 0.8},
    ]
    assert policy['action'] == {'kind': 'joint_position', 'scale': 0.25, 'offset': REST}
