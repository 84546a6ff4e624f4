"""Simulated worlds: one file and one line in `WORLDS` each; `find_world` gets one by name."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from robot_dl.core.names import choose

if TYPE_CHECKING:
    from robot_dl.sim.worlds.world import World

WORLDS: dict[str, tuple[str, str]] = {
    'tabletop': ('robot_dl.sim.worlds.tabletop', 'TabletopWorld'),
    'rooms': ('robot_dl.sim.worlds.rooms', 'RoomsWorld'),
    'balance': ('robot_dl.sim.worlds.balance', 'BalanceWorld'),
    'single_object': ('robot_dl.sim.worlds.single_object', 'SingleObjectWorld'),
    'arm': ('robot_dl.sim.worlds.arm', 'ArmWorld'),
}
"""Name → module and class. MuJoCo is imported only when a world is opened."""


def find_world(name: str) -> type[World]:
    """Return the class of the world called `name`.

    Raises:
        ValueError: If there is none; the message names the nearest one.
    """
    module, attribute = choose('world', name, WORLDS)
    world: type[World] = getattr(importlib.import_module(module), attribute)
    return world
