"""Boxes in space as people see them: over the image, and from above."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from robot_dl.cli.demos.marks import Line, Mark
from robot_dl.cli.demos.matching import NOTHING, UNCOUNTED
from robot_dl.cli.demos.section import Panel
from robot_dl.cli.demos.verdicts.places import Places
from robot_dl.cli.demos.verdicts.space import Boxes3D

Floats = NDArray[np.float64]

EDGES = [(a, a | bit) for a in range(8) for bit in (1, 2, 4) if not a & bit]
"""Pairs of corners, as `Boxes3D.corners_m` numbers them, that an edge joins."""
PLAN_HW = (480, 640)
MARGIN_PX = 36
GRID_M = 0.1
NEAREST_M = 0.01
GROUND = (22, 26, 32)


def boxes_over(verdict: Places, labels: Sequence[str]) -> tuple[list[Mark], list[Line]]:
    """Return labels and edges of all boxes, to draw over the image."""
    lines = [
        *_edges('truth', verdict.truth, verdict.truth.counts & ~verdict.is_missed, verdict),
        *_edges('missed', verdict.truth, verdict.is_missed, verdict),
    ]
    marks = [
        Mark('missed', box, f'missed {labels[verdict.truth.class_ids[m]]}', is_boxed=False)
        for m, box in _seen(verdict.truth, verdict)
        if verdict.is_missed[m]
    ]
    for k, box in _seen(verdict.found, verdict):
        kind = _kind(verdict, k)
        lines += _edges(kind, verdict.found, np.arange(len(verdict.found)) == k, verdict)
        marks.append(Mark(kind, box, _words(verdict, k, labels), is_boxed=False))
    return marks, lines


def plan_of(verdict: Places, labels: Sequence[str]) -> Panel:
    """Return where all boxes are, seen from above: the camera is below, looking up the page."""
    scale = _Plan.around(verdict)
    marks, lines = [], scale.grid()
    for m in np.flatnonzero(verdict.truth.counts):
        kind = 'missed' if verdict.is_missed[m] else 'truth'
        lines.append(Line(kind, scale.outline(verdict.truth, int(m))))
    for k in range(len(verdict.found)):
        outline = scale.outline(verdict.found, k)
        lines.append(Line(_kind(verdict, k), outline))
        left, top = np.min(outline, axis=0).tolist()
        right, bottom = np.max(outline, axis=0).tolist()
        words = f'{labels[verdict.found.class_ids[k]]}{_off_by(verdict, k)}'
        marks.append(Mark(_kind(verdict, k), (left, top, right, bottom), words, is_boxed=False))
    image = np.full((*PLAN_HW, 3), GROUND, np.uint8)
    title = f'seen from above, a line every {100 * GRID_M:.0f} cm, camera below'
    return Panel(title, image, marks, lines)


def _kind(verdict: Places, k: int) -> str:
    return {NOTHING: 'false', UNCOUNTED: 'uncounted'}.get(int(verdict.truth_of[k]), 'found')


def _words(verdict: Places, k: int, labels: Sequence[str]) -> str:
    distance_m = verdict.found.distances_m[k]
    return f'{labels[verdict.found.class_ids[k]]} {distance_m:.2f} m'


def _off_by(verdict: Places, k: int) -> str:
    error_m = verdict.errors_m[k]
    return '' if np.isnan(error_m) else f' off {100 * error_m:.1f} cm'


def _edges(kind: str, boxes: Boxes3D, chosen: NDArray[np.bool_], verdict: Places) -> list[Line]:
    corners = boxes.corners_m()[chosen & (boxes.centres_m[:, 2] > NEAREST_M)]
    corners[..., 2] = np.maximum(corners[..., 2], NEAREST_M)
    seen = verdict.pinhole.project(corners.reshape(-1, 3)).reshape(-1, 8, 2) + 0.5
    return [
        Line(kind, [(float(x), float(y)) for x, y in box[list(edge)]])
        for box in seen
        for edge in EDGES
    ]


def _seen(boxes: Boxes3D, verdict: Places) -> list[tuple[int, tuple[float, float, float, float]]]:
    """Return the number of each box before the camera, and the box around it in the image."""
    found = []
    for k in np.flatnonzero(boxes.centres_m[:, 2] > NEAREST_M):
        lines = _edges('', boxes, np.arange(len(boxes)) == k, verdict)
        points = np.array([corner for line in lines for corner in line.corners_xy])
        (left, top), (right, bottom) = points.min(0).tolist(), points.max(0).tolist()
        found.append((int(k), (left, top, right, bottom)))
    return found


@dataclass(frozen=True)
class _Plan:
    """Maps x (right) and z (ahead) in metres to a page on which ahead is up."""

    left_m: float
    near_m: float
    px_per_m: float

    @classmethod
    def around(cls, verdict: Places) -> '_Plan':
        """Return the plan on which all boxes find room."""
        boxes = [verdict.found.corners_m(), verdict.truth.corners_m()[verdict.truth.counts]]
        corners = np.concatenate([box.reshape(-1, 3) for box in boxes])[:, [0, 2]]
        if not len(corners):
            corners = np.array([[-0.5, 0.5], [0.5, 1.5]])
        low, high = corners.min(0), corners.max(0)
        room = np.array(PLAN_HW[::-1]) - 2 * MARGIN_PX
        px_per_m = float((room / np.maximum(high - low, GRID_M)).min())
        left_m, near_m = (low + high) / 2 - room / px_per_m / 2
        return cls(float(left_m), float(near_m), px_per_m)

    def px(self, x_m: float, z_m: float) -> tuple[float, float]:
        """Return where a point lies on the page."""
        x = MARGIN_PX + (x_m - self.left_m) * self.px_per_m
        return float(x), float(PLAN_HW[0] - MARGIN_PX - (z_m - self.near_m) * self.px_per_m)

    def outline(self, boxes: Boxes3D, k: int) -> list[tuple[float, float]]:
        """Return the closed outline of a box."""
        x, _, z = boxes.centres_m[k]
        half_x, _, half_z = boxes.sizes_m[k] / 2
        turns = [(-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1)]
        return [self.px(x + a * half_x, z + b * half_z) for a, b in turns]

    def grid(self) -> list[Line]:
        """Return lines along x and z."""
        height, width = PLAN_HW
        right_m = self.left_m + (width - 2 * MARGIN_PX) / self.px_per_m
        far_m = self.near_m + (height - 2 * MARGIN_PX) / self.px_per_m
        columns = np.arange(np.ceil(self.left_m / GRID_M), right_m / GRID_M) * GRID_M
        rows = np.arange(np.ceil(self.near_m / GRID_M), far_m / GRID_M) * GRID_M
        upright = [(self.px(x, 0)[0], 0.0, self.px(x, 0)[0], float(height)) for x in columns]
        level = [(0.0, self.px(0, z)[1], float(width), self.px(0, z)[1]) for z in rows]
        return [Line('grid', [(a, b), (c, d)]) for a, b, c, d in (*upright, *level)]
