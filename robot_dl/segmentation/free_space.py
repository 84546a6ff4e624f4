"""The ground on which a robot may drive, from a mask: a grid, and ranges as of a lidar."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from robot_dl.core.pinhole import Pinhole
from robot_dl.segmentation.ground import Beams, Mount, beams
from robot_dl.segmentation.params import SegmentationParams
from robot_dl.segmentation.types import SemanticMask

FREE, BLOCKED, UNSEEN = 0, 1, 2
"""What a pixel says of the ground that it would show: drivable, something else, or nothing."""

GRID_UNKNOWN, GRID_FREE, GRID_OCCUPIED = -1, 0, 100
"""As in `nav_msgs/OccupancyGrid`."""

Numbers = NDArray[Any]
Places = NDArray[np.intp]


@dataclass(frozen=True)
class FreeGrid:
    """Ground ahead of a camera.

    Attributes:
        occupancy: -1 unknown, 0 free, 100 occupied, int8; rows along y, columns along x.
        resolution_m: Side of a cell.
        origin_xy_m: Corner of the first cell in the frame of the ground.
    """

    occupancy: NDArray[np.int8]
    resolution_m: float
    origin_xy_m: tuple[float, float]


@dataclass(frozen=True)
class FreeScan:
    """How far one may drive in each direction (REP-117).

    Attributes:
        ranges_m: Distance [N], float32, on the ground from below the camera: to where the
            drivable ground ends; infinite if it does not within `range_max_m`; minus infinite if
            it ends before the camera sees any; NaN where the view ends sooner.
        angle_min_rad: Bearing of the first.
        step_rad: Angle between neighbours, counter-clockwise.
        range_min_m: Nearest ground that is seen.
        range_max_m: Farthest ground that is told of.
    """

    ranges_m: NDArray[np.float32]
    angle_min_rad: float
    step_rad: float
    range_min_m: float
    range_max_m: float


@dataclass(frozen=True)
class FreeSpace:
    """How far the drivable ground reaches along each beam.

    Attributes:
        beams: The beams.
        near_m: Where the view of the ground begins [N], along the beam; NaN if it never does.
        end_m: Where the drivable ground ends [N], or the view of it.
        is_blocked: Whether something that is not drivable is the reason [N].
    """

    beams: Beams
    near_m: Numbers
    end_m: Numbers
    is_blocked: NDArray[np.bool_]

    def grid(self, params: SegmentationParams) -> FreeGrid:
        """Return the ground as a grid.

        A cell is free where drivable ground is seen, occupied where that ends at something, and
        unknown behind that, and wherever the camera does not look.
        """
        resolution_m = params.grid_resolution_m
        size = (
            _cells(params.grid_width_m, resolution_m),
            _cells(params.grid_length_m, resolution_m),
        )
        first, count = float(self.beams.angles_rad[0]), len(self.near_m)
        beam, range_m = _places(size, resolution_m, first, params.scan_step_rad, count)
        near_m, end_m = self.near_m.take(beam), self.end_m.take(beam)
        occupancy = np.full(size, GRID_UNKNOWN, np.int8)
        told = beam >= 0
        occupancy[told & (range_m >= near_m) & (range_m < end_m)] = GRID_FREE
        blocked = told & self.is_blocked.take(beam)
        occupancy[blocked & (np.abs(range_m - end_m) <= resolution_m / 2)] = GRID_OCCUPIED
        rows, columns = self._contacts(size, resolution_m)
        occupancy[rows, columns] = GRID_OCCUPIED
        return FreeGrid(occupancy, resolution_m, (0.0, -size[0] * resolution_m / 2))

    def scan(self, params: SegmentationParams) -> FreeScan:
        """Return the ground as the ranges of a lidar."""
        range_max_m = min(params.scan_range_m, self.beams.sight_m)
        ranges_m = np.where(self.is_blocked, self.end_m, np.nan)
        ranges_m[self.is_blocked & (self.end_m <= self.near_m)] = -np.inf
        ranges_m[self.end_m >= range_max_m] = np.inf
        # A view that begins farther away than anything is told of says nothing of what is nearer.
        ranges_m[self.near_m >= range_max_m] = np.nan
        return FreeScan(
            ranges_m=ranges_m.astype(np.float32),
            angle_min_rad=float(self.beams.angles_rad[0]),
            step_rad=params.scan_step_rad,
            range_min_m=float(min(self.beams.edges_m[0], range_max_m)),
            range_max_m=range_max_m,
        )

    def _contacts(self, size: tuple[int, int], resolution_m: float) -> tuple[Places, Places]:
        """Return rows and columns of the cells in which drivable ground ends."""
        end_m, angles_rad = self.end_m[self.is_blocked], self.beams.angles_rad[self.is_blocked]
        columns = np.floor(end_m * np.cos(angles_rad) / resolution_m)
        rows = np.floor(end_m * np.sin(angles_rad) / resolution_m + size[0] / 2)
        inside = (rows >= 0) & (rows < size[0]) & (columns >= 0) & (columns < size[1])
        return rows[inside].astype(np.intp), columns[inside].astype(np.intp)


def free_space(
    mask: SemanticMask, drivable_ids: Sequence[int], camera: Pinhole, params: SegmentationParams
) -> FreeSpace:
    """Return how far one may drive, by what a camera sees of flat ground.

    Args:
        mask: The class of each pixel of a rectified image.
        drivable_ids: The classes of drivable ground.
        camera: What took it, calibrated for any size.
        params: How the camera stands, and how far to look.
    """
    height, width = mask.class_ids.shape
    range_m = max(params.scan_range_m, params.grid_length_m)
    mount = Mount(params.camera_height_m, params.camera_pitch_rad)
    view = beams(camera, (height, width), mount, params.scan_step_rad, range_m)
    meanings = np.full(mask.unlabelled + 1, BLOCKED, np.uint8)
    meanings[list(drivable_ids)] = FREE
    meanings[mask.unlabelled] = UNSEEN
    states = meanings.take(mask.class_ids.reshape(-1).take(view.pixels))
    states[view.is_outside] = UNSEEN
    return _reach(view, states)


def _reach(view: Beams, states: NDArray[np.uint8]) -> FreeSpace:
    """Follow each beam from its first pixel that tells anything to the first that is not free.

    Args:
        view: The beams.
        states: What they meet [M, N], nearest first.
    """
    count = len(states)
    # One row more, in which every view ends.
    states = np.concatenate([states, np.full((1, states.shape[1]), UNSEEN, np.uint8)])
    start, every = (states != UNSEEN).argmax(axis=0), np.arange(states.shape[1])
    ends = (states != FREE) & (np.arange(count + 1)[:, None] >= start)
    stop = ends.argmax(axis=0)
    is_blocked = states[stop, every] == BLOCKED
    # Of what a beam meets as it enters by a side of the image, nobody sees where it stands.
    was_outside = np.concatenate([np.zeros((1, len(every)), np.bool_), view.is_outside])
    hidden = is_blocked & (stop == start) & was_outside[start, every]
    is_blocked &= ~hidden
    is_seen = (states[start, every] != UNSEEN) & ~hidden
    near_m, end_m = (view.edges_m[at] * view.stretch for at in (start, stop))
    return FreeSpace(
        view, np.where(is_seen, near_m, np.nan), np.where(is_seen, end_m, np.nan), is_blocked
    )


@lru_cache(maxsize=2)
def _places(
    size: tuple[int, int], resolution_m: float, first_rad: float, step_rad: float, count: int
) -> tuple[NDArray[np.intp], Numbers]:
    """Return the beam nearest to the centre of each cell, -1 if none is, and its range.

    Args:
        size: Number of rows, along y, and of columns, along x.
        resolution_m: Side of a cell.
        first_rad: Bearing of the first beam.
        step_rad: Angle between beams.
        count: Number of beams.
    """
    y = (np.arange(size[0]) + 0.5 - size[0] / 2)[:, None] * resolution_m
    x = (np.arange(size[1]) + 0.5) * resolution_m
    beam = np.rint((np.arctan2(y, x) - first_rad) / step_rad).astype(np.intp)
    return np.where((beam >= 0) & (beam < count), beam, -1), np.hypot(x, y)


def _cells(extent_m: float, resolution_m: float) -> int:
    return max(1, round(extent_m / resolution_m))
