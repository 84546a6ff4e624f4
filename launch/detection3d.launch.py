"""Start the 3D detection node: `ros2 launch robot_dl detection3d.launch.py depth_image:=…`."""

from launch import LaunchDescription

from robot_dl.bringup.launching import launch_of
from robot_dl.ros.launching import launch_description


def generate_launch_description() -> LaunchDescription:
    """Return the node and its arguments."""
    return launch_description(launch_of('detection3d_node'))
