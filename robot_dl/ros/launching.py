"""The actions of a launch file that starts one node."""

from collections.abc import Mapping
from typing import Protocol

from launch import LaunchContext, LaunchDescription
from launch.actions import DeclareLaunchArgument, OpaqueFunction
from launch.conditions import IfCondition
from launch.substitutions import LaunchConfiguration, PathJoinSubstitution
from launch_ros.actions import Node
from launch_ros.parameter_descriptions import ParameterValue
from launch_ros.substitutions import FindPackageShare

from robot_dl.ros.rviz import Shown, rviz_actions

Arguments = Mapping[str, tuple[str | None, str]]


class Launched(Protocol):
    """What a launch file has to know of its node; see `bringup.launching.NodeLaunch`."""

    executable: str
    config: str
    arguments: Arguments
    remappings: Mapping[str, str]
    flags: tuple[str, ...]
    words: tuple[str, ...]

    def view(self, namespace: str, given: Mapping[str, str]) -> Shown:
        """Return what RViz shows of the node, with the arguments that it is given."""


def launch_description(launched: Launched) -> LaunchDescription:
    """Return a node and its arguments, and RViz where there is something to see.

    What is given as an argument wins over the params_file, and that over the defaults.
    """
    config = PathJoinSubstitution([FindPackageShare('robot_dl'), 'config', launched.config])
    arguments = {
        **launched.arguments,
        'params_file': (config, launched.arguments['params_file'][1]),
    }
    actions = [OpaqueFunction(function=_node, args=[launched])]
    if 'use_rviz' in arguments:
        asked = IfCondition(LaunchConfiguration('use_rviz'))
        actions.insert(0, OpaqueFunction(function=_rviz, args=[launched], condition=asked))
    return LaunchDescription([*declared(arguments), *actions])


def declared(arguments: Arguments) -> list[DeclareLaunchArgument]:
    """Return the actions that declare arguments: default and meaning by name."""
    return [
        DeclareLaunchArgument(name, default_value=default, description=text)
        for name, (default, text) in arguments.items()
    ]


def _rviz(context: LaunchContext, launched: Launched) -> list[Node]:
    namespace = LaunchConfiguration('namespace').perform(context)
    return rviz_actions(context, launched.view(namespace, context.launch_configurations))


def _node(context: LaunchContext, launched: Launched) -> list[Node]:
    kinds = {**dict.fromkeys(launched.flags, bool), **dict.fromkeys(launched.words, str)}
    given = {
        name: ParameterValue(LaunchConfiguration(name), value_type=kind)
        for name, kind in kinds.items()
        if context.launch_configurations[name]
    }
    remappings = launched.remappings.items()
    node = Node(
        package='robot_dl',
        executable=launched.executable,
        name=launched.executable,
        namespace=LaunchConfiguration('namespace'),
        parameters=[LaunchConfiguration('params_file'), given],
        remappings=[(topic, LaunchConfiguration(argument)) for argument, topic in remappings],
        arguments=['--ros-args', '--log-level', LaunchConfiguration('log_level')],
        output='screen',
    )
    return [node]
