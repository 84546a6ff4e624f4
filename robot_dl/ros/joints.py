"""`sensor_msgs/JointState` to arrays, by the names of the joints and never by their order."""

import math
from collections.abc import Mapping, Sequence
from contextlib import suppress

import numpy as np
from numpy.typing import NDArray
from sensor_msgs.msg import JointState

from robot_dl.core.names import did_you_mean
from robot_dl.policy.types import ReadingError

Values = NDArray[np.float64]

FIELDS = {
    'joint_positions': 'position',
    'joint_velocities': 'velocity',
    'joint_efforts': 'effort',
}
"""Which field of the message holds each of the readings."""


class JointReader:
    """Reads some fields of some joints.

    Where the joints are in a message is worked out once, and again when its names change.
    """

    def __init__(
        self, joints: tuple[str, ...], readings: tuple[str, ...], welcome: tuple[str, ...] = ()
    ) -> None:
        """Remember what to read.

        Args:
            joints: Names of the joints, in the order that is wanted.
            readings: Which of `FIELDS`.
            welcome: Which of these to read where the message has them, and do without elsewhere.
        """
        self._joints = joints
        self._fields = tuple((name, FIELDS[name]) for name in readings)
        self._welcome = tuple((n, FIELDS[n]) for n in welcome if n not in readings)
        # Of no message, not even of one without names.
        self._names: list[str] | None = None
        self._places: list[int] = []
        self._count = 0

    def __call__(self, msg: JointState) -> Mapping[str, Values]:
        """Return each of the readings [J], in the order that is wanted.

        Raises:
            ReadingError: If a joint is missing or told twice, or a field that is needed is empty,
                has another length than the names, or is not finite for a joint that is wanted.
        """
        if msg.name != self._names:
            self._places = self._placed(msg.name)
            self._names, self._count = list(msg.name), len(msg.name)
        values = {name: self._read(getattr(msg, field), field) for name, field in self._fields}
        for name, field in self._welcome:
            # joint_state_broadcaster fills what the robot does not tell with NaN.
            with suppress(ReadingError):
                values[name] = self._read(getattr(msg, field), field)
        return values

    def _placed(self, names: list[str]) -> list[int]:
        for joint in self._joints:
            count = names.count(joint)
            if count != 1:
                came = f'got {", ".join(names) or "no joints"}'
                hint = '' if count else did_you_mean(joint, names)
                raise ReadingError(
                    f'joint_states: expected joint {joint!r} once, '
                    f'{came if not count else f"got it {count} times"}.{hint}'
                )
        return [names.index(joint) for joint in self._joints]

    def _read(self, told: Sequence[float], field: str) -> Values:
        if len(told) != self._count:
            raise ReadingError(
                f'joint_states: expected a {field} for each of {self._count} joints, '
                f'got {len(told)}{"" if told else ": whoever publishes leaves it empty"}'
            )
        # So few numbers are read faster one by one than by NumPy.
        values = [told[place] for place in self._places]
        if not all(map(math.isfinite, values)):
            joint, value = next(
                of for of in zip(self._joints, values, strict=True) if not math.isfinite(of[1])
            )
            raise ReadingError(
                f'joint_states: expected a finite {field} of joint {joint!r}, got {value}'
            )
        return np.array(values, np.float64)
