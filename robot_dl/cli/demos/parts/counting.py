"""What the parts that find objects say of their counts."""

from typing import Any

from robot_dl.cli.demos.marks import LEGEND
from robot_dl.cli.demos.matching import Tally
from robot_dl.cli.demos.section import Key, Tile, written

HEAD = ('class', 'objects', 'found', 'missed', 'false alarms', 'precision', 'recall')
"""The columns of `row`, after that of the class."""


def shares(tally: Tally) -> dict[str, float | None]:
    """Return precision and recall."""
    return {'precision': tally.precision, 'recall': tally.recall}


def row(tally: Tally) -> tuple[Any, ...]:
    """Return a row of the table."""
    right, missed, false = (
        int(counts.sum()) for counts in (tally.right, tally.missed, tally.false_alarms)
    )
    return tally.objects, right, missed, false, tally.precision, tally.recall


def counts(tally: Tally) -> dict[str, Any]:
    """Return the counts of a class for the summary."""
    names = ('objects', 'right', 'missed', 'false_alarms', 'precision', 'recall')
    return dict(zip(names, row(tally), strict=True))


def tiles(tally: Tally) -> list[Tile]:
    """Return precision and recall as tiles."""
    precision, recall = written(tally.precision).rstrip('%'), written(tally.recall).rstrip('%')
    return [
        Tile('Precision', precision, '%', 'of all answers were of an object that is there'),
        Tile('Recall', recall, '%', f'of all {tally.objects} objects were found'),
    ]


def legend() -> list[Key]:
    """Return the legend of boxes."""
    return [Key(words, kind) for kind, words in LEGEND.items()]
