"""Where coordinate frames were at a time: a tree of them, with a memory. Time is data.

It answers for the very stamp that is asked for, between two known poses if need be, and never
for "about now": a camera that moves has been somewhere else when it took the image.
"""

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from operator import attrgetter

import numpy as np
from numpy.typing import NDArray

from robot_dl.core.names import unknown_name
from robot_dl.core.poses import matrix_from_quaternion_xyzw, slerp

Matrix = NDArray[np.float64]

KEPT_NS = 10 * 10**9
"""So long a pose is remembered, as by tf2."""
JUMP_NS = 10**9
"""A pose this much older than the newest is not late: a recording has begun anew."""
LEAST_NORM, GREATEST_NORM = 0.99, 1.01
"""What rounding leaves of the norm of a unit quaternion."""


class NoTransformError(LookupError):
    """The pose of one frame in another is not known for a time.

    Attributes:
        may_come: Whether it can still become known: newer poses may be on their way.
    """

    def __init__(self, text: str, may_come: bool) -> None:
        super().__init__(text)
        self.may_come = may_come


@dataclass(frozen=True)
class Placed:
    """Where a frame was in its parent at a time.

    Attributes:
        stamp_ns: The time.
        parent: Name of the parent.
        translation_m: Position [3] of the frame in its parent.
        rotation_xyzw: Unit quaternion [4] that turns its axes to those of the parent.
    """

    stamp_ns: int
    parent: str
    translation_m: Matrix
    rotation_xyzw: Matrix

    @property
    def matrix(self) -> Matrix:
        """The pose [4, 4] of the frame in its parent, metres."""
        pose = np.eye(4)
        pose[:3, :3] = matrix_from_quaternion_xyzw(self.rotation_xyzw)
        pose[:3, 3] = self.translation_m
        return pose


class TransformTree:
    """Takes poses of frames in their parents, and gives that of any frame in any other."""

    def __init__(self) -> None:
        """Begin with nothing known."""
        self._moving: dict[str, list[Placed]] = {}
        self._static: dict[str, Placed] = {}

    @property
    def frames(self) -> Mapping[str, str]:
        """The parent that each known frame has had last, by the frame's name."""
        moving = {child: poses[-1].parent for child, poses in self._moving.items()}
        return {**moving, **{child: placed.parent for child, placed in self._static.items()}}

    def add(self, child: str, placed: Placed, is_static: bool) -> None:
        """Learn where a frame is.

        Args:
            child: Name of the frame.
            placed: Its pose; the quaternion may be a little off the unit length.
            is_static: Whether it is there at all times.

        Raises:
            ValueError: If the pose is not finite or no rotation, or the names make no sense.
        """
        placed = _checked(child, placed)
        if is_static:
            self._moving.pop(child, None)
            self._static[child] = placed
            return
        self._static.pop(child, None)
        poses = self._moving.setdefault(child, [])
        if poses and placed.stamp_ns < poses[-1].stamp_ns - JUMP_NS:
            poses.clear()
        place = _place(poses, placed.stamp_ns)
        is_known = place < len(poses) and poses[place].stamp_ns == placed.stamp_ns
        poses[place : place + is_known] = [placed]
        del poses[: _place(poses, poses[-1].stamp_ns - KEPT_NS)]

    def clear(self) -> None:
        """Forget everything."""
        self._moving.clear()
        self._static.clear()

    def lookup(self, target: str, source: str, stamp_ns: int) -> Matrix:
        """Return the pose [4, 4] of frame `source` in frame `target` at a time, metres.

        Raises:
            NoTransformError: If it is not known for that time.
        """
        up_from_source = self._way_up(source, stamp_ns)
        up_from_target = self._way_up(target, stamp_ns)
        common = next(
            (frame for frame in up_from_source.poses if frame in up_from_target.poses), ''
        )
        if not common:
            raise self._why_apart(target, source, up_from_target, up_from_source)
        common_T_source, common_T_target = (
            way.poses[common] for way in (up_from_source, up_from_target)
        )
        return np.asarray(np.linalg.inv(common_T_target) @ common_T_source)

    def _way_up(self, frame: str, stamp_ns: int) -> '_Way':
        """Follow the parents of a frame as far as they are known for a time."""
        poses, pose, why = {frame: np.eye(4)}, np.eye(4), None
        while frame in self._static or frame in self._moving:
            try:
                placed = self._static.get(frame) or _at(frame, self._moving[frame], stamp_ns)
            except NoTransformError as error:
                why = error
                break
            pose, frame = placed.matrix @ pose, placed.parent
            if frame in poses:
                why = NoTransformError(f'the frames above {frame} form a loop', may_come=False)
                break
            poses[frame] = pose
        return _Way(poses, frame, why)

    def _why_apart(
        self, target: str, source: str, from_target: '_Way', from_source: '_Way'
    ) -> NoTransformError:
        if why := from_source.why or from_target.why:
            return why
        frames = self.frames
        known = sorted({*frames, *frames.values()})
        for frame in (target, source):
            if frame not in known:
                return NoTransformError(unknown_name('frame', frame, known), may_come=True)
        return NoTransformError(
            f'{source} and {target} are not connected: their roots are {from_source.top} and '
            f'{from_target.top}',
            may_come=True,
        )


