"""The build back end of this package: the builder that all packages of ros_wheels share."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from rosidl_wheel.backend import build_wheel

__all__ = ['build_wheel']
