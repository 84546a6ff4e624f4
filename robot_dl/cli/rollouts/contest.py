"""What is played over topics, and the commands of the processes that play it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from robot_dl.bringup.commands import yaml_text
from robot_dl.cli.demos.crew import node_command
from robot_dl.cli.rollouts.stand import POLICY, SIMULATOR, Stand

WATCHDOGS, WATCHDOG_S = ('input_timeout_s', 'command_timeout_s'), 2.0
"""Watchdogs run by the clock on the wall. Where the deployment sets none they wait longer than by
default, so that a machine that is busy with something else is not mistaken for a bad policy.
"""
LEAST_HZ = 0.1
"""Nobody looks at pictures, so there need be hardly any."""


@dataclass(frozen=True)
class Contest:
    """What is played.

    Attributes:
        stand: How the policy is deployed.
        model: Name or folder of the policy.
        first_seed: Seed of the first world; each further episode has the next one.
        speed: Simulated seconds a second.
        device: Where the network runs.
        image_hz: Pictures a simulated second, drawn only while somebody subscribes.
    """

    stand: Stand
    model: str
    first_seed: int
    speed: float = 1.0
    device: str = 'cpu'
    image_hz: float = LEAST_HZ

    def commands(self) -> dict[str, list[str]]:
        """Return the commands of both processes by their nodes."""
        sim = {
            **self.stand.sim,
            'seed': self.first_seed,
            'publish_clock': True,
            'speed': self.speed,
            'rate_hz': self.image_hz,
        }
        policy = {
            **dict.fromkeys(WATCHDOGS, WATCHDOG_S),
            **self.stand.policy,
            'model': self.model,
            'device': self.device,
            'use_sim_time': True,
        }
        return {SIMULATOR: _command(SIMULATOR, sim), POLICY: _command(POLICY, policy)}


def _command(executable: str, parameters: Mapping[str, Any]) -> list[str]:
    texts = {name: yaml_text(value) for name, value in parameters.items()}
    return node_command(executable, texts, {})
