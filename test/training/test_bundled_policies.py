"""The bundled policies: documented, as good as they must be, and still what was trained."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

pytest.importorskip('mujoco')
pytest.importorskip('onnxruntime')

import robot_dl
from robot_dl.cli.trainings.policy import MODELS
from robot_dl.policy.golden import TOLERANCE, golden_of, replay
from robot_dl.policy.pipeline import Policy
from robot_dl.training.policies.episodes import Episodes
from robot_dl.training.policies.tasks import find_task
from robot_dl.training.seeds import HELD_OUT

ZOO = Path(robot_dl.__file__).parent / 'zoo'
LEAST_SUCCESS = 0.95
SHOWN = 6
"""Held-out episodes that are repeated here; all of them stand in the report."""


def report_of(model: str) -> str:
    return (ZOO / model / 'REPORT.md').read_text()


@pytest.mark.parametrize('model', MODELS)
def test_its_report_states_a_success_rate_that_suffices(model: str) -> None:
    found = re.search(r'success rate \*\*([\d.]+)\*\* of (\d+) held-out', report_of(model))
    assert found is not None
    assert float(found[1]) >= LEAST_SUCCESS
    assert int(found[2]) >= 200


@pytest.mark.parametrize('model', MODELS)
def test_over_topics_it_is_as_good_and_breaks_no_limit(model: str) -> None:
    rows = re.findall(r'^\| (in one|real nodes).*', report_of(model), re.MULTILINE)
    assert rows == ['in one', 'real nodes']
    cells = [
        [cell.strip() for cell in line.strip('|').split('|')]
        for line in report_of(model).splitlines()
        if line.startswith(('| in one', '| real nodes'))
    ]
    inside, topics = (float(row[2]) for row in cells)
    assert abs(inside - topics) <= 0.1
    assert int(cells[1][1]) >= 20
    assert [row[4] for row in cells] == ['0', '0']


@pytest.mark.parametrize('model', MODELS)
def test_its_report_says_how_to_make_it_again(model: str) -> None:
    world = {'reach': 'arm'}.get(model.split('_')[0], model.split('_')[0])
    algo = model.split('_')[1]
    assert f'    robot_dl train policy --world {world} --algo {algo}\n' in report_of(model)
    assert 'Seed 0;' in report_of(model)
    assert '(curves.png)' in report_of(model)
    assert (ZOO / model / 'curves.png').stat().st_size > 1000
    minutes = re.search(r'([\d.]+) minutes of one processor', report_of(model))
    assert minutes is not None
    assert float(minutes[1]) <= 60


@pytest.mark.parametrize('model', MODELS)
def test_it_does_what_the_trained_network_did(model: str) -> None:
    policy = Policy.open(model, 'cpu')
    golden = golden_of(policy)
    assert len(golden) >= 100
    assert replay(policy, golden).action <= TOLERANCE
    assert policy.card.license == 'Apache-2.0'
    assert policy.card.weights_path.stat().st_size <= 1_000_000


def test_the_policy_with_memory_gets_positions_only() -> None:
    policy = Policy.open('balance_lstm', 'cpu')
    assert policy.spec.needs == ('joint_positions',)
    assert policy.spec.size == 2
    assert set(policy.spec.recurrent) == {'hidden', 'cell'}


@pytest.mark.parametrize('model', MODELS)
def test_it_succeeds_in_worlds_that_it_has_never_seen(model: str) -> None:
    policy = Policy.open(model, 'cpu')
    task = find_task(policy.card.world)
    states = []
    for seed in HELD_OUT[:SHOWN]:
        episodes = Episodes(task, policy.spec)
        episodes.begin(seed)
        policy.reset()
        while not episodes.is_over:
            episodes.step(policy.decide(episodes.readings))
        states.append(episodes.world.outcome().state)
        episodes.close()
    assert states.count('succeeded') >= SHOWN - 1
