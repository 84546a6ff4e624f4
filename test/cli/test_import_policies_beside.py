"""Statistics of observations, and recordings: what a training tells beside its policy."""

import json
from pathlib import Path

import numpy as np
import pytest
import yaml
from sb3_models import Toy, observations, predicted, saved, trained
from stable_baselines3 import PPO
from stable_baselines3.common.vec_env import DummyVecEnv, VecNormalize

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


def normalised(folder):
    """Train with VecNormalize; return the algorithm and its environment, both saved."""
    env = VecNormalize(DummyVecEnv([Toy]), clip_obs=2.0, epsilon=1e-4)
    model = PPO('MlpPolicy', env, n_steps=16, batch_size=16, n_epochs=1, seed=0, device='cpu')
    model.learn(16)
    env.obs_rms.mean[:] = [0.5, -1, 2, 0, 0.1]
    env.obs_rms.var[:] = [4, 0.25, 1, 9, 0.01]
    model.save(folder / 'normalised.zip')
    env.save(str(folder / 'vec_normalize.pkl'))
    np.savez(
        folder / 'normalisation.npz',
        mean=env.obs_rms.mean,
        var=env.obs_rms.var,
        epsilon=env.epsilon,
        clip=env.clip_obs,
    )
    return model, env


def test_statistics_of_observations_travel_in_the_card(home, capsys):
    model, env = normalised(home)
    arguments = ['models', 'import', 'normalised.zip', *JOINTS, *SEEN, *MOVED]
    assert main(arguments) == 2
    assert '--normalisation: the file was trained with VecNormalize' in capsys.readouterr().err
    assert main([*arguments, '--normalisation', 'normalisation.npz']) == 0
    policy = Policy.open('normalised', 'cpu')
    for row in observations(8).astype(np.float64):
        plan = policy.decide(
            Readings(0, joint_positions=np.zeros(2), joint_velocities=row[:2], command=row[2:])
        )
        wanted, _ = model.predict(env.normalize_obs(row), deterministic=True)
        np.testing.assert_allclose(plan.values[0], 0.5 * wanted, atol=1e-5)


def recorded(home, model, env=None):
    """Record what an algorithm does, as docs/policies.md says."""
    seen = observations(12).astype(np.float64)
    inputs = seen if env is None else env.normalize_obs(seen)
    actions = predicted(model, inputs.astype(np.float32), resets=(0,))
    np.savez(home / 'recorded.npz', observations=seen, actions=actions)
    return ['--recorded', 'recorded.npz']


@pytest.mark.parametrize('name', ['sac', 'recurrent', 'dqn'])
def test_recorded_actions_of_the_training_are_reproduced(name, home, capsys):
    saved(name, home)
    table = ['--table', '[[-1, 0], [0, 0], [1, 2]]', '--table-kind', 'joint_effort']
    moved = table if name == 'dqn' else MOVED
    more = recorded(home, trained(name))
    assert main(['models', 'import', f'{name}.zip', *JOINTS, *SEEN, *moved, *PLAIN, *more]) == 0
    assert '12 recorded actions reproduced to' in capsys.readouterr().out


def test_recorded_actions_find_a_forgotten_normalisation(home, capsys):
    model, env = normalised(home)
    arguments = ['models', 'import', 'normalised.zip', *JOINTS, *SEEN, *MOVED]
    arguments += recorded(home, model, env)
    assert main([*arguments, '--normalisation', 'none']) == 2
    assert 'action 0: expected' in capsys.readouterr().err
    assert not list(user_models().rglob('*'))
    assert main([*arguments, '--normalisation', 'normalisation.npz']) == 0


def test_another_file_than_a_recording_is_refused(home, capsys):
    saved('ppo', home)
    np.savez(home / 'recorded.npz', observations=np.zeros((4, 3)), actions=np.zeros((4, 2)))
    more = ['--recorded', 'recorded.npz']
    assert main(['models', 'import', 'ppo.zip', *JOINTS, *SEEN, *MOVED, *more]) == 2
    assert 'expected observations [K, 5] and actions [K, 2]' in capsys.readouterr().err


@pytest.mark.parametrize('suffix', ['.yaml', '.json'])
def test_statistics_may_be_text(suffix, home):
    saved('ppo', home)
    content = {'mean': [0.0] * 5, 'std': [2.0] * 5, 'clip': 5}
    text = json.dumps(content) if suffix == '.json' else yaml.safe_dump(content)
    (home / f'numbers{suffix}').write_text(text)
    arguments = ['--normalisation', f'numbers{suffix}', '--force']
    assert main(['models', 'import', 'ppo.zip', *JOINTS, *SEEN, *MOVED, *arguments]) == 0
    written = load_card(user_models() / 'ppo').policy['normalisation']
    assert written == {'mean': [0.0] * 5, 'std': [2.0] * 5, 'clip': 5.0}


def test_a_pickled_vec_normalize_is_refused_with_what_to_do(home, capsys):
    """Trap 32: no pickle is ever loaded."""
    normalised(home)
    arguments = ['--normalisation', 'vec_normalize.pkl']
    assert main(['models', 'import', 'normalised.zip', *JOINTS, *SEEN, *MOVED, *arguments]) == 2
    advice = capsys.readouterr().err
    assert 'it is a pickle, which is never loaded' in advice
    assert 'np.savez("normalisation.npz", mean=env.obs_rms.mean' in advice


class Evil:
    """Writes a file when it is unpickled."""

    def __reduce__(self):
        return Path.touch, (Path('pwned'),)


STATISTICS = [
    ({'mean': [0.0], 'variance': [1.0]}, "unknown key 'variance'"),
    ({'mean': [0.0]}, 'expected mean, and var or std; it has mean'),
    ({'mean': [0.0, 1.0], 'var': [1.0]}, 'expected as many means as variances'),
    ({'mean': [0.0], 'var': [-1.0]}, 'variances ≥ 0'),
    ({'mean': [np.inf], 'var': [1.0]}, 'mean: expected finite numbers'),
    ({'mean': [Evil()], 'var': [1.0]}, 'allow_pickle=False'),
]


@pytest.mark.parametrize(('content', 'words'), STATISTICS)
def test_statistics_that_do_not_fit_are_refused(content, words, home, capsys):
    """Trap 32: neither is an array of objects."""
    saved('ppo', home)
    np.savez(home / 'numbers.npz', **{k: np.array(v) for k, v in content.items()})
    more = ['--normalisation', 'numbers.npz']
    assert main(['models', 'import', 'ppo.zip', *JOINTS, *SEEN, *MOVED, *more]) == 2
    assert words in capsys.readouterr().err
    assert not (home / 'pwned').exists()
