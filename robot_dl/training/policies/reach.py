"""Reach a goal with the tip of an arm."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from robot_dl.safety.limits import Limits
from robot_dl.safety.positions import PositionLimiter
from robot_dl.safety.step import Limiter
from robot_dl.sim.arm.links import ARM_LIMITS
from robot_dl.sim.controllers.limits import column
from robot_dl.training.policies.recipe import Recipe
from robot_dl.training.policies.task import Array, Interface, Task

RATE_HZ, GATE_HZ = 25.0, 50.0
LESSON_S = 4.0
"""How long an episode of the training is. It does not end at the goal: staying is learned, too."""
DELTA_RAD = 0.06
"""How far one action moves a joint's target at most from where the joint is."""
NAMES = tuple(one.name for one in ARM_LIMITS)
FREE = ('joint_4', 'joint_6')
"""Joints that a goal for the tip alone leaves free."""
NEAR_M = 0.05
"""As far as that the policy sees the goal enlarged."""
SCALES = {'touch': 0.3, 'effort': 0.01, 'haste': 0.15, 'unrest': 0.3, 'posture': 0.02}
"""What costs how much: touching things, large actions, sudden ones, moving at the goal, and a
wrist that wanders where the goal leaves it free.
"""


class Reach(Task):
    """Bring `tcp` to the goal and stay, smoothly, and touch nothing."""

    world: ClassVar[str] = 'arm'
    name: ClassVar[str] = 'reach'
    about: ClassVar[str] = 'Moves the tip of a six-axis arm to a goal.'
    tick_s: ClassVar[float] = 1 / GATE_HZ
    latency_s: ClassVar[float] = 2 / GATE_HZ
    weaknesses: ClassVar = (
        'It brings the tip to the place of the goal; which way the goal is turned it ignores.',
        'It knows one arm and a table without anything on it: it does not see obstacles.',
        'Goals are up to 0.7 m ahead of the arm, 0.4 m to each side and 0.06 to 0.55 m high.',
    )
    recipes: ClassVar = {
        'ppo': Recipe(
            1_200_000,
            options={
                'learning_rate': 6e-4,
                'n_steps': 256,
                'batch_size': 512,
                'n_epochs': 8,
                'gamma': 0.97,
                'gae_lambda': 0.92,
                'ent_coef': 0.0,
            },
            net={'net_arch': {'pi': [128, 128], 'vf': [128, 128]}, 'log_std_init': -0.7},
            check_every=40_000,
            final_rate=0.02,
        ),
    }

    def policy(self, interface: Interface) -> dict[str, Any]:
        """Return how it looks and acts."""
        joints = list(NAMES)
        return {
            'joints': joints,
            'rate_hz': RATE_HZ,
            'observation': [
                {'term': 'joint_position_absolute'},
                {'term': 'joint_velocity', 'scale': 0.3},
                {'term': 'goal_position', 'frame': 'tcp', 'scale': 4.0},
                # Millimetres would be lost among the metres of the far goals.
                {'term': 'goal_position', 'frame': 'tcp', 'clip': NEAR_M, 'scale': 1 / NEAR_M},
                {'term': 'goal_position', 'frame': 'base_link', 'scale': 2.0},
                {'term': 'last_action'},
            ],
            'action': {
                'kind': 'joint_position_delta',
                'joints': joints,
                'scale': DELTA_RAD,
                'clip': [-1.0, 1.0],
            },
        }

    def guard(self) -> Limiter:
        """Return the limits of the arm."""
        names = {
            'position_low': 'low',
            'position_high': 'high',
            'velocity': 'velocity',
            'acceleration': 'acceleration',
        }
        given = {ours: column(ARM_LIMITS, name) for ours, name in names.items()}
        return PositionLimiter(NAMES, Limits.of_joints(len(NAMES), **given))

    def begin(self, world: Any) -> None:
        """Forget the last episode."""
        self._before, self._touched_s = np.zeros(len(NAMES)), 0.0

    def verdict(self, world: Any) -> tuple[bool, bool]:
        """Return that nothing fails, and whether the lesson is over."""
        return False, world.outcome().facts['elapsed_s'] > LESSON_S - 1e-6

    def rank(self, found: Mapping[str, float]) -> tuple[float, ...]:
        """Return more for the faster: a validation ends at the goal, and with it the rewards."""
        return found['success_rate'], -found['seconds']

    def reward(self, world: Any, action: Array) -> float:
        """Return more the nearer `tcp` is, less for touching things and for haste."""
        distance_m = world.distance_m
        near = 1 - np.tanh(4 * distance_m) + np.exp(-((distance_m / 0.04) ** 2))
        there = 0.5 * np.exp(-((distance_m / 0.012) ** 2))
        change = action - self._before
        cost = SCALES['effort'] * np.mean(action**2) + SCALES['haste'] * np.mean(change**2)
        cost += SCALES['touch'] * (world.touched_s > self._touched_s)
        speeds, places = world.joint_velocities(), world.joint_positions()
        unrest = np.mean([speeds[name] ** 2 for name in NAMES])
        cost += SCALES['unrest'] * unrest * np.exp(-((distance_m / NEAR_M) ** 2))
        cost += SCALES['posture'] * np.mean([places[name] ** 2 for name in FREE])
        self._before, self._touched_s = action.copy(), world.touched_s
        return float(0.5 * (near + there - cost))
