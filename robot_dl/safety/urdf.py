"""Read the limits of joints from a robot's description (URDF, http://wiki.ros.org/urdf/XML/joint)."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from xml.parsers import expat

import numpy as np

from robot_dl.core.names import unknown_name
from robot_dl.safety.limits import Limits

MOST_BYTES = 20_000_000
JOINT, LIMIT, SAFETY = ['robot', 'joint'], ['robot', 'joint', 'limit'], ['safety_controller']
TURNS_FOR_EVER = 'continuous'
IMMOBILE = 'fixed'


class UrdfError(ValueError):
    """A file is no usable URDF, or does not describe a joint."""


@dataclass
class _Joint:
    """What a description says of one joint; NaN where it says nothing."""

    type: str
    low: float = math.nan
    high: float = math.nan
    velocity: float = math.nan
    effort: float = math.nan


def limits_from_urdf(path: str | Path, names: tuple[str, ...]) -> Limits:
    """Return the limits that a URDF file gives for joints, in the order of `names`.

    Soft limits (`safety_controller`) count where they are tighter. A velocity or an effort of 0
    is what exporters write who do not know it, and counts as not given.

    Raises:
        UrdfError: The file cannot be read, is no URDF, has no such joint, or the joint is fixed.
    """
    joints = _joints_of(_content(Path(path)), str(path))
    found = [_choose(name, joints, str(path)) for name in names]
    columns = {
        'position_low': [joint.low for joint in found],
        'position_high': [joint.high for joint in found],
        'velocity': [joint.velocity or math.nan for joint in found],
        'effort': [joint.effort or math.nan for joint in found],
    }
    given = {name: np.array(column) for name, column in columns.items()}
    return Limits.of_joints(len(names), **given)


def _content(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        if size > MOST_BYTES:
            raise UrdfError(f'{path}: {size} bytes are too many for a URDF')
        return path.read_bytes()
    except OSError as error:
        raise UrdfError(f'{path}: {error.strerror}') from error


def _choose(name: str, joints: Mapping[str, _Joint], path: str) -> _Joint:
    if name not in joints:
        raise UrdfError(f'{path}: {unknown_name("joint", name, joints)}')
    if joints[name].type == IMMOBILE:
        raise UrdfError(f'{path}: joint {name} is fixed, and cannot be commanded')
    return joints[name]


def _joints_of(content: bytes, path: str) -> dict[str, _Joint]:
    reader = _Reader()
    try:
        reader.parser.Parse(content, True)
    except expat.ExpatError as error:
        raise UrdfError(f'{path}: not XML: {error}') from error
    except ValueError as error:
        raise UrdfError(f'{path}: {error}') from error
    if not reader.joints:
        advice = '; expand it by xacro first' if b'xacro' in content else ''
        raise UrdfError(f'{path}: expected <robot> with joints, found none{advice}')
    return reader.joints


class _Reader:
    """Collects what stands directly below `robot`: tags of ros2_control name joints, too."""

    def __init__(self) -> None:
        self.joints: dict[str, _Joint] = {}
        self._path: list[str] = []
        self._joint = _Joint('')
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        # Entities can make a small file fill the memory, and no URDF needs any.
        self.parser.StartDoctypeDeclHandler = _refuse_doctype

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self._path.append(tag)
        if self._path == JOINT:
            kind = attributes.get('type', '')
            reach = math.inf if kind == TURNS_FOR_EVER else math.nan
            self._joint = _Joint(kind, -reach, reach)
            self.joints[attributes.get('name', '')] = self._joint
        elif self._path == LIMIT:
            self._limit(attributes)
        elif self._path == [*JOINT, *SAFETY] and self._joint.type != TURNS_FOR_EVER:
            joint = self._joint
            joint.low = np.fmax(joint.low, _number(attributes, 'soft_lower_limit'))
            joint.high = np.fmin(joint.high, _number(attributes, 'soft_upper_limit'))

    def _limit(self, attributes: dict[str, str]) -> None:
        joint = self._joint
        joint.velocity = abs(_number(attributes, 'velocity'))
        joint.effort = abs(_number(attributes, 'effort'))
        if joint.type != TURNS_FOR_EVER:
            joint.low = np.fmax(joint.low, _number(attributes, 'lower', 0.0))
            joint.high = np.fmin(joint.high, _number(attributes, 'upper', 0.0))

    def _end(self, tag: str) -> None:
        self._path.pop()


def _refuse_doctype(*_: object) -> None:
    raise ValueError('a URDF has no DOCTYPE; remove it')


def _number(attributes: dict[str, str], name: str, default: float = math.nan) -> float:
    text = attributes.get(name)
    if text is None:
        return default
    try:
        return float(text)
    except ValueError:
        raise ValueError(f'limit: {name}={text!r} is not a number') from None
