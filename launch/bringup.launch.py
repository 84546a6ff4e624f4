"""Start the nodes of a deployment: `ros2 launch robot_dl bringup.launch.py deployment:=FILE`."""

import os

from launch import Action, LaunchContext, LaunchDescription
from launch.actions import OpaqueFunction
from launch.conditions import IfCondition
from launch.substitutions import LaunchConfiguration
from launch_ros.actions import Node

from robot_dl.bringup.commands import added_variables, parameter_arguments
from robot_dl.bringup.deployment import Deployment, NodeSpec
from robot_dl.bringup.finding import find_deployment
from robot_dl.bringup.launching import RVIZ_ARGUMENTS
from robot_dl.bringup.reading import read_deployment
from robot_dl.bringup.view import View, shared_variables
from robot_dl.ros.environment import profile_variable
from robot_dl.ros.launching import declared
from robot_dl.ros.rviz import rviz_actions

RESPAWN_DELAY_S = 0.5


def generate_launch_description() -> LaunchDescription:
    """Return the arguments, and the nodes of the file that one of them names."""
    text = 'Deployment file (YAML), or the name of an example; `robot_dl up` runs the same files.'
    arguments = declared({'deployment': (None, text), **RVIZ_ARGUMENTS})
    return LaunchDescription([*arguments, OpaqueFunction(function=nodes_of_deployment)])


def nodes_of_deployment(context: LaunchContext) -> list[Action]:
    """Read the file; a mistake in it ends the launch before anything has started."""
    file = find_deployment(LaunchConfiguration('deployment').perform(context))
    deployment = read_deployment(file)
    rviz = OpaqueFunction(
        function=rviz_actions,
        args=[View(deployment.nodes), shared_variables(deployment, profile_variable(os.environ))],
        condition=IfCondition(LaunchConfiguration('use_rviz')),
    )
    return [rviz, *(node_action(deployment, node) for node in deployment.nodes)]


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
