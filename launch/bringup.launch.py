"""Start the nodes of a deployment: `ros2 launch robot_dl bringup.launch.py deployment:=FILE`."""

import os

from launch import LaunchContext, LaunchDescription
from launch.actions import DeclareLaunchArgument, OpaqueFunction
from launch.substitutions import LaunchConfiguration
from launch_ros.actions import Node

from robot_dl.bringup.commands import added_variables, parameter_arguments
from robot_dl.bringup.deployment import Deployment, NodeSpec
from robot_dl.bringup.finding import find_deployment
from robot_dl.bringup.reading import read_deployment
from robot_dl.ros.environment import profile_variable

RESPAWN_DELAY_S = 0.5


def generate_launch_description() -> LaunchDescription:
    """Return the argument, and the nodes of the file it names."""
    text = 'Deployment file (YAML), or the name of an example; `robot_dl up` runs the same files.'
    argument = DeclareLaunchArgument('deployment', description=text)
    return LaunchDescription([argument, OpaqueFunction(function=nodes_of_deployment)])


def nodes_of_deployment(context: LaunchContext) -> list[Node]:
    """Read the file; a mistake in it ends the launch before anything has started."""
    file = find_deployment(LaunchConfiguration('deployment').perform(context))
    deployment = read_deployment(file)
    return [node_action(deployment, node) for node in deployment.nodes]


def node_action(deployment: Deployment, node: NodeSpec) -> Node:
    """Return the action that runs one node."""
    return Node(
        package='robot_dl',
        executable=node.kind.executable,
        name=node.name,
        namespace=node.namespace,
        remappings=list(node.remap.items()),
        arguments=['--ros-args', *parameter_arguments(node)],
        additional_env=added_variables(deployment, node, profile_variable(os.environ)),
        respawn=node.respawn,
        respawn_delay=RESPAWN_DELAY_S,
        output='screen',
    )
