"""Objects in space as `vision_msgs`, and as markers; and the boxes they come from."""

from collections.abc import Sequence

import numpy as np
from geometry_msgs.msg import Point, Pose, PoseWithCovariance, Quaternion, Vector3
from numpy.typing import NDArray
from std_msgs.msg import Header
from vision_msgs.msg import (
    BoundingBox3D,
    Detection2D,
    Detection2DArray,
    Detection3D,
    Detection3DArray,
    ObjectHypothesisWithPose,
)

from robot_dl.core.bad_images import ImageError
from robot_dl.core.detections3d import Detections3D
from robot_dl.core.poses import quaternion_xyzw_from_matrix

MOST_INSTANCES = 2**16
"""Numbers that a pixel of a mask can hold, with 0 for none."""
MOST_DETECTIONS = 1000
"""What no image shows, and would keep the node busy for a second."""


def boxes_from_msg(msg: Detection2DArray) -> NDArray[np.float32]:
    """Return the boxes [N, 4] of detections, in pixels: left, top, right, bottom.

    Of one that is turned, the upright box around it.

    Raises:
        ImageError: If an edge is not finite, a size is negative, or there are too many boxes.
    """
    if len(msg.detections) > MOST_DETECTIONS:
        raise ImageError(
            f'detections: expected at most {MOST_DETECTIONS}, got {len(msg.detections)}; raise '
            'the least score of the detector'
        )
    rows = [_centre_and_size(detection) for detection in msg.detections]
    x, y, width, height, theta = np.array(rows, np.float64).reshape(-1, 5).T
    # Beyond a float's range a turn has no meaning: it is not finite below.
    with np.errstate(all='ignore'):
        cos, sin = np.abs(np.cos(theta)), np.abs(np.sin(theta))
        half = np.stack([width * cos + height * sin, width * sin + height * cos], axis=1) / 2
        centres = np.stack([x, y], axis=1)
        boxes = np.concatenate([centres - half, centres + half], axis=1).astype(np.float32)
    wrong = ~np.isfinite(boxes).all(axis=1) | (width < 0) | (height < 0)
    if wrong.any():
        k = int(wrong.argmax())
        raise ImageError(f'detection {k}: expected a finite box, got x, y, w, h, theta {rows[k]}')
    return boxes


def instance_numbers(msg: Detection2DArray) -> NDArray[np.uint16]:
    """Return which detection each number in a mask means: k + 1 for detection k, else 0.

    Returns:
        A table [65536], to be indexed by the mask.

    Raises:
        ImageError: If an id is not the number of an instance.
    """
    table = np.zeros(MOST_INSTANCES, np.uint16)
    for k, detection in enumerate(msg.detections[: MOST_INSTANCES - 1]):
        text = detection.id
        if not (text.isdecimal() and len(text) < 6 and 0 < int(text) < MOST_INSTANCES):
            raise ImageError(
                f'detection {k}: expected the number of its pixels in the mask as id, got '
                f'{text!r}; take detections and mask from one node, or set use_masks to false'
            )
        table[int(text)] = k + 1
    return table


def detections3d_to_msg(
    found: Detections3D, source: Detection2DArray, frame_id: str
) -> Detection3DArray:
    """Return objects in space under the stamp of the detections that they come from.

    Each keeps the hypotheses and the id of its detection.

    Args:
        found: The objects.
        source: The detections that `found.sources` points into.
        frame_id: Frame that `found` is given in.
    """
    header = Header(stamp=source.header.stamp, frame_id=frame_id)
    poses = poses_of(found)
    elements = [
        _detection(header, source.detections[k], pose, size)
        for k, pose, size in zip(
            found.sources.tolist(), poses, found.sizes_m.tolist(), strict=True
        )
    ]
    return Detection3DArray(header=header, detections=elements)


def poses_of(found: Detections3D) -> Sequence[Pose]:
    """Return the pose of each box: its centre, and the turn of its axes."""
    x, y, z, w = quaternion_xyzw_from_matrix(found.axes).tolist()
    turn = Quaternion(x=x, y=y, z=z, w=w)
    points = [Point(x=x, y=y, z=z) for x, y, z in found.centres_m.tolist()]
    return [Pose(position=point, orientation=turn) for point in points]


def _centre_and_size(detection: Detection2D) -> tuple[float, ...]:
    box = detection.bbox
    centre = box.center
    return centre.position.x, centre.position.y, box.size_x, box.size_y, centre.theta


def _detection(header: Header, seen: Detection2D, pose: Pose, size_m: list[float]) -> Detection3D:
    # A covariance of zeros says that it is not known, as it is everywhere in ROS.
    where = PoseWithCovariance(pose=pose)
    results = [ObjectHypothesisWithPose(hypothesis=r.hypothesis, pose=where) for r in seen.results]
    x, y, z = size_m
    box = BoundingBox3D(center=pose, size=Vector3(x=x, y=y, z=z))
    return Detection3D(header=header, results=results, bbox=box, id=seen.id)
