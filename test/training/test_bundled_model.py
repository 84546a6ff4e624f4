"""The bundled detector: small enough, documented, and as good as its report must say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import robot_dl
from robot_dl.engine.card import load_card

FOLDER = Path(robot_dl.__file__).parent / 'zoo' / 'tabletop_detector'


def test_its_card_fits_the_world() -> None:
    from robot_dl.sim.worlds.objects import CLASSES

    card = load_card(FOLDER)
    card.read_weights()
    assert card.labels == tuple(CLASSES)
    assert card.license == 'Apache-2.0'
    assert card.weights_path.stat().st_size <= 8_000_000


def test_its_report_states_scores_that_suffice() -> None:
    report = (FOLDER / 'REPORT.md').read_text()
    mean = re.search(r'\*\*mean\*\* \| \*\*([\d.]+)\*\* \| \*\*([\d.]+)\*\*', report)
    assert mean is not None
    assert float(mean[1]) >= 0.95
    assert float(mean[2]) >= 0.75
    images = re.search(r'(\d+) held-out pictures', report)
    assert images is not None
    assert int(images[1]) >= 300


@pytest.mark.parametrize('picture', ['curves.png', 'predictions.jpg'])
def test_the_pictures_of_its_report_are_there(picture: str) -> None:
    assert f'({picture})' in (FOLDER / 'REPORT.md').read_text()
    assert (FOLDER / picture).is_file()
