"""`robot_dl train`, from rendering to a model that opens, on the smallest data set."""

from __future__ import annotations

from pathlib import Path

import pytest

from robot_dl.cli.main import main

OPTIONS = '--minutes 0.02 --worlds 3 --views 2 --batch 2 --validation 2 --eval-images 2'


@pytest.mark.slow
@pytest.mark.parametrize(
    ('task', 'words'), [('detection', '| **mean** |'), ('classification', 'top-1')]
)
def test_training_ends_with_a_model_and_its_report(tmp_path: Path, task: str, words: str) -> None:
    for name in ('torch', 'mujoco', 'matplotlib', 'faster_coco_eval'):
        pytest.importorskip(name)
    from robot_dl.engine.card import load_card

    out = tmp_path / 'tiny_model'
    command = [
        'train',
        task,
        *OPTIONS.split(),
        '--out',
        str(out),
        '--cache',
        str(tmp_path / 'kept'),
    ]
    assert main(command) == 0
    card = load_card(out)
    assert (card.name, card.task) == ('tiny_model', task)
    report = (out / 'REPORT.md').read_text()
    assert 'seeds 2000000 to 2000002' in report
    assert words in report
    for picture in ('curves.png', 'predictions.jpg'):
        assert picture in report
        assert (out / picture).stat().st_size > 1000


def test_an_unknown_task_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(['train', 'flying'])
    assert 'flying' in capsys.readouterr().err
