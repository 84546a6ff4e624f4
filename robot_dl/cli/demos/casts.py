"""Which nodes a demo runs in each world, and the model of each."""

import os
from collections.abc import Container, Sequence, Sized

from robot_dl.core.names import choose

Cast = dict[str, str]
"""Models by the names of the parts that need them; '' for a node without a model."""

CASTS: dict[str, Cast] = {
    'tabletop': {
        'detection': 'tabletop_detector',
        'segmentation': 'tabletop_segmenter',
        'instance_segmentation': 'tabletop_instances',
        'depth': 'tabletop_depth',
        'detection3d': '',
    },
    'rooms': {'segmentation': 'rooms_segmenter', 'free_space': '', 'depth': 'rooms_depth'},
}
"""The nodes of each world in the order in which they are told of."""

SOURCES = {'detection3d': ('detection', 'depth'), 'free_space': ('segmentation',)}
"""Nodes that live on the answers of others."""


def cast_of(world: str, only: Sequence[str] = ()) -> Cast:
    """Return the nodes of a world, or some of them and those whose answers they need.

    Raises:
        ValueError: If there is no such world, or no such node in it.
    """
    everybody = choose('world', world, CASTS)
    for name in only:
        choose(f'node of the world {world!r}', name, everybody)
    wanted = {*only, *(source for name in only for source in SOURCES.get(name, ()))}
    return {name: model for name, model in everybody.items() if name in wanted or not only}


def playable(cast: Cast, models: Container[str]) -> Cast:
    """Return the nodes whose models are there, without those that live on the others."""
    there = {name for name, model in cast.items() if not model or model in models}
    return {name: model for name, model in cast.items() if {name, *SOURCES.get(name, ())} <= there}


SCENE_PERIODS_S = {'tabletop': 1.5, 'rooms': 3.0}
"""How long a scene of each world is shown: as long as one still sees something new in it."""

GREATEST_HZ = 10.0
BUSY = 0.6
"""Part of the processor's time that may be planned for: the rest is for peaks, and for others."""
SIM_MS = {'tabletop': 85.0, 'rooms': 90.0}
"""Time of one core to render an image and its truth."""
NODE_MS = 30.0
"""Time of one core to answer an image and to compare the answer; both measured, mean of all."""


def rate_hz_for(names: Sized, world: str, cores: int | None = None) -> float:
    """Return how many images a second so many nodes can answer, so that none is starved.

    Args:
        names: The nodes.
        world: Whose pictures are rendered.
        cores: Processor cores; None asks the machine.
    """
    cost_ms = SIM_MS[world] + len(names) * NODE_MS
    rate_hz = BUSY * (cores or os.cpu_count() or 1) * 1000 / cost_ms
    return max(1.0, min(GREATEST_HZ, float(round(rate_hz))))


def scene_period_s_of(world: str) -> float:
    """Return how long each scene of a world is shown."""
    return SCENE_PERIODS_S[world]
