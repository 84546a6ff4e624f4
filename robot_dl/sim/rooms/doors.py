"""Door leaves: painted boxes with handles, each a body of its own that hangs at its hinge."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from robot_dl.sim.rooms.plan import HALF_WALL_M, Opening, Plan
from robot_dl.sim.rooms.shell import DOOR_HEIGHT_M
from robot_dl.sim.rooms.surfaces import door_picture, plain, textured
from robot_dl.sim.worlds.objects import Rng
from robot_dl.sim.worlds.offscreen import import_mujoco
from robot_dl.sim.worlds.scene import contrasting
from robot_dl.sim.worlds.textures import Colour

THING_GROUP = 1
LEAF_HALF_M = 0.02
_UPRIGHT = (0.5**0.5, 0.5**0.5, 0.0, 0.0)
_GAP_M = 0.008


@dataclass(frozen=True)
class Door:
    """A leaf: its opening, on which end it hangs (-1 or +1), to which side it swings (-1, +1)."""

    name: str
    gap: Opening
    end: int
    swing: int

    def hinge(self) -> tuple[float, float]:
        """Return where it hangs: x, y in metres."""
        along = self.gap.middle + self.end * (self.gap.width / 2 - 0.025)
        off = 0.0
        if self.gap.kind == 'closed':
            # It leads nowhere: the leaf lies on the wall of the one cell that there is.
            off = (HALF_WALL_M + 0.5 * LEAF_HALF_M) * (1 if self.gap.edge.cells[0] == -1 else -1)
        across = self.gap.edge.at + off
        return (across, along) if self.gap.edge.axis == 0 else (along, across)

    def yaw(self, open_rad: float) -> float:
        """Return the direction of the leaf, from the hinge, when it is open by an angle."""
        closed = np.pi / 2 if self.gap.edge.axis == 0 else 0.0
        closed += np.pi if self.end > 0 else 0.0
        return float(closed + self.swing * open_rad)

    def draw_angle(self, rng: Rng) -> float:
        """Draw how far the door is open, radians: needed ones leave room to pass."""
        if self.gap.kind == 'closed':
            return 0.0
        if self.gap.is_needed:
            return float(rng.uniform(1.42, 1.62))
        return float(rng.choice([0.0, 0.0, rng.uniform(0.15, 1.2), rng.uniform(1.3, 1.7)]))


def add_doors(spec: Any, rng: Rng, plan: Plan, wall_colours: list[Colour]) -> list[Door]:
    """Hang a leaf in every opening that has one; each is a body moved like a puppet."""
    doors = []
    for number, gap in enumerate(plan.openings):
        if gap.kind == 'passage':
            continue
        end, swing = (int(rng.choice([-1, 1])) for _ in range(2))
        door = Door(f'door_{number}', gap, end, swing)
        colour = contrasting(rng, wall_colours[max(gap.edge.cells)])
        _add_leaf(spec, rng, door, np.clip(colour, 0.12, 0.9))
        doors.append(door)
    return doors


def _add_leaf(spec: Any, rng: Rng, door: Door, colour: Colour) -> None:
    kinds = import_mujoco().mjtGeom
    body = spec.worldbody.add_body(name=door.name, mocap=True)
    half_wide = door.gap.width / 2 - 0.03
    half_high = DOOR_HEIGHT_M / 2 - _GAP_M
    face = textured(spec, rng, f'{door.name}_face', door_picture(rng, colour))
    body.add_geom(
        type=kinds.mjGEOM_BOX,
        size=[half_wide, half_high, LEAF_HALF_M],
        pos=[half_wide, 0, DOOR_HEIGHT_M / 2 + _GAP_M / 2],
        quat=_UPRIGHT,
        material=face,
        group=THING_GROUP,
    )
    metal = plain(spec, rng, f'{door.name}_metal', np.full(3, rng.uniform(0.3, 0.9)))
    lever, z = 2 * half_wide - 0.06, 1.02
    for side in (-1, 1):
        y = side * (LEAF_HALF_M + 0.005)
        parts = [([0.022, 0.005, 0.11], [lever, y, z])]
        parts.append(
            ([0.06, 0.009, 0.011], [lever - 0.05, side * (LEAF_HALF_M + 0.045), z + 0.03])
        )
        parts.append(([0.01, 0.025, 0.01], [lever, side * (LEAF_HALF_M + 0.025), z + 0.03]))
        for half, pos in parts:
            body.add_geom(
                type=kinds.mjGEOM_BOX,
                size=half,
                pos=pos,
                material=metal,
                group=THING_GROUP,
                contype=0,
                conaffinity=0,
            )
