"""Depth, boxes and masks from messages that must show the same view."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sensor_msgs.msg import CameraInfo, Image
from vision_msgs.msg import Detection2DArray

from robot_dl.core.bad_images import ImageError
from robot_dl.core.pinhole import Pinhole
from robot_dl.ros.calibrations import pinhole_from_msg
from robot_dl.ros.depth import depth_from_msg
from robot_dl.ros.detections3d import boxes_from_msg, instance_numbers
from robot_dl.ros.encodings import DepthM
from robot_dl.ros.masks import mask_from_msg

LEAST_FOCAL_PX = 1.0


@dataclass(frozen=True)
class RegisteredDepth:
    """A depth image that shows what a colour camera shows, pixel for pixel or scaled.

    Attributes:
        depth_m: Depth [H, W] in metres, NaN where unknown.
        pinhole: Its intrinsics.
        colour: Intrinsics of the colour camera; None if they are the same.
    """

    depth_m: DepthM
    pinhole: Pinhole
    colour: Pinhole | None = None

    def boxes(self, msg: Detection2DArray) -> NDArray[np.float32]:
        """Return the boxes [N, 4] of the colour image in pixels of the depth image.

        Raises:
            ImageError: If a box makes no sense, or its middle lies outside of an image that is
                said to be as large as that of the boxes.
        """
        boxes = boxes_from_msg(msg)
        if self.colour is not None:
            return self.colour.boxes_in(self.pinhole, boxes)
        middles = (boxes[:, :2] + boxes[:, 2:]) / 2
        height, width = self.pinhole.size_hw
        outside = ((middles < 0) | (middles > (width, height))).any(axis=1)
        if outside.any():
            x, y = middles[outside.argmax()]
            raise ImageError(
                f'detections: the middle of a box lies at ({x:.0f}, {y:.0f}), outside of the '
                f'depth image of {width} x {height}. If the boxes are in an image of another '
                'size, set sizes_differ to true and remap camera_info to its calibration'
            )
        return boxes

    def instances(self, mask: Image, msg: Detection2DArray) -> NDArray[np.uint16]:
        """Return which detection each pixel [H, W] of the depth image shows, k + 1, or 0.

        Raises:
            ImageError: If the mask is none, tells classes, or has another size than the colour
                image.
        """
        numbers = mask_from_msg(mask)
        if numbers.dtype != np.uint16:
            raise ImageError(
                f'mask: expected instance numbers (mono16), got {mask.encoding}, as masks of '
                'classes have; remap mask to that of the instance_segmentation_node'
            )
        wanted_hw = (self.colour or self.pinhole).size_hw
        if numbers.shape != wanted_hw:
            raise ImageError(
                f'mask: expected {_size(wanted_hw)} like its image, got {_size(numbers.shape)}; '
                'see sizes_differ'
            )
        instances = instance_numbers(msg)[numbers]
        if self.colour is None:
            return instances
        return self.pinhole.view_of(self.colour, instances)


def registered_depth(
    depth: Image, info: CameraInfo, colour_info: CameraInfo | None, most_m: float
) -> RegisteredDepth:
    """Return a depth image with its calibrations.

    Args:
        depth: The image.
        info: Its calibration.
        colour_info: That of the colour camera, where it is another one.
        most_m: Greatest depth to believe, metres; 0 believes every one.

    Raises:
        ImageError: If the image is no depth, or not of the size of its calibration.
    """
    depth_m, pinhole = depth_from_msg(depth), pinhole_from_msg(info)
    if depth_m.shape != pinhole.size_hw:
        raise ImageError(
            f'depth/image is {_size(depth_m.shape)}, but depth/camera_info is of an image of '
            f'{_size(pinhole.size_hw)}'
        )
    if min(pinhole.fx, pinhole.fy) < LEAST_FOCAL_PX:
        raise ImageError(
            f'depth/camera_info: expected focal lengths in pixels, got fx {pinhole.fx:g} and fy '
            f'{pinhole.fy:g}'
        )
    if most_m:
        depth_m[depth_m > most_m] = np.nan
    colour = None if colour_info is None else pinhole_from_msg(colour_info)
    return RegisteredDepth(depth_m, pinhole, colour)


def check_same_view(detections: Detection2DArray, depth: Image) -> None:
    """Refuse a depth image of another camera than that of the boxes.

    Raises:
        ImageError: If their frames differ.
    """
    boxes, metres = (m.header.frame_id.lstrip('/') for m in (detections, depth))
    if boxes != metres:
        raise ImageError(
            f'depth/image is in frame {metres!r}, the detections in {boxes!r}: the depth must be '
            'registered to the image of the boxes; take the topic of your driver that is '
            '(e.g. aligned_depth_to_color), or depth_image_proc/register'
        )


def _size(size_hw: tuple[int, ...]) -> str:
    return f'{size_hw[1]} x {size_hw[0]}'
