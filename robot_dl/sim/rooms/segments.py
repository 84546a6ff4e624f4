"""Which class, and which object, each geom of a floor belongs to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from robot_dl.sim.rooms.model import Floor

SEGMENT_LABELS: tuple[str, ...] = ('floor', 'wall', 'door', 'furniture', 'moving_obstacle')
"""Classes of pixels. `wall` is all that stays: walls, ceiling, frames, windows, pictures; a `door`
is the leaf with its handle, so an open doorway is none."""


@dataclass(frozen=True)
class Segments:
    """Class and object by geom; the last entry of both answers for pixels without a geom.

    Attributes:
        class_of_geom: Index [G + 1] into `SEGMENT_LABELS`.
        instance_of_geom: Number [G + 1] of the object, from 1 on; 0 for none.
        instance_class_ids: Class [M] of each object.
    """

    class_of_geom: NDArray[np.uint8]
    instance_of_geom: NDArray[np.uint16]
    instance_class_ids: NDArray[np.uint8]


def segments_of(floor: Floor) -> Segments:
    """Return what each geom belongs to: doors, furniture and what moves are objects."""
    objects = [(door.name, 'door') for door in floor.doors]
    objects += [(f'furniture_{k}', 'furniture') for k in range(len(floor.furniture))]
    objects += [(f'obstacle_{k}', 'moving_obstacle') for k in range(len(floor.obstacles))]
    classes = np.full(floor.model.ngeom + 1, SEGMENT_LABELS.index('wall'), np.uint8)
    instances = np.zeros(floor.model.ngeom + 1, np.uint16)
    classes[:-1][_of_body(floor.model, 'floor')] = SEGMENT_LABELS.index('floor')
    of_objects = np.array([SEGMENT_LABELS.index(label) for _, label in objects], np.uint8)
    for number, (name, _) in enumerate(objects):
        mine = _of_body(floor.model, name)
        classes[:-1][mine], instances[:-1][mine] = of_objects[number], number + 1
    return Segments(classes, instances, of_objects)


def _of_body(model: Any, name: str) -> NDArray[np.bool_]:
    return model.geom_bodyid == model.body(name).id
