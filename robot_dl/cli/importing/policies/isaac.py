"""What Isaac Lab and mjlab write into `params/env.yaml`, as parts of a card.

Sources: `dump_yaml` of isaaclab/utils/io/yaml.py writes the whole configuration of an environment;
the managers in isaaclab/managers and the terms in isaaclab/envs/mdp say what its parts do.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from robot_dl.cli.importing.draft import Draft, Guess, merged, read
from robot_dl.cli.importing.policies.isaac_actions import action_draft
from robot_dl.cli.importing.policies.isaac_terms import observation_draft
from robot_dl.cli.importing.policies.patterns import spread
from robot_dl.cli.importing.policies.plain_yaml import inside
from robot_dl.cli.importing.policies.policy_file import LATER
from robot_dl.engine.card_checks import CardError

SOURCE = 'env.yaml'

ROBOTS = (('scene', 'robot'), ('scene', 'entities', 'robot'))
STEPS = (('sim', 'dt'), ('sim', 'mujoco', 'timestep'))
"""Where Isaac Lab, and where mjlab, keeps the same thing."""


def isaac_draft(env: Any, agent: Any, joints: Sequence[str]) -> dict[str, Guess]:
    """Return what the configurations of a training say, by key of the card.

    Args:
        env: Content of env.yaml.
        agent: Content of agent.yaml, of rsl_rl; None without.
        joints: The robot's joints in the order of the training; none if they are not known yet,
            for env.yaml has patterns only.

    Raises:
        CardError: If it is no such configuration, or contradicts itself.
    """
    if not all(isinstance(inside(env, part), dict) for part in ('observations', 'actions')):
        raise CardError(f'{SOURCE}: expected `observations` and `actions`, as Isaac Lab has them')
    return merged(
        [
            _rate(env),
            _defaults(env, joints),
            observation_draft(env, agent, joints),
            action_draft(env, agent, joints),
        ]
    )


def _rate(env: Any) -> Draft:
    """Return how many actions a second there are: one for every `decimation` steps of physics."""
    step_s = next((s for path in STEPS if (s := inside(env, *path)) is not None), None)
    decimation = inside(env, 'decimation')
    if not _is_positive(step_s) or not _is_positive(decimation):
        return {}
    reason = f'{SOURCE}: a step of {step_s} s, decimation {decimation}'
    return {'policy.rate_hz': Guess(round(1 / (step_s * decimation), 6), reason)}


def _is_positive(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and value > 0


def _defaults(env: Any, joints: Sequence[str]) -> Draft:
    """Return the positions that joints have at the start, which 'relative' and 'scaled' mean."""
    table = next(
        (t for path in ROBOTS if (t := inside(env, *path, 'init_state', 'joint_pos'))), None
    )
    if not isinstance(table, Mapping):
        return {}
    key = 'policy.default_positions'
    if not joints:
        return {LATER + key: Guess(None, f'{SOURCE} has them by patterns of names')}
    values = spread(f'{SOURCE}: init_state.joint_pos', table, joints, 0.0)
    return read(f'{SOURCE}: init_state.joint_pos', **{key: values})
