"""Try an imported policy as its node would run it, and record what it does."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from robot_dl.cli.importing.policies.policy_file import Network, PolicyFile
from robot_dl.core.poses import matrix_from_quaternion_xyzw
from robot_dl.engine.card_checks import CardError
from robot_dl.engine.engine import EngineError
from robot_dl.policy.golden import TOLERANCE, Golden, record, replay, save
from robot_dl.policy.observer import Observation
from robot_dl.policy.pipeline import Policy
from robot_dl.policy.spec import PolicySpec
from robot_dl.policy.types import Readings

GOLDEN = 'golden.npz'
STEPS, EPISODE = 32, 16
GRAVITY = 9.81

Vector = NDArray[np.float64]


def trial_steps(spec: PolicySpec) -> Iterator[tuple[Readings, bool]]:
    """Yield readings of a robot that moves at random about where it rests, and where it resets."""
    rng = np.random.default_rng(0)
    rest = spec.defaults(spec.joints)
    for step in range(STEPS):
        stamp_ns = 1_000_000_000 + step * spec.decision_period_ns
        yield _readings(rng, stamp_ns, rest, spec), step % EPISODE == 0


def _readings(rng: np.random.Generator, stamp_ns: int, rest: Vector, spec: PolicySpec) -> Readings:
    return Readings(
        stamp_ns,
        joint_positions=rest + rng.normal(0, 0.3, len(rest)),
        joint_velocities=rng.normal(0, 1, len(rest)),
        joint_efforts=rng.normal(0, 5, len(rest)),
        orientation_xyzw=_tilted(rng),
        angular_velocity=rng.normal(0, 0.5, 3),
        linear_acceleration=rng.normal(0, 1, 3) + np.array([0, 0, GRAVITY]),
        base_linear_velocity=rng.normal(0, 0.5, 3),
        base_angular_velocity=rng.normal(0, 0.5, 3),
        base_pose=_pose(rng),
        command=rng.uniform(-1, 1, 3),
        goals={frame: _pose(rng) for frame in spec.frames},
    )


def _tilted(rng: np.random.Generator) -> Vector:
    quaternion = np.append(rng.normal(0, 0.2, 3), 1.0)
    return np.asarray(quaternion / np.linalg.norm(quaternion))


def _pose(rng: np.random.Generator) -> Vector:
    pose = np.eye(4)
    pose[:3, :3] = matrix_from_quaternion_xyzw(_tilted(rng))
    pose[:3, 3] = rng.uniform(-0.5, 0.5, 3)
    return pose


def tried(folder: Path, file: PolicyFile) -> str:
    """Run a policy that has been written, record golden vectors beside it, and say what it did.

    Of rebuilt weights, torch says what must come out; of a graph, the graph itself does, so that
    the vectors tell later whether another runtime, device or version still does the same.

    Raises:
        CardError: If card and graph do not fit, or differ from what torch computes.
    """
    try:
        policy = Policy.open(str(folder), 'cpu')
        golden = record(policy.spec, trial_steps(policy.spec), file.reference or graph_run(policy))
        _refuse_nan(golden)
        apart = replay(policy, golden).greatest
    except (CardError, EngineError) as error:
        # The folder is gone when somebody reads this.
        text = str(error).replace(f'{folder.resolve()}: ', '').replace(f'{folder}: ', '')
        raise CardError(f'the finished card does not work: {text}') from error
    if not apart <= TOLERANCE:
        raise CardError(f'the graph differs by {apart:.2g} from the weights that it was made of')
    save(golden, folder / GOLDEN)
    return _words(policy, golden, apart, file)


def graph_run(policy: Policy) -> Network:
    """Return a policy's own graph, as a function from an observation to an action."""
    spec, shapes = policy.spec, dict(policy.card.tensors)
    name = next(n for n in shapes if n not in spec.recurrent)
    outputs = [o.name for o in policy.engine.outputs if o.name not in spec.recurrent.values()]
    feed = {n: np.zeros(shape, np.float32) for n, shape in shapes.items()}

    def run(observation: Observation, is_reset: bool) -> NDArray[np.float32]:
        feed[name] = observation.reshape(shapes[name])
        for state in spec.recurrent if is_reset else ():
            feed[state] = np.zeros(shapes[state], np.float32)
        answers = policy.engine(feed)
        feed.update({state: answers[after] for state, after in spec.recurrent.items()})
        return answers[spec.action.output or outputs[0]]

    return run


def _refuse_nan(golden: Golden) -> None:
    if not np.isfinite(golden.actions).all():
        raise CardError('on readings of a resting robot it returns NaN or infinity')


def _words(policy: Policy, golden: Golden, apart: float, file: PolicyFile) -> str:
    values, kind = golden.setpoints, policy.spec.action.motion.setpoint
    by = f' (as torch computes them, to {apart:.1g})' if file.reference else ''
    return (
        f'{len(golden)} steps on {policy.engine.provider} gave '
        f'setpoints ({kind}) from {values.min():.3g} to {values.max():.3g}{by}'
    )
