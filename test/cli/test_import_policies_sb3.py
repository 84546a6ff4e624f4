"""Policies of stable-baselines3: rebuilt from their weights, they act as the algorithm itself."""

import json
import shutil
import zipfile

import numpy as np
import onnxruntime
import pytest
import yaml
from sb3_models import (
    ALGORITHMS,
    HIGH,
    LOW,
    OBSERVATIONS,
    observations,
    predicted,
    saved,
    trained,
)

from robot_dl.cli.importing.policies.sb3 import read_policy
from robot_dl.cli.main import main
from robot_dl.engine.card import load_card
from robot_dl.engine.library import user_models
from robot_dl.policy.pipeline import Policy
from robot_dl.policy.types import Readings

JOINTS = ['--joints', 'shoulder,elbow', '--rate', '50', '--license', 'MIT']
SEEN = ['--observation', 'joint_velocity,command']
MOVED = ['--action', 'joint_velocity', '--action-scale', '0.5']
PLAIN = ['--normalisation', 'none']


@pytest.fixture
def home(tmp_path, monkeypatch):
    """Give a user an empty home, and stand there."""
    monkeypatch.setenv('HOME', str(tmp_path))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def said(content, seen, resets=()):
    """Return what a graph answers one after another, with its state carried on."""
    session = onnxruntime.InferenceSession(content)
    names = [output.name for output in session.get_outputs()]
    fresh = {i.name: np.zeros(i.shape, np.float32) for i in session.get_inputs()[1:]}
    answers, states = [], fresh
    for step, observation in enumerate(seen):
        states = fresh if step in resets else states
        found = session.run(None, {'observation': observation[None], **states})
        outputs = dict(zip(names, found, strict=True))
        states = {name: outputs[f'{name}_next'] for name in fresh}
        answers.append(outputs['action'][0])
    return np.array(answers)


@pytest.mark.parametrize('name', ALGORITHMS)
def test_the_graph_acts_as_the_algorithm_does(name, tmp_path):
    model, seen, resets = trained(name), observations(), (0, 20)
    file = read_policy(saved(name, tmp_path), {})
    answers, wanted = said(file.content, seen, resets), predicted(model, seen, resets)
    if ALGORITHMS[name][1]:
        assert (answers.argmax(axis=1) == wanted).all()
        assert len(set(wanted.tolist())) > 1
    else:
        np.testing.assert_allclose(answers, wanted, rtol=0, atol=1e-5)
        assert np.ptp(wanted, axis=0).min() > 0.01
        assert (wanted >= LOW).all()
        assert (wanted <= HIGH).all()


@pytest.mark.parametrize(
    ('name', 'kind'),
    [
        ('ppo', 'PPO'),
        ('a2c', 'A2C'),
        ('dqn', 'DQN'),
        ('sac', 'SAC'),
        ('td3', 'TD3'),
        ('ddpg', 'DDPG'),
        ('recurrent', 'RecurrentPPO'),
    ],
)
def test_it_says_which_algorithm_it_is(name, kind, tmp_path):
    assert read_policy(saved(name, tmp_path), {}).kind.startswith(
        f'{kind} of stable-baselines3 2.'
    )


def test_everything_that_is_missing_is_asked_for_at_once(home, capsys):
    saved('sac', home)
    assert main(['models', 'import', 'sac.zip']) == 2
    asked = capsys.readouterr().err
    for option in (
        '--joints: the names',
        '--rate: how many',
        '--observation: what the 5 numbers',
        '--action: what the 2 actions are',
        '--action-scale: by what',
        'they go from -2, 0 to 3, 0.5',
        '--license: the licence',
        '--normalisation: the file does not tell about VecNormalize',
    ):
        assert option in asked
    assert not list(user_models().rglob('*'))


def test_what_is_asked_for_is_enough(home, capsys):
    saved('sac', home)
    assert main(['models', 'import', 'sac.zip', *JOINTS, *SEEN, *MOVED, *PLAIN]) == 0
    said_so = capsys.readouterr().out
    assert '32 steps on CPUExecutionProvider' in said_so
    assert 'as torch computes them' in said_so
    card = load_card(user_models() / 'sac')
    assert card.task == 'policy'
    assert dict(card.tensors) == {'observation': (1, 5)}
    assert card.policy['joints'] == ['shoulder', 'elbow']
    assert (card.folder / 'golden.npz').is_file()


def test_an_imported_policy_commands_what_the_algorithm_would(home):
    saved('td3', home)
    assert main(['models', 'import', 'td3.zip', *JOINTS, *SEEN, *MOVED, *PLAIN]) == 0
    policy = Policy.open('td3', 'cpu')
    velocities, command = np.array([0.3, -1.2]), np.array([0.5, 0.0, -0.7])
    plan = policy.decide(
        Readings(0, joint_positions=np.zeros(2), joint_velocities=velocities, command=command)
    )
    seen = np.concatenate([velocities, command]).astype(np.float32)
    wanted, _ = trained('td3').predict(seen, deterministic=True)
    assert plan.names == ('shoulder', 'elbow')
    np.testing.assert_allclose(plan.values[0], 0.5 * wanted, atol=1e-5)


