"""`robot_dl train`, from rendering to a model that opens, on the smallest data set."""

from __future__ import annotations

from pathlib import Path

import pytest

from robot_dl.cli.main import main
from robot_dl.cli.train import JOBS

OPTIONS = '--minutes 0.02 --worlds 3 --views 2 --batch 2 --validation 2 --eval-images 2'
WORDS = {
    'detection': '| **mean** |',
    'classification': 'top-1',
    'segmentation': '**mean IoU',
    'instance_segmentation': '| **mean** |',
    'depth': '**abs_rel',
}
"""What the reports on models of each task say."""


@pytest.mark.slow
@pytest.mark.parametrize('job', JOBS)
def test_training_ends_with_its_models_and_their_reports(tmp_path: Path, job: str) -> None:
    for name in ('torch', 'mujoco', 'matplotlib', 'faster_coco_eval'):
        pytest.importorskip(name)
    from robot_dl.engine.card import load_card

    out = tmp_path / 'models'
    folders = ['--out', str(out), '--cache', str(tmp_path / 'kept')]
    assert main(['train', job, *OPTIONS.split(), *folders]) == 0
    assert {folder.name for folder in out.iterdir()} == set(JOBS[job].models)
    for model in JOBS[job].models:
        card = load_card(out / model)
        card.read_weights()
        assert card.name == model
        assert card.world
        report = (out / model / 'REPORT.md').read_text()
        assert 'seeds 2000000 to 2000002' in report
        assert WORDS[card.task] in report
        for picture in ('curves.png', 'predictions.jpg'):
            assert picture in report
            assert (out / model / picture).stat().st_size > 1000


@pytest.mark.slow
def test_learning_a_policy_ends_with_a_model_and_its_report(tmp_path: Path) -> None:
    for name in ('sb3_contrib', 'mujoco', 'matplotlib', 'onnx'):
        pytest.importorskip(name)
    from robot_dl.engine.card import load_card

    words = '--world balance --algo ppo --steps 500 --episodes 3 --topic-episodes 0'
    folders = ['--out', str(tmp_path / 'models'), '--cache', str(tmp_path / 'kept')]
    assert main(['train', 'policy', *words.split(), *folders]) == 0
    folder = tmp_path / 'models' / 'balance_ppo'
    names = {'model.yaml', 'balance_ppo.onnx', 'golden.npz', 'REPORT.md', 'curves.png'}
    assert {path.name for path in folder.iterdir()} == names
    card = load_card(folder)
    card.read_weights()
    assert (card.name, card.world) == ('balance_ppo', 'balance')
    report = (folder / 'REPORT.md').read_text()
    assert '    robot_dl train policy --world balance --algo ppo --steps 500\n' in report
    assert 'of 3 held-out episodes' in report
    assert (folder / 'curves.png').stat().st_size > 1000


@pytest.mark.parametrize(
    ('words', 'message'),
    [
        ('--world balanse --algo ppo', "unknown world 'balanse'. Did you mean 'balance'?"),
        ('--world balance --algo ppoo', "unknown algorithm 'ppoo'. Did you mean 'ppo'?"),
        ('--world balance --algo sac', "unknown recipe of balance 'sac'"),
    ],
)
def test_what_cannot_be_learned_is_named(
    words: str, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip('sb3_contrib')
    assert main(['train', 'policy', *words.split()]) == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize('job', JOBS)
def test_a_training_makes_the_models_that_its_help_promises(job: str) -> None:
    pytest.importorskip('torch')
    from importlib import import_module

    assert tuple(import_module(JOBS[job].module).WORK.products) == JOBS[job].models


def test_an_unknown_task_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(['train', 'flying'])
    assert 'flying' in capsys.readouterr().err
