"""What to draw over an image so that a person sees what was right and what was wrong."""

from collections.abc import Sequence
from dataclasses import dataclass

from robot_dl.cli.demos.frames import Frame
from robot_dl.cli.demos.matching import NOTHING, UNCOUNTED

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
    """A box [left, top, right, bottom] in pixels, one of the kinds in LEGEND, and its label."""

    kind: str
    box_xyxy: Box
    text: str

    def plate_top(self, plate_height: float, image_height: float) -> float:
        """Return where the plate with the label begins, in pixels.

        It is above the box; for what was missed it is below, because a detection of another
        class is often at the same place. Where there is no room it is inside.
        """
        _, top, _, bottom = self.box_xyxy
        if self.kind == 'missed':
            return min(bottom, image_height - plate_height)
        return top - plate_height if top >= plate_height else top


def marks_of(frame: Frame, labels: Sequence[str]) -> list[Mark]:
    """Return the boxes to draw over a frame's image, those that matter most last."""
    order = list(LEGEND)
    marks = [*_of_objects(frame, labels), *_of_detections(frame, labels)]
    return sorted(marks, key=lambda mark: order.index(mark.kind))


def _of_objects(frame: Frame, labels: Sequence[str]) -> list[Mark]:
    marks = []
    for i, box in enumerate(frame.truth.boxes_xyxy.tolist()):
        label = labels[frame.truth.class_ids[i]]
        if frame.matched.is_missed[i]:
            marks.append(Mark('missed', tuple(box), f'missed {label}'))
        else:
            kind = 'truth' if frame.truth.scores[i] > 0 else 'uncounted'
            marks.append(Mark(kind, tuple(box), ''))
    return marks


def _of_detections(frame: Frame, labels: Sequence[str]) -> list[Mark]:
    marks = []
    for i, box in enumerate(frame.found.boxes_xyxy.tolist()):
        text = f'{labels[frame.found.class_ids[i]]} {frame.found.scores[i]:.2f}'
        fate = int(frame.matched.truth_of[i])
        kind = {NOTHING: 'false', UNCOUNTED: 'uncounted'}.get(fate, 'found')
        marks.append(Mark(kind, tuple(box), f'wrong: {text}' if kind == 'false' else text))
    return marks
