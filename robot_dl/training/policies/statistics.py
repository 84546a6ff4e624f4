"""Statistics of observations and rewards, as a checkpoint holds them: numbers, no objects."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch


def statistics_of(normaliser: Any) -> dict[str, Any]:
    """Return the statistics of a VecNormalize of stable-baselines3; nothing for None."""
    if normaliser is None:
        return {}
    seen, worth = normaliser.obs_rms, normaliser.ret_rms
    rows = {'mean': seen.mean, 'var': seen.var, 'return_mean': worth.mean, 'return_var': worth.var}
    found = {name: torch.as_tensor(np.array(row, np.float64)) for name, row in rows.items()}
    return {**found, 'count': float(seen.count), 'return_count': float(worth.count)}


def set_statistics(normaliser: Any, kept: dict[str, Any]) -> None:
    """Give a VecNormalize statistics; None is left alone."""
    if normaliser is None:
        return
    seen, worth = normaliser.obs_rms, normaliser.ret_rms
    seen.mean, seen.var, seen.count = kept['mean'].numpy(), kept['var'].numpy(), kept['count']
    worth.mean, worth.var = kept['return_mean'].numpy(), kept['return_var'].numpy()
    worth.count = kept['return_count']
