"""`sensor_msgs/LaserScan` as points."""

import numpy as np
from numpy.typing import NDArray
from sensor_msgs.msg import LaserScan


def points_from_scan(msg: LaserScan) -> NDArray[np.float64]:
    """Return what a lidar has hit.

    Of REP-117's readings, those that are no measurement are left out: too near, too far, NaN,
    and what a driver wrote outside of the range that it declares.

    Returns:
        Points [N, 3] in the lidar's frame, metres: x ahead, y left, z = 0.
    """
    ranges_m = np.asarray(msg.ranges, np.float64)
    angles_rad = msg.angle_min + msg.angle_increment * np.arange(len(ranges_m))
    # NaN compares as False.
    hit = (ranges_m > 0) & (ranges_m >= msg.range_min) & (ranges_m <= msg.range_max)
    hit &= np.isfinite(ranges_m) & np.isfinite(angles_rad)
    r, a = ranges_m[hit], angles_rad[hit]
    return np.column_stack([r * np.cos(a), r * np.sin(a), np.zeros(len(r))])
