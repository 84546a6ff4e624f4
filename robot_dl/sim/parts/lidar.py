"""The lidar, and the map of where it is."""

from typing import Any

from builtin_interfaces.msg import Time
from nav_msgs.msg import OccupancyGrid
from rclpy.node import Node
from sensor_msgs.msg import LaserScan
from std_msgs.msg import Header

from robot_dl.ros.qos import LATCHED, RESULTS
from robot_dl.sim.params import SimParams
from robot_dl.sim.parts.part import Part


class Lidar(Part):
    """`scan`, with every image and under its stamp."""

    needs = ('scan', 'lidar')

    def __init__(self, node: Node, params: SimParams) -> None:
        self._publisher = node.create_publisher(LaserScan, 'scan', RESULTS)
        self._period_s = 1 / params.rate_hz

    def on_image(self, world: Any, header: Header) -> None:
        """Publish one turn of the lidar, if anybody asks."""
        if not self._publisher.get_subscription_count():
            return
        spec, ranges = world.lidar, world.scan()
        angles = spec.angles_rad
        # All beams are of one moment, so nothing lies between them: time_increment is zero.
        msg = LaserScan(
            header=Header(stamp=header.stamp, frame_id='laser'),
            angle_min=float(angles[0]),
            angle_max=float(angles[-1]),
            angle_increment=spec.increment_rad,
            scan_time=self._period_s,
            range_min=spec.range_min_m,
            range_max=spec.range_max_m,
        )
        msg.ranges.frombytes(ranges.tobytes())
        self._publisher.publish(msg)


class Map(Part):
    """`map`: where a robot touches nothing that stays."""

    needs = ('occupancy',)

    def __init__(self, node: Node, params: SimParams) -> None:
        self._publisher = node.create_publisher(OccupancyGrid, 'map', LATCHED)
        self._resolution_m = params.map_resolution_m

    def on_scene(self, world: Any, stamp: Time) -> None:
        """Publish the map of this floor, with its doors as they are."""
        truth = world.occupancy(self._resolution_m)
        msg = OccupancyGrid(header=Header(stamp=stamp, frame_id='map'))
        msg.info.map_load_time, msg.info.resolution = stamp, truth.resolution_m
        msg.info.height, msg.info.width = truth.cells.shape
        msg.info.origin.position.x, msg.info.origin.position.y = truth.origin_xy
        msg.data.frombytes(truth.cells.tobytes())
        self._publisher.publish(msg)