def test_a_policy_that_chooses_needs_a_table(home, capsys):
    saved('dqn', home)
    arguments = ['models', 'import', 'dqn.zip', *JOINTS, *SEEN, *PLAIN]
    assert main(arguments) == 2
    asked = capsys.readouterr().err
    assert '--table: what each of its 3 choices means' in asked
    assert '--action-scale' not in asked
    table = ['--table', '[[-1, 0], [0, 0], [1, 2]]', '--table-kind', 'joint_effort']
    assert main([*arguments, *table]) == 0
    policy = Policy.open('dqn', 'cpu')
    readings = Readings(
        0, joint_positions=np.zeros(2), joint_velocities=np.ones(2), command=np.ones(3)
    )
    choice, _ = trained('dqn').predict(np.ones(5, np.float32), deterministic=True)
    assert policy.decide(readings).values[0].tolist() == [[-1, 0], [0, 0], [1, 2]][int(choice)]


def test_a_table_of_another_length_is_refused(home, capsys):
    saved('dqn', home)
    table = ['--table=-1,1', '--table-kind', 'joint_effort', '--policy', 'more.yaml']
    (home / 'more.yaml').write_text('action: {joints: [shoulder]}')
    assert main(['models', 'import', 'dqn.zip', *JOINTS, *SEEN, *PLAIN, *table]) == 2
    assert 'the graph returns action: float32[1, 3]' in capsys.readouterr().err
    assert not list(user_models().rglob('*'))


def test_terms_of_another_size_are_named_with_their_sizes(home, capsys):
    saved('a2c', home)
    seen = ['--observation', 'joint_velocity,joint_effort,command']
    assert main(['models', 'import', 'a2c.zip', *JOINTS, *seen, *MOVED]) == 2
    assert (
        'takes 5 numbers, and the terms have 7: joint_velocity 2, joint_effort 2, command 3'
        in capsys.readouterr().err
    )


def test_memory_is_carried_on_and_forgotten(home):
    saved('recurrent', home)
    assert main(['models', 'import', 'recurrent.zip', *JOINTS, *SEEN, *MOVED]) == 0
    policy, model = Policy.open('recurrent', 'cpu'), trained('recurrent')
    seen = observations(12)
    for _ in range(2):
        policy.reset()
        wanted = predicted(model, seen, resets=(0,))
        for row, action in zip(seen.astype(np.float64), wanted, strict=True):
            plan = policy.decide(
                Readings(0, joint_positions=np.zeros(2), joint_velocities=row[:2], command=row[2:])
            )
            np.testing.assert_allclose(plan.values[0], 0.5 * action, atol=1e-5)


def test_answers_may_stand_in_a_file(home):
    saved('ppo', home)
    answers = {
        'joints': ['a', 'b'],
        'rate_hz': 100,
        'observation': [{'term': 'joint_velocity', 'scale': 0.1}, 'command'],
        'action': {'kind': 'joint_position_delta', 'scale': [0.1, 0.2]},
    }
    (home / 'answers.yaml').write_text(yaml.safe_dump({'policy': answers}))
    arguments = ['--policy', 'answers.yaml', '--license', 'MIT', '--rate', '25']
    assert main(['models', 'import', 'ppo.zip', *arguments]) == 0
    policy = load_card(user_models() / 'ppo').policy
    assert policy['rate_hz'] == 25.0
    assert policy['observation'] == answers['observation']
    assert policy['action'] == answers['action']


def test_a_misspelt_answer_is_named(home, capsys):
    saved('ppo', home)
    (home / 'answers.yaml').write_text('action: {knd: twist}')
    assert main(['models', 'import', 'ppo.zip', '--policy', 'answers.yaml']) == 2
    assert "unknown key 'knd'. Did you mean 'kind'?" in capsys.readouterr().err


def rewritten(path, change):
    """Replace the readable part of a saved algorithm."""
    other = path.with_name('other.zip')
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(other, 'w') as new:
        for info in old.infolist():
            content = old.read(info)
            if info.filename == 'data':
                data = json.loads(content)
                change(data)
                content = json.dumps(data).encode()
            new.writestr(info.filename, content)
    shutil.move(other, path)


def test_an_unknown_activation_or_range_is_asked_for(home, capsys):
    path = saved('td3', home)

    def forget(data):
        data['policy_class']['__module__'] = 'my_own.policies'
        data['action_space'] = {':type:': data['action_space'][':type:']}

    rewritten(path, forget)
    arguments = ['models', 'import', 'td3.zip', *JOINTS, *SEEN, *MOVED, *PLAIN]
    assert main(arguments) == 2
    asked = capsys.readouterr().err
    assert '--activation: the policy is a class of its own (my_own.policies)' in asked
    assert '--action-low: ends of its 2 actions' in asked
    assert '--action-high' in asked
    answers = ['--activation', 'ReLU', '--action-low=-2,0', '--action-high=3,0.5']
    assert main([*arguments, *answers]) == 0
    content = (user_models() / 'td3' / 'td3.onnx').read_bytes()
    seen = observations()
    np.testing.assert_allclose(said(content, seen), predicted(trained('td3'), seen), atol=1e-5)


def test_nan_is_not_hidden_by_the_ends_of_the_actions(tmp_path):
    """Trap 20: what is broken has to reach the gate, which refuses it."""
    content = read_policy(saved('ppo', tmp_path), {}).content
    assert np.isnan(said(content, np.full((1, OBSERVATIONS), np.nan, np.float32))).all()
