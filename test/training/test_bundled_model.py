"""The bundled models: small enough, documented, and as good as their reports must say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import robot_dl
from robot_dl.engine.card import load_card

ZOO = Path(robot_dl.__file__).parent / 'zoo'
MODELS = ('tabletop_detector', 'tabletop_classifier')


def report_of(model: str) -> str:
    return (ZOO / model / 'REPORT.md').read_text()


@pytest.mark.parametrize('model', MODELS)
def test_its_card_fits_the_world(model: str) -> None:
    from robot_dl.sim.worlds.objects import CLASSES

    card = load_card(ZOO / model)
    card.read_weights()
    assert card.labels == tuple(CLASSES)
    assert card.license == 'Apache-2.0'
    assert card.weights_path.stat().st_size <= 8_000_000


def test_the_detectors_report_states_scores_that_suffice() -> None:
    report = report_of('tabletop_detector')
    mean = re.search(r'\*\*mean\*\* \| \*\*([\d.]+)\*\* \| \*\*([\d.]+)\*\*', report)
    assert mean is not None
    assert float(mean[1]) >= 0.95
    assert float(mean[2]) >= 0.75
    images = re.search(r'(\d+) held-out pictures', report)
    assert images is not None
    assert int(images[1]) >= 300


def test_the_classifiers_report_states_scores_that_suffice() -> None:
    report = report_of('tabletop_classifier')
    top1 = re.search(r'\*\*top-1 ([\d.]+)\*\*', report)
    assert top1 is not None
    assert float(top1[1]) >= 0.97
    errors = re.search(r'calibration error ([\d.]+) with the temperature', report)
    assert errors is not None
    assert float(errors[1]) <= 0.02
    images = re.search(r'(\d+) held-out pictures', report)
    assert images is not None
    assert int(images[1]) >= 1000


@pytest.mark.parametrize('model', MODELS)
@pytest.mark.parametrize('picture', ['curves.png', 'predictions.jpg'])
def test_the_pictures_of_its_report_are_there(model: str, picture: str) -> None:
    assert f'({picture})' in report_of(model)
    assert (ZOO / model / picture).is_file()
