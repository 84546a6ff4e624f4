"""Golden vectors: what a policy did when it was made."""

from dataclasses import replace

import numpy as np
import pytest
from toy_policies import PUSH, counting_graph, linear_graph, write_policy

from robot_dl.engine.card_checks import CardError
from robot_dl.policy import golden as golden_vectors
from robot_dl.policy.golden import Golden, golden_of, load, record, replay, save
from robot_dl.policy.pipeline import Policy
from robot_dl.policy.types import Readings

WEIGHTS = np.random.default_rng(1).normal(0, 0.3, (9, 3)).astype(np.float32)
GOLDEN = {**PUSH, 'golden': 'golden.npz'}


def steps(count=30):
    rng = np.random.default_rng(2)
    for step in range(count):
        readings = Readings(
            step * 20_000_000, rng.normal(size=3), rng.normal(size=3), goals={'tcp': np.eye(4)}
        )
        yield readings, step % 10 == 0


def network(observation, is_reset):
    """Compute in NumPy what the graph computes in ONNX Runtime."""
    return observation @ WEIGHTS


@pytest.fixture
def policy(tmp_path):
    folder = write_policy(tmp_path / 'policy', GOLDEN, linear_graph(WEIGHTS, np.zeros(3)))
    return Policy.open(str(folder))


def recorded(policy) -> Golden:
    return record(policy.spec, steps(), network)


def test_a_policy_does_what_was_recorded(policy):
    assert replay(policy, recorded(policy)).greatest < 1e-5


def test_golden_vectors_survive_their_file(policy):
    golden = recorded(policy)
    path = policy.card.folder / 'golden.npz'
    save(golden, path)
    again = golden_of(policy)
    assert len(again) == len(golden)
    np.testing.assert_array_equal(again.setpoints, golden.setpoints)
    np.testing.assert_array_equal(again.resets, golden.resets)
    np.testing.assert_array_equal(
        again.readings[7].joint_positions, golden.readings[7].joint_positions
    )
    np.testing.assert_array_equal(again.readings[7].goals['tcp'], np.eye(4))
    assert replay(policy, again).greatest < 1e-5


@pytest.mark.parametrize('part', ['observation', 'action', 'setpoint'])
def test_what_has_changed_is_told(policy, part):
    golden = recorded(policy)
    arrays = {'observation': 'observations', 'action': 'actions', 'setpoint': 'setpoints'}
    values = getattr(golden, arrays[part]).copy()
    values[17] += 0.25
    deviation = replay(policy, replace(golden, **{arrays[part]: values}))
    assert getattr(deviation, part) == pytest.approx(0.25, abs=1e-3)
    assert deviation.greatest == getattr(deviation, part)


def test_nan_is_no_agreement(policy):
    golden = recorded(policy)
    broken = replay(policy, replace(golden, actions=golden.actions * np.nan))
    assert np.isnan(broken.greatest)


def test_the_state_of_a_recurrent_policy_is_replayed_from_its_resets(tmp_path):
    spec = {**PUSH, 'recurrent': {'h_in': 'h_out'}}
    policy = Policy.open(str(write_policy(tmp_path / 'count', spec, counting_graph(9, 3))))
    count = [0.0]

    def counting(observation, is_reset):
        count[0] = 0.0 if is_reset else count[0] + 1.0
        return observation[:3] + count[0]

    golden = record(policy.spec, steps(), counting)
    assert replay(policy, golden).greatest < 1e-5


def test_a_missing_file_is_named(policy):
    with pytest.raises(
        CardError, match='golden.npz: named by the card as golden, but there is no'
    ):
        golden_of(policy)


def test_a_policy_without_golden_vectors_says_so(tmp_path):
    plain = Policy.open(str(write_policy(tmp_path / 'plain')))
    with pytest.raises(CardError, match=r'policy.golden: missing; there is nothing to compare'):
        golden_of(plain)


def test_a_file_outside_of_the_folder_is_refused(tmp_path):
    elsewhere = {**PUSH, 'golden': '../golden.npz'}
    policy = Policy.open(str(write_policy(tmp_path / 'policy', elsewhere)))
    with pytest.raises(CardError, match='policy.golden: expected a file inside'):
        golden_of(policy)


def test_what_is_no_archive_is_refused(tmp_path):
    path = tmp_path / 'golden.npz'
    path.write_bytes(b'not an archive')
    with pytest.raises(CardError, match='golden.npz: no golden vectors'):
        load(path)


def test_a_pickle_is_refused(tmp_path):
    """Trap 32: golden vectors come with models of others, and nothing in them is ever run."""
    path = tmp_path / 'golden.npz'
    np.savez(path, stamp_ns=np.array([{}], object))
    with pytest.raises(CardError, match='allow_pickle'):
        load(path)


def test_arrays_of_different_lengths_are_refused(policy, tmp_path):
    golden = recorded(policy)
    save(replace(golden, actions=golden.actions[:3]), tmp_path / 'golden.npz')
    with pytest.raises(CardError, match='expected arrays of one length'):
        load(tmp_path / 'golden.npz')


def test_a_file_that_unpacks_to_too_much_is_refused(policy, tmp_path, monkeypatch):
    monkeypatch.setattr(golden_vectors, 'MOST_BYTES', 1000)
    save(recorded(policy), tmp_path / 'golden.npz')
    with pytest.raises(CardError, match='expected at most 1000 bytes'):
        load(tmp_path / 'golden.npz')


def test_vectors_of_another_policy_are_refused(policy):
    golden = recorded(policy)
    with pytest.raises(CardError, match=r'golden vectors: observation: expected \[8\], got \[9\]'):
        replay(policy, replace(golden, observations=golden.observations[:, :8]))
