"""Many episodes in this process and one beside it: a core each."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Iterator
from typing import TYPE_CHECKING

from robot_dl.cli.rollouts.simulated import Simulation, open_simulation

if TYPE_CHECKING:
    from robot_dl.cli.rollouts.episode import Episode
    from robot_dl.cli.rollouts.stand import Stand

FEW = 8
"""So many episodes are over before a second process has begun."""
MOST_PROCESSES = 2

_simulation: Simulation


def play_all(model: str, stand: Stand, device: str, seeds: range) -> Iterator[Episode]:
    """Yield an episode for each seed, in their order.

    Args:
        model: Name or folder of the policy.
        stand: How it is deployed.
        device: Where the network runs.
        seeds: The worlds.
    """
    processes = min(MOST_PROCESSES, os.cpu_count() or 1, 1 + len(seeds) // FEW)
    # Opened here in any case: what is wrong with a model is said once, and at once.
    simulation = open_simulation(model, stand, device)
    if processes == 1:
        yield from map(simulation.play, seeds)
        return
    context = multiprocessing.get_context('spawn')
    with context.Pool(processes, _open, (model, stand, device)) as pool:
        yield from pool.imap(_play, seeds, chunksize=2)


def _open(model: str, stand: Stand, device: str) -> None:
    global _simulation
    # Ctrl-C reaches every process of a terminal; the one that began this one ends it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _simulation = open_simulation(model, stand, device)


def _play(seed: int) -> Episode:
    return _simulation.play(seed)
