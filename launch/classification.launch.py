"""Start the classification node: `ros2 launch robot_dl classification.launch.py image:=/camera`.

What is given here wins over the params_file, and that over the defaults of the node.
"""

from launch import LaunchContext, LaunchDescription
from launch.actions import DeclareLaunchArgument, OpaqueFunction
from launch.conditions import IfCondition
from launch.substitutions import LaunchConfiguration, PathJoinSubstitution
from launch_ros.actions import Node
from launch_ros.parameter_descriptions import ParameterValue
from launch_ros.substitutions import FindPackageShare

from robot_dl.bringup.view import view_of
from robot_dl.ros.rviz import RVIZ_ARGUMENTS, rviz_actions

DEFAULTS = PathJoinSubstitution([FindPackageShare('robot_dl'), 'config', 'classification.yaml'])

ARGUMENTS = {
    'image': ('image', 'Topic of the camera; the compressed one is found beside it.'),
    'namespace': ('', 'Namespace of the node.'),
    'params_file': (DEFAULTS, 'YAML file with the parameters of the node.'),
    'use_sim_time': ('', "true follows /clock instead of the machine's clock."),
    'log_level': ('info', 'Least level to log: debug, info, warn, error or fatal.'),
    'autostart': ('', 'false waits for a lifecycle manager.'),
    **RVIZ_ARGUMENTS,
}
PARAMETERS = ('use_sim_time', 'autostart')


def generate_launch_description() -> LaunchDescription:
    """Return the node and its arguments."""
    declared = [
        DeclareLaunchArgument(name, default_value=default, description=text)
        for name, (default, text) in ARGUMENTS.items()
    ]
    rviz = OpaqueFunction(function=_rviz, condition=IfCondition(LaunchConfiguration('use_rviz')))
    return LaunchDescription([*declared, rviz, OpaqueFunction(function=_node)])


def _rviz(context: LaunchContext) -> list[Node]:
    namespace = LaunchConfiguration('namespace').perform(context)
    return rviz_actions(context, view_of('classification_node', namespace))


def _node(context: LaunchContext) -> list[Node]:
    given = [name for name in PARAMETERS if context.launch_configurations[name]]
    flags = {n: ParameterValue(LaunchConfiguration(n), value_type=bool) for n in given}
    node = Node(
        package='robot_dl',
        executable='classification_node',
        name='classification_node',
        namespace=LaunchConfiguration('namespace'),
        parameters=[LaunchConfiguration('params_file'), flags],
        remappings=[('image', LaunchConfiguration('image'))],
        arguments=['--ros-args', '--log-level', LaunchConfiguration('log_level')],
        output='screen',
    )
    return [node]
