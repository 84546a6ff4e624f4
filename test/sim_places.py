"""Where the simulator's objects really are."""

import numpy as np


def extents_m(world) -> list[tuple[str, np.ndarray, np.ndarray]]:
    """Return label, lower and upper corner [3] of each object of a world, in the optical frame.

    They are those of all vertices of its parts, of primitives those of the box around each part.
    """
    optical_T_world = np.linalg.inv(world.world_T_camera_optical())
    found = []
    for k in world._objects:
        thing = world._things[k]
        vertices = np.concatenate(list(_vertices_m(world, thing.name)))
        points = vertices @ optical_T_world[:3, :3].T + optical_T_world[:3, 3]
        found.append((thing.label, points.min(0), points.max(0)))
    return found


def _vertices_m(world, name: str):
    """Yield the corners [N, 3] of each part of an object in the world."""
    model, state = world._model, world._state
    for geom in np.flatnonzero(model.geom_bodyid == model.body(name).id):
        mesh = model.geom_dataid[geom]
        if mesh >= 0:
            first, count = model.mesh_vertadr[mesh], model.mesh_vertnum[mesh]
            local = model.mesh_vert[first : first + count]
        else:
            middle, half = model.geom_aabb[geom][:3], model.geom_aabb[geom][3:]
            signs = np.stack(np.meshgrid(*[[-1, 1]] * 3), -1).reshape(-1, 3)
            local = middle + signs * half
        yield local @ state.geom_xmat[geom].reshape(3, 3).T + state.geom_xpos[geom]
