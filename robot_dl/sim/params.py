"""Parameters of the simulation node."""

from __future__ import annotations

from dataclasses import dataclass

from robot_dl.core.params import Params, param
from robot_dl.sim.worlds import WORLDS


@dataclass(frozen=True)
class SimParams(Params):
    """Parameters of the simulation node."""

    world: str = param('tabletop', 'What is simulated.', choices=tuple(WORLDS), fixed=True)
    seed: int = param(
        0,
        'The world that is shown first; everything random follows from it.',
        low=0,
        fixed=True,
    )
    rate_hz: float = param(10.0, 'Images a second.', low=0.1, high=120.0, fixed=True)
    width: int = param(640, 'Width of the images, pixels.', low=16, high=4096, fixed=True)
    height: int = param(480, 'Height of the images, pixels.', low=16, high=4096, fixed=True)
    depth: bool = param(True, 'Offer depth images; drawn only while subscribed.', fixed=True)
    publish_clock: bool = param(
        False, 'Publish simulated time on `clock`, and stamp everything with it.', fixed=True
    )
    scene_period_s: float = param(
        0.0, 'Seconds until the scene changes; 0 keeps it.', low=0.0, high=86400.0
    )
