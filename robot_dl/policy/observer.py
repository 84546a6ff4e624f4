"""What a robot senses becomes the vector that the network has learned with."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from robot_dl.policy.card_values import spread
from robot_dl.policy.history import History
from robot_dl.policy.spec import PolicySpec, term_of
from robot_dl.policy.terms import Memory, Scope
from robot_dl.policy.types import INPUT_OF, ReadingError, Readings, Vector

Observation = NDArray[np.float32]


class Observer:
    """Computes observations, and keeps what they need of the past.

    Attributes:
        spec: What an observation is.
        memory: What terms remember; `last_action` is written by who acts.
    """

    def __init__(self, spec: PolicySpec) -> None:
        """Begin with no past.

        Args:
            spec: What an observation is.
        """
        self.spec = spec
        self.memory = Memory(np.zeros(spec.action.size))
        self._frame = np.zeros(spec.frame_size)
        self._fields = tuple(
            (term_of(scope).value, scope, slice(start, start + size))
            for scope, start, size in _laid_out(spec)
        )
        seen = (name for scope in spec.scopes for name in term_of(scope).needs)
        of_joints = (name for name in seen if INPUT_OF[name] == 'joint_states')
        self._joint_fields = tuple(dict.fromkeys(of_joints))
        self._clip = _clips(spec)
        self._scale = _scales(spec)
        self._stacks, self._seen = _stacks(spec, self._frame)
        self._normalise = _normaliser(spec)

    def reset(self) -> None:
        """Forget the past: what comes next is the first observation."""
        self.memory.last_action[:] = 0.0
        self.memory.began_ns = None
        for stack, _ in self._stacks:
            stack.reset()

    def __call__(self, readings: Readings) -> Observation:
        """Return the observation [D] at the stamp of the readings.

        Raises:
            ReadingError: If a reading is missing, of the wrong size, or not finite; the message
                names it.
        """
        observation = np.empty(self.spec.size, np.float32)
        self.write(readings, observation)
        return observation

    def write(self, readings: Readings, out: Observation) -> None:
        """Write the observation into `out` [D]; errors as above."""
        frame, memory = self._frame, self.memory
        for name in self._joint_fields:
            if len(readings.get(name)) != len(self.spec.joints):
                raise ReadingError(self._wrong_count(name, readings))
        for value, scope, place in self._fields:
            frame[place] = value(readings, scope, memory)
        if not np.isfinite(frame).all():
            raise ReadingError(self._not_finite())
        if memory.began_ns is None:
            memory.began_ns = readings.stamp_ns
        if self._clip is not None:
            np.maximum(frame, self._clip[0], out=frame)
            np.minimum(frame, self._clip[1], out=frame)
        if self._scale is not None:
            np.multiply(frame, self._scale, out=frame)
        for stack, source in self._stacks:
            stack.add(source)
        self._normalise(self._seen, out)

    def _wrong_count(self, name: str, readings: Readings) -> str:
        joints = self.spec.joints
        return (
            f'{name}: expected {len(joints)} numbers, for {", ".join(joints)}, '
            f'got {len(readings.get(name))}'
        )

    def _not_finite(self) -> str:
        """Return which element of which term is NaN or infinite."""
        at = int(np.argmin(np.isfinite(self._frame)))
        scope, start = next((s, p.start) for _, s, p in self._fields if p.start <= at < p.stop)
        joints = scope.joints if term_of(scope).of_joints else ()
        of = f'joint {joints[at - start]!r}' if joints else f'element {at - start}'
        return f'{scope.spec.term}: expected finite numbers, got {self._frame[at]} for {of}'


def _laid_out(spec: PolicySpec) -> list[tuple[Scope, int, int]]:
    """Return where each term begins in one frame, and its size."""
    sizes = [term_of(scope).size(scope) for scope in spec.scopes]
    starts = np.cumsum([0, *sizes]).tolist()
    return list(zip(spec.scopes, starts, sizes, strict=False))


def _clips(spec: PolicySpec) -> tuple[Vector, Vector] | None:
    """Return the least and the greatest value of each element; None if none is clipped."""
    if all(scope.spec.clip is None for scope in spec.scopes):
        return None
    limits = np.empty((2, spec.frame_size))
    for scope, start, size in _laid_out(spec):
        limits[:, start : start + size] = np.array([scope.spec.clip or (-np.inf, np.inf)]).T
    return limits[0], limits[1]


def _scales(spec: PolicySpec) -> Vector | None:
    """Return what multiplies each element; None if nothing does."""
    parts = [spread('scale', s.spec.scale, size) for s, _, size in _laid_out(spec)]
    scale = np.concatenate([np.array(part, np.float64) for part in parts])
    return None if (scale == 1).all() else scale


def _stacks(spec: PolicySpec, frame: Vector) -> tuple[tuple[tuple[History, Vector], ...], Vector]:
    """Return the histories with what is added to each, and the array that the network sees.

    The values of a term lie together, and these blocks one behind the other, as Isaac Lab has
    them; a history of whole observations stands around that.
    """
    stacks: list[tuple[History, Vector]] = []
    seen = frame
    if any(scope.spec.history > 1 for scope in spec.scopes):
        seen, start = np.zeros(spec.size // spec.history), 0
        for scope, at, size in _laid_out(spec):
            length = scope.spec.history
            block = seen[start : start + size * length]
            stack = History(block, length, scope.spec.order, spec.history_start)
            stacks.append((stack, frame[at : at + size]))
            start += size * length
    if spec.history > 1:
        whole = History(np.zeros(spec.size), spec.history, spec.order, spec.history_start)
        stacks.append((whole, seen))
        seen = whole.block
    return tuple(stacks), seen


def _normaliser(spec: PolicySpec) -> Callable[[Vector, Observation], None]:
    """Return what writes the normalised observation."""
    normalisation = spec.normalisation
    if normalisation is None or normalisation.in_graph:
        return lambda seen, out: np.copyto(out, seen, casting='same_kind')
    mean, gain = normalisation.arrays(spec.size)
    most = normalisation.clip or np.inf
    work = np.empty(spec.size)

    def normalise(seen: Vector, out: Observation) -> None:
        np.subtract(seen, mean, out=work)
        np.multiply(work, gain, out=work)
        np.maximum(work, -most, out=work)
        np.minimum(work, most, out=out, casting='same_kind')

    return normalise
