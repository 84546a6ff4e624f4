"""Start the simulated camera: `ros2 launch robot_dl sim.launch.py`."""

from launch import LaunchDescription

from robot_dl.bringup.launching import launch_of
from robot_dl.ros.launching import launch_description


def generate_launch_description() -> LaunchDescription:
    """Return the node and its arguments."""
    return launch_description(launch_of('sim_node'))
