"""Start the simulated camera: `ros2 launch robot_dl sim.launch.py`."""

from launch import LaunchDescription
from launch.actions import DeclareLaunchArgument
from launch.substitutions import LaunchConfiguration, PathJoinSubstitution
from launch_ros.actions import Node
from launch_ros.parameter_descriptions import ParameterValue
from launch_ros.substitutions import FindPackageShare

DEFAULTS = PathJoinSubstitution([FindPackageShare('robot_dl'), 'config', 'sim.yaml'])

ARGUMENTS = {
    'namespace': ('', 'Namespace of the node; it moves tf and tf_static, too.'),
    'params_file': (DEFAULTS, 'YAML file with the parameters of the node.'),
    'use_sim_time': ('false', "Follow somebody else's /clock; see the parameter publish_clock."),
    'log_level': ('info', 'Least level to log: debug, info, warn, error or fatal.'),
}


def generate_launch_description() -> LaunchDescription:
    """Return the node and its arguments."""
    declared = [
        DeclareLaunchArgument(name, default_value=default, description=text)
        for name, (default, text) in ARGUMENTS.items()
    ]
    chosen = {name: LaunchConfiguration(name) for name in ARGUMENTS}
    use_sim_time = ParameterValue(chosen['use_sim_time'], value_type=bool)
    node = Node(
        package='robot_dl',
        executable='sim_node',
        name='sim_node',
        namespace=chosen['namespace'],
        parameters=[chosen['params_file'], {'use_sim_time': use_sim_time}],
        arguments=['--ros-args', '--log-level', chosen['log_level']],
        output='screen',
    )
    return LaunchDescription([*declared, node])
