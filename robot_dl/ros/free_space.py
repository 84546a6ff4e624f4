"""Drivable ground as messages, and the frame that they stand in."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING

import numpy as np
from geometry_msgs.msg import Point, Pose
from nav_msgs.msg import MapMetaData, OccupancyGrid
from numpy.typing import NDArray
from rclpy.lifecycle import LifecycleNode
from sensor_msgs.msg import LaserScan
from std_msgs.msg import Header
from tf2_msgs.msg import TFMessage

from robot_dl.ros.geometry import transform_msg
from robot_dl.ros.qos import LATCHED, RESULTS

if TYPE_CHECKING:
    from robot_dl.segmentation.free_space import FreeGrid, FreeScan, FreeSpace
    from robot_dl.segmentation.params import SegmentationParams


class FreeSpacePublisher:
    """Publishes `free_space`, `free_space_scan`, and where their frame is.

    Attributes:
        is_wanted: Whether anybody subscribes grid or scan.
    """

    def __init__(self, node: LifecycleNode, has_frame: bool) -> None:
        """Announce the topics.

        Args:
            node: The node that publishes.
            has_frame: Whether it tells tf2 where the frame is.
        """
        self._grid = node.create_lifecycle_publisher(OccupancyGrid, 'free_space', RESULTS)
        self._scan = node.create_lifecycle_publisher(LaserScan, 'free_space_scan', RESULTS)
        self._frame = None
        if has_frame:
            self._frame = node.create_lifecycle_publisher(TFMessage, 'tf_static', LATCHED)
        self._placed: tuple[str, bytes] | None = None

    @property
    def is_wanted(self) -> bool:
        """Whether anybody subscribes grid or scan."""
        return any(p.get_subscription_count() for p in (self._grid, self._scan))

    def publish(
        self,
        space: FreeSpace,
        header: Header,
        params: SegmentationParams,
        optical_T_ground: NDArray[np.float64],
    ) -> None:
        """Publish what somebody subscribes, at the time of the image.

        Args:
            space: The drivable ground.
            header: Header of the image.
            params: How grid and scan shall be, and in which frame.
            optical_T_ground: Pose [4, 4] of that frame in the image's, metres.
        """
        self._place(optical_T_ground, header, params.ground_frame)
        ground = Header(stamp=header.stamp, frame_id=params.ground_frame)
        if self._grid.get_subscription_count():
            self._grid.publish(grid_to_msg(space.grid(params), ground))
        if self._scan.get_subscription_count():
            self._scan.publish(scan_to_msg(space.scan(params), ground))

    def _place(self, optical_T_ground: NDArray[np.float64], header: Header, frame: str) -> None:
        """Tell where the frame is, when that is new."""
        placed = header.frame_id, optical_T_ground.tobytes()
        # Every listener of tf2 complains about a parent without a name, or that is its own child.
        if self._frame is None or header.frame_id in ('', frame) or placed == self._placed:
            return
        transform = transform_msg(header.frame_id, frame, optical_T_ground, header.stamp)
        self._frame.publish(TFMessage(transforms=[transform]))
        self._placed = placed


def grid_to_msg(found: FreeGrid, header: Header) -> OccupancyGrid:
    """Return a grid of ground under the header of its frame."""
    height, width = found.occupancy.shape
    x, y = found.origin_xy_m
    info = MapMetaData(
        map_load_time=header.stamp,
        resolution=found.resolution_m,
        width=width,
        height=height,
        origin=Pose(position=Point(x=x, y=y)),
    )
    data = array('b')
    data.frombytes(np.ascontiguousarray(found.occupancy, np.int8).tobytes())
    return OccupancyGrid(header=header, info=info, data=data)


def scan_to_msg(found: FreeScan, header: Header) -> LaserScan:
    """Return the end of drivable ground as the scan of a lidar, in the plane of the ground.

    What blocks nearer than the view of the ground begins is told at that distance. REP-117 has
    minus infinity for it, but laser_geometry, and so every costmap, would drop that like
    a direction in which nothing is known.
    """
    ranges_m = np.where(np.isneginf(found.ranges_m), found.range_min_m, found.ranges_m)
    ranges = array('f')
    ranges.frombytes(np.ascontiguousarray(ranges_m, np.float32).tobytes())
    return LaserScan(
        header=header,
        angle_min=found.angle_min_rad,
        angle_max=found.angle_min_rad + (len(ranges) - 1) * found.step_rad,
        angle_increment=found.step_rad,
        range_min=found.range_min_m,
        range_max=found.range_max_m,
        ranges=ranges,
    )
