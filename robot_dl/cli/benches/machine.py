"""What a benchmark says about where it ran."""

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

# The first that is installed tells the version; a ROS from apt shows up as ROS_DISTRO instead.
PACKAGES = {
    'numpy': ('numpy',),
    'onnxruntime': ('onnxruntime', 'onnxruntime-gpu'),
    'rclpy': ('ros-rclpy', 'rclpy'),
    'rmw_fastrtps': ('ros-rmw-fastrtps-cpp',),
    'fastdds': ('ros-fastdds', 'ros-fastrtps'),
}


def machine() -> dict[str, str | int | None]:
    """Return processor, cores, system and Python."""
    return {
        'processor': _processor(),
        'cores': len(os.sched_getaffinity(0)),
        'system': platform.platform(),
        'python': platform.python_version(),
    }


def versions() -> dict[str, str | None]:
    """Return the versions of what was measured; None where there is no such package."""
    found = {name: _first_version(candidates) for name, candidates in PACKAGES.items()}
    return {**found, 'ros_distro': os.environ.get('ROS_DISTRO')}


def _processor() -> str | None:
    """Return the model name; the kernel tells it on x86, not everywhere."""
    table = Path('/proc/cpuinfo')
    rows = table.read_text().splitlines() if table.exists() else []
    names = [row.partition(':')[2].strip() for row in rows if row.startswith('model name')]
    return names[0] if names else platform.machine()


def _first_version(candidates: tuple[str, ...]) -> str | None:
    for name in candidates:
        try:
            return version(name)
        except PackageNotFoundError:
            continue
    return None
