"""What `ros2 launch FILE NAME:=VALUE …` does, where ros2cli is not installed."""

import sys

from launch import LaunchDescription, LaunchService
from launch.actions import IncludeLaunchDescription
from launch.launch_description_sources import PythonLaunchDescriptionSource


def main() -> int:
    """Launch a file with arguments; returns the exit code."""
    path, *words = sys.argv[1:]
    arguments = [tuple(word.split(':=', 1)) for word in words]
    source = PythonLaunchDescriptionSource(path)
    service = LaunchService()
    include = IncludeLaunchDescription(source, launch_arguments=arguments)
    service.include_launch_description(LaunchDescription([include]))
    return service.run()


if __name__ == '__main__':
    sys.exit(main())
