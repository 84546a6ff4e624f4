"""What took part in a demo, and how its messages travelled."""

from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

from robot_dl import __version__
from robot_dl.cli.benches.machine import machine, versions
from robot_dl.core.share import share_file
from robot_dl.engine.card import ModelCard
from robot_dl.ros.environment import PROFILE_VARIABLES

DISTRIBUTIONS = {'3': 'humble', '7': 'jazzy', '9': 'kilted'}
"""ROS distribution by the major version of rclpy, for wheels, which do not name it."""


def versions_of_run(rmw: str) -> dict[str, str | None]:
    """Return the versions of everything that took part; None for what cannot be told."""
    found = versions()
    major = (found.get('rclpy') or '').partition('.')[0]
    return {
        'robot_dl': __version__,
        'python': str(machine()['python']),
        **found,
        'mujoco': version('mujoco'),
        'ros_distro': found['ros_distro'] or DISTRIBUTIONS.get(major),
        'rmw': rmw,
    }


def transport_of(rmw: str, env: Mapping[str, str]) -> str:
    """Say how messages travel between the processes of `env`."""
    profile = next((env[name] for name in PROFILE_VARIABLES if env.get(name)), None)
    if 'fastrtps' not in rmw:
        return rmw
    if profile is None:
        return f'{rmw} with its default transports'
    if Path(profile).parent == share_file('config'):
        return f'{rmw} with shared memory and UDP ({Path(profile).name})'
    return f'{rmw} with the profile {profile}'


def model_of(card: ModelCard) -> dict[str, str]:
    """Return what a report says about a model."""
    return {
        'name': card.name,
        'license': card.license,
        'input': card.input_words,
        'labels': ', '.join(card.labels),
        'sha256': card.sha256,
    }
