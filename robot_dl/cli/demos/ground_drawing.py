"""The end of the floor as people see it: over the image, and from above."""

import numpy as np
from numpy.typing import NDArray

from robot_dl.cli.demos.marks import Line
from robot_dl.cli.demos.section import Panel
from robot_dl.cli.demos.verdicts.reach import Ranges, Reach
from robot_dl.segmentation.ground import Mount

Points = list[tuple[float, float]]
Floats = NDArray[np.float64]

PLAN_HW = (480, 640)
GROUND = (22, 26, 32)
MARGIN_PX = 30
GRID_M = 1.0
FULL_TURN_STEPS = 64


def ends_over(verdict: Reach, mount: Mount) -> list[Line]:
    """Return the true and the told end of the floor, to draw over the image."""
    optical_T_ground = mount.optical_T_ground()
    lines = []
    for kind, ranges in (('truth', verdict.truth), ('found', verdict.found)):
        for points in _pieces(ranges, verdict.most_m):
            ground = np.column_stack([points, np.zeros(len(points)), np.ones(len(points))])
            seen = verdict.pinhole.project((ground @ optical_T_ground.T)[:, :3]) + 0.5
            lines.append(Line(kind, [(float(x), float(y)) for x, y in seen]))
    return lines


def ground_plan(verdict: Reach) -> Panel:
    """Return the same seen from above: the robot is below, looking up the page."""
    height, width = PLAN_HW
    px_per_m = (height - 2 * MARGIN_PX) / verdict.most_m
    origin = np.array([width / 2, height - MARGIN_PX])

    def page(points: Floats) -> Points:
        """Return where points x ahead, y to the left lie on the page."""
        places = origin - points[:, ::-1] * px_per_m
        return [(float(x), float(y)) for x, y in places]

    turns = np.linspace(-np.pi / 2, np.pi / 2, FULL_TURN_STEPS)
    circle = np.column_stack([np.cos(turns), np.sin(turns)])
    radii = np.arange(GRID_M, verdict.most_m + GRID_M / 2, GRID_M)
    lines = [Line('grid', page(radius * circle)) for radius in radii]
    for kind, ranges in (('truth', verdict.truth), ('found', verdict.found)):
        lines += [Line(kind, page(piece)) for piece in _pieces(ranges, verdict.most_m)]
    image = np.full((*PLAN_HW, 3), GROUND, np.uint8)
    return Panel(f'seen from above, a ring every {GRID_M:.0f} m, robot below', image, (), lines)


def _pieces(ranges: Ranges, most_m: float) -> list[Floats]:
    """Return points [K, 2] on the ground, ahead and to the left, of ranges without a gap."""
    told_m = np.minimum(ranges.ranges_m, most_m)
    points = told_m[:, None] * np.column_stack(
        [np.cos(ranges.angles_rad), np.sin(ranges.angles_rad)]
    )
    is_known = np.isfinite(told_m)
    cuts = np.flatnonzero(np.diff(np.concatenate([[False], is_known, [False]]).astype(int)))
    spans = [(int(a), int(b)) for a, b in zip(cuts[::2], cuts[1::2], strict=True)]
    return [points[a:b] for a, b in spans if b - a > 1]
