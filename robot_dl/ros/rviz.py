"""Open RViz from a launch file."""

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from ament_index_python.packages import PackageNotFoundError, get_package_prefix
from launch import LaunchContext
from launch.logging import get_logger, launch_config
from launch.substitutions import TextSubstitution
from launch_ros.actions import Node
from launch_ros.parameter_descriptions import ParameterValue


class Shown(Protocol):
    """What a launch file has to show."""

    remap: dict[str, str]
    use_sim_time: bool

    def text(self) -> str:
        """Return the content of an .rviz file."""


def rviz_actions(
    context: LaunchContext, shown: Shown, env: Mapping[str, str] | None = None
) -> list[Node]:
    """Return the action that opens RViz; none, with a line in the log, where it is missing.

    The nodes do not depend on it: they start without RViz, and go on when it is closed. Nor does
    the package: a robot without a screen would install Qt and OGRE for nothing. RViz gets no
    Fast DDS profile of ours: images lie in the shared memory of the node that publishes them.

    Args:
        context: Has the value of rviz_config, and maybe of use_sim_time.
        shown: What RViz shows unless the user has a file.
        env: Environment variables it gets besides those of the launch.

    Raises:
        ValueError: If the user's file does not exist: RViz would show its own instead, silently.
    """
    try:
        get_package_prefix('rviz2')
    except PackageNotFoundError:
        get_logger('rviz').error(_advice(os.environ.get('ROS_DISTRO', '<distro>')))
        return []
    values = context.launch_configurations
    use_sim_time = TextSubstitution(text=values.get('use_sim_time') or str(shown.use_sim_time))
    rviz = Node(
        package='rviz2',
        executable='rviz2',
        arguments=['-d', str(_file(values['rviz_config'], shown))],
        parameters=[{'use_sim_time': ParameterValue(use_sim_time, value_type=bool)}],
        remappings=list(shown.remap.items()),
        additional_env=dict(env or {}),
        output='screen',
    )
    return [rviz]


def _file(given: str, shown: Shown) -> Path:
    """Return the user's file, or ours, which lies with the logs of this launch."""
    if given:
        file = Path(given).expanduser()
        if not file.is_file():
            raise ValueError(f'rviz_config:={given}: no such file; leave it out to get ours')
        return file
    text = shown.text()
    with tempfile.NamedTemporaryFile(
        'w', prefix='robot_dl_', suffix='.rviz', dir=launch_config.log_dir, delete=False
    ) as ours:
        ours.write(text)
    return Path(ours.name)


def _advice(distribution: str) -> str:
    return (
        'use_rviz:=true, but the package rviz2 is not installed here; the nodes start without it. '
        f'Install it (sudo apt install ros-{distribution}-rviz2), or run RViz on another machine.'
    )
