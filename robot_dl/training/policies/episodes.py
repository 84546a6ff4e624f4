"""An episode as a policy lives it: the same observations and actions as in the node.

Needs neither torch nor gymnasium, so that a policy can also be scored where these are missing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from robot_dl.core.motion import Plan, Setpoint
from robot_dl.policy.loop import Loop
from robot_dl.policy.observer import Observation
from robot_dl.policy.spec import PolicySpec
from robot_dl.policy.types import Readings
from robot_dl.safety.step import Limiter
from robot_dl.sim.worlds import find_world
from robot_dl.training.policies.task import Task

SIZE_HW = (48, 64)
"""Nobody looks at a picture here."""
OF_JOINTS = ('joint_positions', 'joint_velocities', 'joint_efforts')


class Latency:
    """How late commands arrive. It is another in each episode, and another at each step.

    What a command waits for on its way over topics is the node, the middleware, and the next step
    of the world; a policy that has only ever acted at once does not survive that.
    """

    def __init__(self, rng: np.random.Generator, most_s: float) -> None:
        """Draw the least and the greatest latency of one episode, up to `most_s`."""
        self._rng = rng
        self._low_s, self._high_s = np.sort(rng.uniform(0.0, most_s, 2)).tolist()

    def draw_s(self) -> float:
        """Return the latency of one command, seconds."""
        return float(self._rng.uniform(self._low_s, self._high_s))


class Episodes:
    """One world, in which a policy acts in one episode after another.

    Attributes:
        task: What is to be done.
        loop: What is around the network.
        world: The world, after the last step.
        readings: What its sensors say now.
        seed: Of the world.
    """

    def __init__(self, task: Task, spec: PolicySpec) -> None:
        """Prepare for `begin`."""
        self.task, self.loop = task, Loop(spec)
        self.world: Any = None
        self._period_s = spec.action.executed / spec.rate_hz
        self.seed = -1

    def begin(self, seed: int, view: int = 0) -> Observation:
        """Begin an episode and return the first observation [D].

        Args:
            seed: Of the world.
            view: Which arrangement of this world.
        """
        if self.world is None or seed != self.seed:
            self.close()
            self.world, self.seed = find_world(self.task.world)(seed, SIZE_HW, view), seed
        else:
            self.world.rearrange(view)
        self._latency = Latency(np.random.default_rng([seed, 30, view]), self.task.latency_s)
        self.loop.reset()
        self.task.begin(self.world)
        seen = self._look()
        self._guard = self.task.guard()
        self._active: Plan | None = None
        if self._guard is not None:
            self._guard.begin(self.readings.get('joint_positions'), None)
        return seen

    def step(self, plan: Plan) -> Observation:
        """Let the robot do what was decided; return the next observation [D]."""
        if self._guard is not None:
            return self._step_guarded(plan, self._guard)
        tick_s, start_ns = self.task.tick_s, self.readings.stamp_ns
        ticks = round(self._period_s / tick_s)
        late = min(round(self._latency.draw_s() / tick_s), ticks)
        self._wait(late * tick_s)
        for k, values in enumerate(plan.values):
            due_ns = start_ns + k * plan.period_ns
            if k:
                self._wait((due_ns - start_ns) / 1e9 - self._passed_s(start_ns))
            if due_ns >= start_ns + round(self._period_s * 1e9):
                break
            self.world.command(Setpoint(plan.kind, plan.names, values))
        self._wait(self._period_s - self._passed_s(start_ns))
        return self._look()

    def _step_guarded(self, plan: Plan, guard: Limiter) -> Observation:
        """Do the same through limits, that are followed at every tick of the task."""
        tick_s, start_ns = self.task.tick_s, self.readings.stamp_ns
        late = round(self._latency.draw_s() / tick_s)
        for k in range(round(self._period_s / tick_s)):
            self._active = plan if self._active is None or k >= late else self._active
            target = self._active.at(start_ns + round(k * tick_s * 1e9))
            values = guard.step(target, tick_s).values
            self.world.command(Setpoint(plan.kind, plan.names, values))
            self.world.step(tick_s)
        self._active = plan
        return self._look()

    def _passed_s(self, start_ns: int) -> float:
        return float(self.world.time_s) - start_ns / 1e9

    def _wait(self, time_s: float) -> None:
        if time_s > self.task.tick_s / 2:
            self.world.step(time_s)

    @property
    def is_over(self) -> bool:
        """Whether the episode has succeeded or failed."""
        return bool(self.world.outcome().is_over)

    def reward(self) -> float:
        """Return what the last step was worth."""
        return self.task.reward(self.world, self.loop.reader.last_action)

    def _look(self) -> Observation:
        self.readings = readings_from(self.world.readings(), self.loop.spec)
        return self.loop.observe(self.readings)

    def close(self) -> None:
        """Close the world. Safe to call twice."""
        if self.world is not None:
            self.world.close()
            self.world = None


def readings_from(found: Mapping[str, Any], spec: PolicySpec) -> Readings:
    """Return what a world tells as readings, with the joints in the policy's order.

    Raises:
        ValueError: A joint of the policy is not among those of the world.
    """
    rest = {name: value for name, value in found.items() if name != 'joint_names'}
    names = list(found.get('joint_names', ()))
    missing = [name for name in spec.joints if name not in names]
    if missing:
        raise ValueError(f'joints: expected {", ".join(spec.joints)}, got {", ".join(names)}')
    order: NDArray[np.intp] = np.array([names.index(name) for name in spec.joints], np.intp)
    for name in OF_JOINTS:
        if rest.get(name) is not None:
            rest[name] = rest[name][order]
    return Readings(**rest)
