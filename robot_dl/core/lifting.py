"""Boxes in an image and its depth become boxes in space.

A box in an image holds more than its object: what it stands on, what is behind it, what hides a
part of it. All of that goes on outside the box, and the object does not. So a frame around the
box tells what is not the object: the plane that most of the frame lies on is taken away, and of
the layers of depth that are left the object is the one that fills the box and not the frame.
"""

import numpy as np
from numpy.typing import NDArray

from robot_dl.core.background import FloatArray, Mask, dominant_plane, layers
from robot_dl.core.cutouts import Cutout, cut_out
from robot_dl.core.detections3d import Detections3D
from robot_dl.core.pinhole import Pinhole

LEAST_SHARE = 0.03
"""Part of a box that must rise from the plane around it; else the object lies in that plane."""
EXTENT_PERCENT = (1.0, 99.0)
"""Percentiles of the points' coordinates between which the box in space reaches."""
RIM = 0.2
"""Weight of a pixel at the edge of a box, when one in its middle weighs 1 more."""

InstanceIds = NDArray[np.uint16]


def lift(
    boxes_xyxy: NDArray[np.float32],
    depth_m: NDArray[np.float32],
    pinhole: Pinhole,
    least_points: int = 12,
    instance_ids: InstanceIds | None = None,
) -> Detections3D:
    """Return the boxes in space around what the camera sees of each object.

    They have the axes of the optical frame, and reach from the first to the last visible point:
    what an object hides of itself is not invented. An object on which fewer than `least_points`
    pixels were measured is left out.

    Args:
        boxes_xyxy: Boxes [N, 4] in pixels of the depth image.
        depth_m: Depth [H, W] along the optical axis in metres, NaN where unknown.
        pinhole: Intrinsics of the depth image.
        least_points: Fewest pixels on an object.
        instance_ids: Which object each pixel [H, W] shows, k + 1 for box k and 0 for none; then
            nothing has to be told from it.

    Raises:
        ValueError: If a box is not finite.
    """
    if not np.isfinite(boxes_xyxy).all():
        raise ValueError(f'boxes: expected finite edges, got {boxes_xyxy.tolist()}')
    found = []
    for source, box_xyxy in enumerate(boxes_xyxy):
        owned = None if instance_ids is None else instance_ids == source + 1
        cutout = cut_out(box_xyxy, depth_m, owned)
        points = cutout.points_uvz[_on_object(cutout, owned is not None)]
        if len(points) >= least_points:
            share = len(points) / cutout.pixels
            found.append((*_box_around(points, cutout, pinhole), len(points), share, source))
    return _gathered(found)


def _on_object(cutout: Cutout, is_exact: bool) -> Mask:
    """Return which points [N] of a cutout are on its object."""
    if is_exact:
        return _best_layer(cutout, cutout.is_inside, sees_frame=False)
    plane = dominant_plane(cutout.points_uvz[~cutout.is_inside])
    everything = np.ones(len(cutout.points_uvz), bool)
    if plane is None:
        return _best_layer(cutout, everything, sees_frame=True)
    rising = _best_layer(cutout, ~plane.holds(cutout.points_uvz), sees_frame=True)
    if rising.sum() >= LEAST_SHARE * cutout.pixels:
        return rising
    # What does not rise from the plane lies in it, like a door in its wall: it fills its box.
    return _best_layer(cutout, everything, sees_frame=False)


def _best_layer(cutout: Cutout, candidates: Mask, sees_frame: bool) -> Mask:
    """Return the points [N] in the box that are on the layer that fills it best.

    Args:
        cutout: The points.
        candidates: Which of them [N] may be on the object.
        sees_frame: Whether what a layer fills of the frame counts against it.
    """
    layer = np.full(len(candidates), -1)
    layer[candidates] = layers(cutout.points_uvz[candidates, 2])
    count = int(layer.max(initial=-1)) + 1
    inside, outside = cutout.is_inside & (layer >= 0), ~cutout.is_inside & (layer >= 0)
    if not inside.any():
        return inside
    weights = cutout.centrality + RIM
    fills = np.bincount(layer[inside], weights[inside], count) / weights[cutout.is_inside].sum()
    if sees_frame and outside.any():
        fills -= np.bincount(layer[outside], minlength=count) / (~cutout.is_inside).sum()
    best = int(fills.argmax())
    return np.asarray(inside & (layer == best) & (fills[best] > 0))


def _box_around(
    points_uvz: FloatArray, cutout: Cutout, pinhole: Pinhole
) -> tuple[FloatArray, FloatArray, float]:
    """Return centre [3], size [3] and median depth of what pixels show, metres."""
    depth_m = float(np.median(points_uvz[:, 2]))
    low, high = np.percentile(pinhole.unproject(points_uvz), EXTENT_PERCENT, axis=0)
    # Points are the middles of pixels, and half a pixel more on each side belongs to them.
    width, height = cutout.step_px * depth_m / (pinhole.fx, pinhole.fy)
    return (low + high) / 2, high - low + (width, height, 0.0), depth_m


def _gathered(found: list[tuple[FloatArray, FloatArray, float, int, float, int]]) -> Detections3D:
    if not found:
        return Detections3D.empty()
    centres, sizes, depths, points, shares, sources = zip(*found, strict=True)
    return Detections3D(
        np.array(centres),
        np.array(sizes),
        np.array(depths),
        np.array(points, np.int64),
        np.array(shares),
        np.array(sources, np.int64),
    )
