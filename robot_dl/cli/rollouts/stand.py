"""How a policy is deployed in a world: what `config/deployments/WORLD.yaml` says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from robot_dl.bringup.document import DeploymentError
from robot_dl.bringup.finding import find_deployment
from robot_dl.bringup.reading import read_deployment
from robot_dl.sim.worlds import WORLDS, find_world

SIMULATOR, POLICY = 'sim_node', 'policy_node'


@dataclass(frozen=True)
class Stand:
    """The two nodes of a world that is controlled, as they are deployed.

    Attributes:
        world: Name of the world.
        sim: Parameters of the simulator.
        policy: Parameters of the policy's node; limits and stop behaviour among them.
    """

    world: str
    sim: Mapping[str, Any]
    policy: Mapping[str, Any]

    @property
    def episode_s(self) -> float:
        """How long an episode lasts at most, simulated seconds."""
        return float(control_world(self.world).episode_s)


def control_world(name: str) -> Any:
    """Return the class of a world whose joints are commanded.

    Raises:
        ValueError: If there is no such world, or nothing in it is commanded.
    """
    found = find_world(name)
    if not hasattr(found, 'episode_s'):
        known = ', '.join(one for one in WORLDS if hasattr(find_world(one), 'episode_s'))
        raise ValueError(f'world {name!r}: expected one with joints to command: {known}')
    return found


def stand_of(world: str) -> Stand:
    """Return how policies are deployed in a world.

    Evaluations take the same limits as a person who says `robot_dl up WORLD`, so that what is
    scored is what runs.

    Raises:
        ValueError: If nobody has deployed a policy there.
    """
    try:
        nodes = read_deployment(find_deployment(f'{world}.yaml')).nodes
    except DeploymentError as error:
        raise ValueError(f'no policy is deployed in the world {world!r}: {error}') from error
    params = {node.kind.executable: dict(node.params) for node in nodes}
    missing = [name for name in (SIMULATOR, POLICY) if name not in params]
    if missing:
        raise ValueError(f'deployment {world}: expected a {missing[0]} in it')
    return Stand(world, params[SIMULATOR], params[POLICY])
