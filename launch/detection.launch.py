"""Start the detection node: `ros2 launch robot_dl detection.launch.py image:=/camera/image`."""

from launch import LaunchDescription
from launch.actions import DeclareLaunchArgument
from launch.substitutions import LaunchConfiguration, PathJoinSubstitution
from launch_ros.actions import Node
from launch_ros.parameter_descriptions import ParameterValue
from launch_ros.substitutions import FindPackageShare

DEFAULTS = PathJoinSubstitution([FindPackageShare('robot_dl'), 'config', 'detection.yaml'])

ARGUMENTS = {
    'image': ('image', 'Topic of the camera; the compressed one is found beside it.'),
    'namespace': ('', 'Namespace of the node.'),
    'params_file': (DEFAULTS, 'YAML file with the parameters of the node.'),
    'use_sim_time': ('false', "Follow /clock instead of the machine's clock."),
    'log_level': ('info', 'Least level to log: debug, info, warn, error or fatal.'),
    'autostart': ('true', 'Start to work at once; false waits for a lifecycle manager.'),
}


def generate_launch_description() -> LaunchDescription:
    """Return the node and its arguments."""
    declared = [
        DeclareLaunchArgument(name, default_value=default, description=text)
        for name, (default, text) in ARGUMENTS.items()
    ]
    chosen = {name: LaunchConfiguration(name) for name in ARGUMENTS}
    flags = {n: ParameterValue(chosen[n], value_type=bool) for n in ('use_sim_time', 'autostart')}
    node = Node(
        package='robot_dl',
        executable='detection_node',
        name='detection_node',
        namespace=chosen['namespace'],
        parameters=[chosen['params_file'], flags],
        remappings=[('image', chosen['image'])],
        arguments=['--ros-args', '--log-level', chosen['log_level']],
        output='screen',
    )
    return LaunchDescription([*declared, node])
