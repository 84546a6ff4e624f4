"""The part of a depth image that tells about one object."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from robot_dl.core.background import FloatArray, Mask

FRAME = 0.3
"""Width of the frame around a box, as a part of the box's sides."""
LEAST_FRAME_PX = 3.0
MOST_SAMPLES = 64
"""Pixels looked at along each side of a box with its frame."""


@dataclass(frozen=True)
class Cutout:
    """What was measured in the box of an object, and in a frame around that box.

    Attributes:
        points_uvz: Points [N, 3]: column and row in pixels, depth in metres.
        is_inside: Whether each point [N] lies in the box, or on the object where that is known.
        centrality: 1 for a point [N] in the middle of the box, 0 at its edges and outside.
        pixels: Pixels inside that were looked at, measured or not.
        step_px: Distance [2] of neighbouring points, columns and rows.
    """

    points_uvz: FloatArray
    is_inside: Mask
    centrality: FloatArray
    pixels: int
    step_px: FloatArray


def cut_out(
    box_xyxy: NDArray[np.float32], depth_m: NDArray[np.float32], owned: Mask | None = None
) -> Cutout:
    """Return what was measured in and around a box [4] of a depth image [H, W].

    Args:
        box_xyxy: Edges of the box, pixels; it may reach beyond the image.
        depth_m: Depth in metres, NaN where unknown.
        owned: Which pixels [H, W] show the object, if that is known; else all in the box may.
    """
    low, high = np.asarray(box_xyxy[:2], np.float64), np.asarray(box_xyxy[2:], np.float64)
    frame = np.maximum(LEAST_FRAME_PX, FRAME * (high - low))
    height, width = depth_m.shape
    u = _samples(low[0] - frame[0], high[0] + frame[0], width)
    v = _samples(low[1] - frame[1], high[1] + frame[1], height)
    edge = np.maximum(
        _from_middle(u, low[0], high[0])[None, :], _from_middle(v, low[1], high[1])[:, None]
    )
    part = (slice(v.start, v.stop, v.step), slice(u.start, u.stop, u.step))
    z = depth_m[part]
    inside = edge <= 1 if owned is None else owned[part]
    rows, columns = np.nonzero(np.isfinite(z))
    points = np.stack([u.start + columns * u.step, v.start + rows * v.step, z[rows, columns]], 1)
    return Cutout(
        points.astype(np.float64),
        inside[rows, columns],
        np.clip(1 - edge[rows, columns], 0, 1),
        int(np.count_nonzero(inside)),
        np.array([u.step, v.step], np.float64),
    )


def _samples(low_px: float, high_px: float, size_px: int) -> range:
    """Return the pixels whose middles lie between two edges, no more than `MOST_SAMPLES`."""
    first, last = np.clip([np.ceil(low_px - 0.5), np.floor(high_px - 0.5) + 1], 0, size_px)
    return range(int(first), int(last), max(1, -(-int(last - first) // MOST_SAMPLES)))


def _from_middle(pixels: range, low_px: float, high_px: float) -> FloatArray:
    """Return how far pixels [n] are from the middle of a side; 1 at its ends."""
    half = max((high_px - low_px) / 2, 0.5)
    return np.abs(np.asarray(pixels) + 0.5 - (low_px + high_px) / 2) / half
