"""Statistics of observations, from a file that holds numbers only."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from robot_dl.core.names import unknown_name
from robot_dl.core.npz import read_npz
from robot_dl.engine.card_checks import CardError

NONE = 'none'
KEYS = ('mean', 'var', 'std', 'epsilon', 'clip')
MOST_BYTES = 16 * 2**20
MOST = 1_000_000

ADVICE = (
    'it is a pickle, which is never loaded: it can run code. Where the policy was trained, with '
    'the VecNormalize as env, write its numbers: np.savez("normalisation.npz", '
    'mean=env.obs_rms.mean, var=env.obs_rms.var, epsilon=env.epsilon, clip=env.clip_obs), and '
    'give that file'
)


def read_statistics(place: str) -> dict[str, Any] | None:
    """Return `policy.normalisation` of a card; None if observations are not normalised.

    Args:
        place: 'none', or a file with `mean`, `var` (or `std`), and if need be `epsilon` and
            `clip`: .npz, .yaml or .json.

    Raises:
        CardError: If it is another file, or the numbers do not fit each other.
    """
    if place == NONE:
        return None
    path = Path(place).expanduser()
    if not path.is_file():
        raise CardError(f'--normalisation {place}: no such file; or give {NONE!r}')
    if path.stat().st_size > MOST_BYTES:
        raise CardError(f'--normalisation {place}: expected at most {MOST_BYTES} bytes')
    try:
        return _normalisation(_content(path))
    except (ValueError, TypeError, RecursionError, yaml.YAMLError) as error:
        raise CardError(f'--normalisation {place}: {error}') from error


def _content(path: Path) -> Mapping[str, Any]:
    head = path.read_bytes()[:2]
    if head[:1] == b'\x80' or path.suffix.lower() in ('.pkl', '.pickle'):
        raise CardError(ADVICE)
    if head == b'PK':
        return read_npz(path, MOST_BYTES)
    text = path.read_text(encoding='utf-8')
    content = json.loads(text) if path.suffix.lower() == '.json' else yaml.safe_load(text)
    if not isinstance(content, dict):
        raise CardError(f'expected {", ".join(KEYS)}, got {type(content).__name__}')
    return content


def _normalisation(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return the statistics as the card has them.

    VecNormalize divides by sqrt(var + epsilon) (`_normalize_obs` in
    stable_baselines3/common/vec_env/vec_normalize.py); with `std`, epsilon is added to that.
    """
    for key in content:
        if key not in KEYS:
            raise CardError(unknown_name('key', str(key), KEYS))
    if 'mean' not in content or ('var' in content) == ('std' in content):
        raise CardError(f'expected mean, and var or std; it has {", ".join(content) or "nothing"}')
    mean, spread = (
        _vector(key, content[key]) for key in ('mean', 'var' if 'var' in content else 'std')
    )
    epsilon = float(content.get('epsilon', 1e-8 if 'var' in content else 0.0))
    if len(mean) != len(spread) or (spread < 0).any() or epsilon < 0:
        raise CardError(
            f'expected as many means as variances ≥ 0, got {len(mean)} and {len(spread)}'
        )
    std = np.sqrt(spread + epsilon) if 'var' in content else spread + epsilon
    clip = {'clip': float(content['clip'])} if content.get('clip') is not None else {}
    return {'mean': mean.tolist(), 'std': std.tolist(), **clip}


def _vector(key: str, value: Any) -> Any:
    array = np.asarray(value, np.float64).reshape(-1)
    if not 0 < array.size <= MOST or not np.isfinite(array).all():
        raise CardError(f'{key}: expected finite numbers, one for each element of the observation')
    return array
