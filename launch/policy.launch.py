"""Start the policy node: `ros2 launch robot_dl policy.launch.py`."""

from launch import LaunchDescription

from robot_dl.bringup.launching import launch_of
from robot_dl.ros.launching import launch_description


def generate_launch_description() -> LaunchDescription:
    """Return the node and its arguments."""
    return launch_description(launch_of('policy_node'))
