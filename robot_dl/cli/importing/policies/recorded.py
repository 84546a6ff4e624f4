"""Compare an imported policy with what it did where it was trained."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from robot_dl.cli.importing.policies.trial import graph_run
from robot_dl.core.npz import read_npz
from robot_dl.engine.card_checks import CardError
from robot_dl.policy.golden import TOLERANCE
from robot_dl.policy.observer import Observation
from robot_dl.policy.pipeline import Policy
from robot_dl.policy.spec import PolicySpec

MOST_BYTES = 256 * 2**20
NAMES = ('observations', 'actions')


def compare(policy: Policy, path: Path) -> str:
    """Return how well actions of the training are reproduced, for people.

    Args:
        policy: The imported one.
        path: NPZ file with `observations` [K, D] as the environment gave them, one after another
            from a reset on, before any VecNormalize; and `actions` [K, A], or [K] of choices.

    Raises:
        CardError: If the file is another, or an action differs by more than 1e-5.
    """
    observations, actions = _arrays(path, policy.spec)
    run, worst = graph_run(policy), 0.0
    for step, (seen, wanted) in enumerate(zip(observations, actions, strict=True)):
        output = run(_normalised(seen, policy.spec), step == 0)
        given = policy.loop.reader.actions(output)[0]
        if policy.spec.action.table:
            apart = float(given.argmax() != int(wanted[0]))
        else:
            apart = float(np.max(np.abs(given - wanted) / np.maximum(1, np.abs(wanted))))
        if not apart <= TOLERANCE:
            raise CardError(
                f'{path}: action {step}: expected {wanted.tolist()}, the imported policy gives '
                f'{given.tolist()}. Is the normalisation, the activation or the range another?'
            )
        worst = max(worst, apart)
    return f'{len(actions)} recorded actions reproduced to {worst:.1g}'


def _normalised(seen: NDArray[np.float64], spec: PolicySpec) -> Observation:
    normalisation = spec.normalisation
    if normalisation is None or normalisation.in_graph:
        return seen.astype(np.float32)
    mean, gain = normalisation.arrays(spec.size)
    most = normalisation.clip or np.inf
    return np.clip((seen - mean) * gain, -most, most).astype(np.float32)


def _arrays(path: Path, spec: PolicySpec) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return observations [K, D] and actions [K, A] or [K, 1]."""
    try:
        content = read_npz(path, MOST_BYTES)
        found = [np.atleast_1d(content[name]).astype(np.float64) for name in NAMES]
    except (OSError, ValueError, KeyError) as error:
        raise CardError(f'--recorded {path}: expected {" and ".join(NAMES)}: {error}') from error
    observations = found[0].reshape(len(found[0]), -1)
    actions = found[1].reshape(len(found[1]), -1)
    width = 1 if spec.action.table else spec.action.size
    if observations.shape[1:] != (spec.size,) or actions.shape != (len(observations), width):
        raise CardError(
            f'--recorded {path}: expected observations [K, {spec.size}] and actions '
            f'[K, {width}], got {list(observations.shape)} and {list(actions.shape)}'
        )
    return observations, actions
