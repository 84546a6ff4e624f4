"""Episodes in this process: what a policy's node does, without its topics."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from robot_dl.cli.rollouts.episode import NO_CHANGES, UNFINISHED, Episode
from robot_dl.cli.rollouts.stand import Stand, control_world
from robot_dl.core.command_params import GateParams
from robot_dl.core.motion import TWIST_AXES
from robot_dl.policy.pacing import Pace
from robot_dl.policy.pipeline import Policy
from robot_dl.safety.config import GateConfig
from robot_dl.safety.gate import CommandGate
from robot_dl.safety.params import gate_config
from robot_dl.training.policies.episodes import readings_from

SIZE_HW = (48, 64)
"""Nobody looks at a picture here."""
LEAD_IN_S = 0.1
"""So long the world is held before the gate opens: a moment in which its state is measured."""


class Simulation:
    """A policy, the command gate and a world, one calling the other.

    Everything is as in the node but for time: here the world waits until the network has answered,
    and a command arrives in the moment in which it is sent.
    """

    def __init__(self, policy: Policy, stand: Stand, config: GateConfig) -> None:
        """Put a policy where it is deployed; `config` is that of its gate."""
        self._policy, self._config = policy, config
        self._world_class = control_world(stand.world)
        self._episode_s = stand.episode_s

    def play(self, seed: int) -> Episode:
        """Let the policy act in the world of a seed, from beginning to end."""
        world = self._world_class(seed, SIZE_HW)
        try:
            return _Turn(self._policy, CommandGate(self._config), world, self._config).play(
                seed, self._episode_s
            )
        finally:
            world.close()


class _Turn:
    """One episode."""

    def __init__(self, policy: Policy, gate: CommandGate, world: Any, config: GateConfig) -> None:
        self._policy, self._gate, self._world, self._config = policy, gate, world, config
        self._period_s = 1 / world.state_hz
        self._pace = Pace(policy.spec.decision_period_ns)
        self._order: list[int] = []
        self._until_s = self._now_s

    def play(self, seed: int, episode_s: float) -> Episode:
        self._policy.reset()
        self._look(self._world.readings())
        self._pass(LEAD_IN_S)
        self._look(self._world.readings())
        reason = self._gate.enable(self._now_s)
        begun_s = self._now_s
        # A world that lets nobody begin must not go on for ever.
        while not reason and not self._world.outcome().is_over:
            reason = self._act()
            if self._now_s - begun_s > episode_s + self._config.blend_in_s + 1.0:
                reason = f'not over after {self._now_s - begun_s:.1f} s'
        return self._episode(seed, reason)

    def _act(self) -> str:
        """Do what the node does with one state of the joints; say why the gate is not open."""
        found, gate = self._world.readings(), self._gate
        self._look(found)
        now_ns = found['stamp_ns']
        if self._pace.is_due(now_ns):
            gate.decide(self._policy.decide(readings_from(found, self._policy.spec)), self._now_s)
        setpoint = gate.tick(self._now_s, now_ns)
        if setpoint is not None:
            self._world.command(setpoint)
        self._pass(self._period_s)
        return '' if gate.is_open else gate.reason

    def _look(self, found: Mapping[str, Any]) -> None:
        """Tell the gate where the joints are, in the controller's order."""
        if not self._order:
            names = list(found['joint_names'])
            self._order = [names.index(name) for name in self._config.names]
        positions, velocities = (
            np.asarray(found[key])[self._order] for key in ('joint_positions', 'joint_velocities')
        )
        for name in self._config.input_timeouts:
            self._gate.saw(name, found['stamp_ns'], self._now_s)
        self._gate.measured(positions, velocities, self._now_s)

    def _pass(self, seconds: float) -> None:
        """Let time go by, without the sum of what a world rounds to its own steps."""
        self._until_s += seconds
        self._world.step(self._until_s - self._now_s)

    @property
    def _now_s(self) -> float:
        return float(self._world.time_s)

    def _episode(self, seed: int, reason: str) -> Episode:
        outcome = self._world.outcome()
        facts = dict(outcome.facts)
        return Episode(
            seed,
            outcome.state if outcome.is_over else UNFINISHED,
            elapsed_s(facts),
            sum(group.breaches.count for group in self._world.groups.values()),
            facts,
            {name: n for name, n in self._gate.report().counts.items() if name not in NO_CHANGES},
            '' if outcome.is_over else reason,
        )


def elapsed_s(facts: Mapping[str, float]) -> float:
    """Return how long an episode took, as its world has measured it."""
    return facts.get('elapsed_s', facts.get('survived_s', 0.0))


def open_simulation(model: str, stand: Stand, device: str) -> Simulation:
    """Return a policy where it is deployed, in this process.

    Args:
        model: Name or folder of the policy.
        stand: How it is deployed.
        device: Where the network runs.

    Raises:
        CardError: If the model cannot be used.
        ValueError: If the deployment does not fit it.
    """
    policy = Policy.open(model, device)
    known = {spec.name for spec in GateParams.specs()}
    params = GateParams.from_dict({k: v for k, v in stand.policy.items() if k in known})
    action = policy.spec.action
    names = TWIST_AXES if action.motion.setpoint == 'twist' else action.targets
    config = gate_config(params, action.motion.setpoint, names, policy.spec.inputs[:1])
    return Simulation(policy, stand, config)
