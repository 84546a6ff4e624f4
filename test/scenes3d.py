"""A card before a wall, as the messages of a detector and of a depth camera."""

import numpy as np
from ros_messages import raw_image
from std_msgs.msg import Header
from vision_msgs.msg import Detection2D, Detection2DArray, ObjectHypothesisWithPose

from robot_dl.core.pinhole import Pinhole
from robot_dl.ros.geometry import camera_info_msg

CAMERA = Pinhole(160.0, 160.0, 79.5, 59.5, (120, 160))
BOX = (60, 50, 100, 75)
CARD_M, WALL_M = 1.5, 3.0
# Of the card that fills BOX: its middle and its sides, metres.
CENTRE_M = ((80 - 80) / 160 * CARD_M, (62.5 - 60) / 160 * CARD_M, CARD_M)
SIDES_M = (40 / 160 * CARD_M, 25 / 160 * CARD_M, 0.0)


def scene(box_xyxy=BOX, card_m=CARD_M, wall_m=WALL_M):
    """Return the depth of a card that fills a box, before a wall, metres [120, 160] float32."""
    depth = np.full(CAMERA.size_hw, wall_m, np.float32)
    x0, y0, x1, y1 = box_xyxy
    depth[y0:y1, x0:x1] = card_m
    return depth


def depth_image(depth_m, encoding='32FC1', header=None, **layout):
    """Return depth in metres, NaN for none, as a message in one of the two encodings."""
    pixels = depth_m
    if encoding == '16UC1':
        pixels = np.where(np.isnan(depth_m), 0, np.rint(depth_m * 1000)).astype(np.uint16)
    msg = raw_image(pixels, encoding, **layout)
    msg.header = header or Header(frame_id='camera')
    return msg


def info_msg(pinhole=CAMERA, header=None):
    """Return the calibration of a camera."""
    return camera_info_msg(pinhole, header or Header(frame_id='camera'))


def boxes_msg(header, *boxes_xyxy, ids=()):
    """Return detections of mugs in boxes."""
    msg = Detection2DArray(header=header)
    for k, (x0, y0, x1, y1) in enumerate(boxes_xyxy):
        element = Detection2D(header=header, id=ids[k] if ids else '')
        element.bbox.center.position.x, element.bbox.center.position.y = (
            (x0 + x1) / 2,
            (y0 + y1) / 2,
        )
        element.bbox.size_x, element.bbox.size_y = float(x1 - x0), float(y1 - y0)
        result = ObjectHypothesisWithPose()
        result.hypothesis.class_id, result.hypothesis.score = 'mug', 0.75
        element.results = [result]
        msg.detections.append(element)
    return msg