@dataclass(frozen=True)
class _Way:
    """From a frame up to the root.

    Attributes:
        poses: Pose [4, 4] of the frame in each frame above it, by name, the nearest first.
        top: The last of these.
        why: Why it ends there, unless that is the root.
    """

    poses: dict[str, Matrix]
    top: str
    why: NoTransformError | None


def _checked(child: str, placed: Placed) -> Placed:
    """Return a pose with a quaternion of unit length."""
    if not child or not placed.parent or child == placed.parent:
        raise ValueError(
            f'transform: expected two names of frames, got {placed.parent!r} and {child!r}'
        )
    norm = float(np.linalg.norm(placed.rotation_xyzw))
    if not np.isfinite(placed.translation_m).all() or not LEAST_NORM < norm < GREATEST_NORM:
        raise ValueError(
            f'transform from {child} to {placed.parent}: expected a finite translation and a unit '
            f'quaternion, got {placed.translation_m.tolist()} and {placed.rotation_xyzw.tolist()}'
        )
    return Placed(
        placed.stamp_ns, placed.parent, placed.translation_m, placed.rotation_xyzw / norm
    )


def _place(poses: list[Placed], stamp_ns: int) -> int:
    """Return the index of the first pose that is not older than a time."""
    return bisect_left(poses, stamp_ns, key=attrgetter('stamp_ns'))


def _at(frame: str, poses: list[Placed], stamp_ns: int) -> Placed:
    """Return where a frame was, between the two poses around a time.

    Raises:
        NoTransformError: If the time is before the first or after the last.
    """
    first, last = poses[0].stamp_ns, poses[-1].stamp_ns
    if stamp_ns > last:
        text = f'the newest pose of {frame} is {(stamp_ns - last) / 1e9:.3f} s too old'
        raise NoTransformError(text, may_come=True)
    if stamp_ns < first:
        text = f'the poses of {frame} begin {(first - stamp_ns) / 1e9:.3f} s too late'
        raise NoTransformError(text, may_come=False)
    place = _place(poses, stamp_ns)
    after = poses[place]
    if after.stamp_ns == stamp_ns:
        return after
    before = poses[place - 1]
    if before.parent != after.parent:
        text = f'{frame} changed from {before.parent} to {after.parent} at that time'
        raise NoTransformError(text, may_come=False)
    return _between(before, after, stamp_ns)


def _between(before: Placed, after: Placed, stamp_ns: int) -> Placed:
    part = (stamp_ns - before.stamp_ns) / (after.stamp_ns - before.stamp_ns)
    return Placed(
        stamp_ns,
        before.parent,
        (1 - part) * before.translation_m + part * after.translation_m,
        slerp(before.rotation_xyzw, after.rotation_xyzw, part),
    )
