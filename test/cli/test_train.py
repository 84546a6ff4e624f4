"""`robot_dl train`, from rendering to a model that opens, on the smallest data set."""

from __future__ import annotations

from pathlib import Path

import pytest

from robot_dl.cli.main import main


@pytest.mark.slow
def test_training_ends_with_a_model_and_its_report(tmp_path: Path) -> None:
    for name in ('torch', 'mujoco', 'matplotlib', 'faster_coco_eval'):
        pytest.importorskip(name)
    from robot_dl.detection.pipeline import open_detector

    out = tmp_path / 'tiny_detector'
    small = '--minutes 0.02 --worlds 3 --views 2 --batch 2 --validation 2 --eval-images 2'
    command = ['train', 'detection', *small.split(), '--out', str(out)]
    assert main([*command, '--cache', str(tmp_path / 'kept')]) == 0
    assert open_detector(str(out), 'cpu').card.name == 'tiny_detector'
    report = (out / 'REPORT.md').read_text()
    assert 'seeds 2000000 to 2000002' in report
    assert '| **mean** |' in report
    for picture in ('curves.png', 'predictions.jpg'):
        assert picture in report
        assert (out / picture).stat().st_size > 1000


def test_an_unknown_task_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(['train', 'flying'])
    assert 'flying' in capsys.readouterr().err
