"""One object alone in the middle of the table, and the camera aimed at it.

What a classifier wants to see. Nothing else stands on the table; up to three sheets of paper may
lie on it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from robot_dl.sim.worlds import looks
from robot_dl.sim.worlds.distractors import DISTRACTORS
from robot_dl.sim.worlds.objects import CLASSES, Rng
from robot_dl.sim.worlds.placement import Place, outline, place_all
from robot_dl.sim.worlds.scene import Thing
from robot_dl.sim.worlds.tabletop import LABELS, TabletopWorld

ROOM = (1.05, 2.2)
"""How much farther away the camera is than where the object would just fill the picture."""
NEAREST_M = 0.22
"""No camera is closer to what it looks at."""
OFF_CENTRE = 0.7
"""How much of the room around the object may lie on one side of it."""


class SingleObjectWorld(TabletopWorld):
    """One object of a random class. The same seed, view and steps give the same pixels."""

    room = ROOM

    @property
    def class_id(self) -> int:
        """The object's class, an index into `LABELS`."""
        return LABELS.index(str(self._things[0].label))

    def _draw_things(self, rng: Rng) -> list[Thing]:
        """Draw one object."""
        label = LABELS[int(rng.integers(len(LABELS)))]
        return [Thing(f'object_0_{label}', label, CLASSES[label](rng))]

    def _put_things(self, rng: Rng) -> None:
        """Put the object under the boom's axis, and aim the camera at it."""
        places = place_all(rng, [self._things[0].shape], (0.0, 0.0))
        self._put_at(places)
        assert places[0] is not None, 'an empty table has room'
        aim_at(rng, self._model, _points(self._things[0], places[0]), self.room)


class FarObjectWorld(SingleObjectWorld):
    """The object is twice as far away as in training."""

    room = (2.2, 4.4)


class StrangeObjectWorld(SingleObjectWorld):
    """The object belongs to none of the classes."""

    def _draw_things(self, rng: Rng) -> list[Thing]:
        """Draw a distractor."""
        name = str(rng.choice(list(DISTRACTORS)))
        return [Thing(f'distractor_0_{name}', None, DISTRACTORS[name](rng))]


def _points(thing: Thing, place: Place) -> NDArray[np.float64]:
    """Return points [P, 3] around the thing at its place, metres above the table top."""
    return outline(thing.shape, place.quat) + np.array(place.pos)


def aim_at(
    rng: Rng, model: object, points: NDArray[np.float64], room: tuple[float, float]
) -> None:
    """Draw a lens, an elevation and a distance that show all of some points.

    The sphere around the points lies inside the largest square in the picture, so that a centred
    crop shows it, too, wherever the boom stands.

    Args:
        rng: Source of chance.
        model: The world.
        points: What to look at [P, 3], metres above the table, under the boom's axis.
        room: Least and greatest factor of the distance; see `ROOM`.
    """
    middle = np.array([0.0, 0.0, (points[:, 2].min() + points[:, 2].max()) / 2])
    radius = float(np.linalg.norm(points - middle, axis=1).max())
    fovy = float(rng.uniform(34.0, 58.0))
    half = np.sin(np.radians(fovy) / 2)
    distance = max(radius / half * float(rng.uniform(*room)), NEAREST_M)
    down, roll = np.radians(rng.uniform(25.0, 72.0)), np.radians(rng.uniform(-8.0, 8.0))
    slack = OFF_CENTRE * (distance * half - radius)
    angle, reach = rng.uniform(-np.pi, np.pi), slack * rng.uniform()
    # Sideways, and upwards in the picture: at right angles to the view.
    aside = np.array([np.sin(down) * np.sin(angle), np.cos(angle), np.cos(down) * np.sin(angle)])
    target = middle + reach * aside
    looks.point_camera(model, target, distance, (float(down), float(roll)), fovy)
