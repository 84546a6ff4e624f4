"""What to draw over an image so that a person sees what was right and what was wrong."""

from collections.abc import Sequence
from dataclasses import dataclass

from robot_dl.cli.demos.matching import NOTHING, UNCOUNTED
from robot_dl.cli.demos.verdicts.objects import Objects

Box = tuple[float, float, float, float]

LEGEND = {
    'truth': 'object',
    'uncounted': 'hidden or tiny, not counted',
    'found': 'found',
    'missed': 'missed',
    'false': 'false alarm',
}
"""Every kind of mark and what it means, in the order in which they are drawn."""


@dataclass(frozen=True)
class Mark:
    """A label at a box [left, top, right, bottom] in pixels, of one of the kinds in LEGEND.

    Attributes:
        kind: The kind.
        box_xyxy: The box.
        text: The label; '' for none.
        is_boxed: Whether the box is drawn, too.
    """

    kind: str
    box_xyxy: Box
    text: str
    is_boxed: bool = True

    def plate_top(self, plate_height: float, image_height: float) -> float:
        """Return where the plate with the label begins, in pixels.

        It is above the box; for what was missed it is below, because a detection of another
        class is often at the same place. Where there is no room it is inside.
        """
        _, top, _, bottom = self.box_xyxy
        if self.kind == 'missed':
            return min(bottom, image_height - plate_height)
        return top - plate_height if top >= plate_height else top


@dataclass(frozen=True)
class Line:
    """A line from corner to corner (x, y) in pixels, of one of the kinds in LEGEND or 'grid'."""

    kind: str
    corners_xy: Sequence[tuple[float, float]]


def marks_of(verdict: Objects, labels: Sequence[str]) -> list[Mark]:
    """Return the boxes to draw over an image, those that matter most last."""
    order = list(LEGEND)
    marks = [*_of_objects(verdict, labels), *_of_detections(verdict, labels)]
    return sorted(marks, key=lambda mark: order.index(mark.kind))


def _of_objects(verdict: Objects, labels: Sequence[str]) -> list[Mark]:
    marks = []
    for i, box in enumerate(verdict.truth.boxes_xyxy.tolist()):
        label = labels[verdict.truth.class_ids[i]]
        if verdict.matched.is_missed[i]:
            marks.append(Mark('missed', tuple(box), f'missed {label}'))
        else:
            kind = 'truth' if verdict.truth.scores[i] > 0 else 'uncounted'
            marks.append(Mark(kind, tuple(box), ''))
    return marks


def _of_detections(verdict: Objects, labels: Sequence[str]) -> list[Mark]:
    marks = []
    for i, box in enumerate(verdict.found.boxes_xyxy.tolist()):
        text = f'{labels[verdict.found.class_ids[i]]} {verdict.found.scores[i]:.2f}'
        fate = int(verdict.matched.truth_of[i])
        kind = {NOTHING: 'false', UNCOUNTED: 'uncounted'}.get(fate, 'found')
        marks.append(Mark(kind, tuple(box), f'wrong: {text}' if kind == 'false' else text))
    return marks
