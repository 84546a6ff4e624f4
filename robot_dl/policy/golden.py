"""Golden vectors: what a policy did when it was made, to see that it still does.

They lie beside the card in one NPZ file, without any pickle: readings in, and for each the
observation, the network's output, and the setpoints that they became.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from robot_dl.core.npz import read_npz
from robot_dl.engine.card_checks import CardError
from robot_dl.policy.loop import Loop
from robot_dl.policy.observer import Observation
from robot_dl.policy.pipeline import Policy
from robot_dl.policy.spec import PolicySpec
from robot_dl.policy.types import Readings

MOST_BYTES = 256 << 20
GOAL = 'goal in '
FIELDS = tuple(f.name for f in fields(Readings) if f.name not in ('stamp_ns', 'goals'))
WIDTHS: dict[str, tuple[int, ...]] = {
    'orientation_xyzw': (4,),
    'angular_velocity': (3,),
    'linear_acceleration': (3,),
    'base_linear_velocity': (3,),
    'base_angular_velocity': (3,),
    'base_pose': (4, 4),
    'command': (3,),
}
TOLERANCE = 1e-5


@dataclass(frozen=True)
class Golden:
    """What was recorded, step by step.

    Attributes:
        readings: What the sensors said [K].
        resets: Where the policy had just been reset [K]; always at the first.
        observations: What went into the graph [K, D].
        actions: What the network returned [K, ...].
        setpoints: Values of the plan [K, T, N].
    """

    readings: tuple[Readings, ...]
    resets: NDArray[np.bool_]
    observations: NDArray[np.float32]
    actions: NDArray[np.float32]
    setpoints: NDArray[np.float64]

    def __len__(self) -> int:
        """Return the number of steps."""
        return len(self.readings)


@dataclass(frozen=True)
class Deviation:
    """How far a policy is from its golden vectors, each the greatest of all steps.

    Attributes:
        observation: Of the observation.
        action: Of the network's output.
        setpoint: Of what is commanded, in the units of the setpoints.
    """

    observation: float
    action: float
    setpoint: float

    @property
    def greatest(self) -> float:
        """The greatest of them; NaN if anything is not a number."""
        return float(np.max([self.observation, self.action, self.setpoint]))


def record(
    spec: PolicySpec,
    steps: Iterable[tuple[Readings, bool]],
    network: Callable[[Observation, bool], NDArray[np.float32]],
) -> Golden:
    """Return golden vectors.

    Args:
        spec: What the policy is.
        steps: Readings one after another, and whether the policy is reset before.
        network: Returns the output for an observation [D]; is told of resets. A trainer gives its
            own network here, so that the file says what was trained and not what was exported.
    """
    loop = Loop(spec)
    rows: list[tuple[Readings, bool, Any, Any, Any]] = []
    for readings, is_reset in steps:
        if is_reset or not rows:
            loop.reset()
        seen = loop.observe(readings)
        output = np.array(network(seen, is_reset or not rows), np.float32)
        plan = loop.act(output, readings)
        rows.append((readings, is_reset or not rows, seen, output, plan.values))
    readings_of, resets, *arrays = zip(*rows, strict=True)
    return Golden(readings_of, np.array(resets), *map(np.stack, arrays))


def replay(policy: Policy, golden: Golden) -> Deviation:
    """Return how far a policy is from golden vectors now.

    Raises:
        CardError: If they are of a policy of another shape.
        ValueError: If a reading that the policy needs is missing.
    """
    worst = Deviation(0.0, 0.0, 0.0)
    for step, readings in enumerate(golden.readings):
        if golden.resets[step]:
            policy.reset()
        plan = policy.decide(readings)
        worst = Deviation(
            _worse(
                worst.observation, 'observation', policy.observation, golden.observations[step]
            ),
            _worse(worst.action, 'action', policy.output, golden.actions[step]),
            _worse(worst.setpoint, 'setpoints', plan.values, golden.setpoints[step]),
        )
    return worst


def save(golden: Golden, path: Path) -> None:
    """Write golden vectors to an NPZ file."""
    arrays: dict[str, Any] = _arrays(golden)
    np.savez_compressed(path, **arrays)


def load(path: Path) -> Golden:
    """Read golden vectors.

    Raises:
        CardError: If the file is missing or malformed; the message names it.
    """
    if not path.is_file():
        raise CardError(f'{path}: named by the card as golden, but there is no such file')
    try:
        return _golden(read_npz(path, MOST_BYTES))
    except (ValueError, KeyError, OverflowError) as error:
        raise CardError(f'{path}: no golden vectors: {error}') from error


def golden_of(policy: Policy) -> Golden:
    """Return the golden vectors beside a policy's card.

    Raises:
        CardError: If there are none, or they are malformed.
    """
    folder = policy.card.folder.resolve()
    if not policy.spec.golden:
        raise CardError(f'{folder}: policy.golden: missing; there is nothing to compare with')
    path = (folder / policy.spec.golden).resolve()
    if folder not in path.parents:
        raise CardError(
            f'policy.golden: expected a file inside {folder}, got {policy.spec.golden!r}'
        )
    golden = load(path)
    _check_shapes(golden.readings[0], policy.spec, path)
    return golden


def _check_shapes(readings: Readings, spec: PolicySpec, path: Path) -> None:
    """Refuse readings of another robot, by the first: all have the same shape."""
    for frame in spec.frames:
        if frame not in readings.goals:
            raise CardError(f'{path}: {GOAL}{frame}: missing')
    wanted = {
        **{name: (len(spec.joints),) for name in FIELDS if name.startswith('joint_')},
        **WIDTHS,
    }
    found = {name: readings.get(name) for name in wanted if getattr(readings, name) is not None}
    found |= {f'{GOAL}{frame}': goal for frame, goal in readings.goals.items()}
    for name, value in found.items():
        shape = wanted.get(name, (4, 4))
        if value.shape != shape:
            names = f' for {", ".join(spec.joints)}' if name.startswith('joint_') else ''
            raise CardError(
                f'{path}: {name}: expected {list(shape)}{names}, got {list(value.shape)}'
            )


def _arrays(golden: Golden) -> dict[str, NDArray[Any]]:
    first = golden.readings[0]
    arrays: dict[str, NDArray[Any]] = {
        name: np.stack([r.get(name) for r in golden.readings])
        for name in FIELDS
        if getattr(first, name) is not None
    }
    for frame in first.goals:
        arrays[f'{GOAL}{frame}'] = np.stack([r.goals[frame] for r in golden.readings])
    return {
        'stamp_ns': np.array([r.stamp_ns for r in golden.readings], np.int64),
        **arrays,
        'resets': golden.resets,
        'observations': golden.observations,
        'actions': golden.actions,
        'setpoints': golden.setpoints,
    }


def _golden(arrays: Mapping[str, NDArray[Any]]) -> Golden:
    lengths = {name: len(array) if array.ndim else 0 for name, array in arrays.items()}
    if len(set(lengths.values())) != 1 or not lengths['stamp_ns']:
        raise ValueError(f'expected arrays of one length, got {lengths}')
    readings = tuple(_readings(arrays, step) for step in range(lengths['stamp_ns']))
    return Golden(
        readings,
        arrays['resets'].astype(bool),
        *(arrays[name] for name in ('observations', 'actions', 'setpoints')),
    )


def _readings(arrays: Mapping[str, NDArray[Any]], step: int) -> Readings:
    values = {name: arrays[name][step] for name in FIELDS if name in arrays}
    goals = {
        name.removeprefix(GOAL): array[step]
        for name, array in arrays.items()
        if name.startswith(GOAL)
    }
    return replace(Readings(int(arrays['stamp_ns'][step]), **values), goals=goals)


def _worse(worst: float, what: str, came: NDArray[Any], expected: NDArray[Any]) -> float:
    if came.size != expected.size:
        raise CardError(
            f'golden vectors: {what}: expected {list(expected.shape)}, got {list(came.shape)}'
        )
    apart = np.abs(came.reshape(-1) - expected.reshape(-1).astype(np.float64))
    # Not max(): it would drop a NaN.
    return float(np.max(apart, initial=worst))
