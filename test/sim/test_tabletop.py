"""The tabletop world: same seed same pixels, and numbers that agree with geometry."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

pytest.importorskip('mujoco')

from robot_dl.sim.worlds import find_world
from robot_dl.sim.worlds.scene import TABLE_HEIGHT_M

SEED = 11


@pytest.fixture(scope='module')
def world() -> Iterator[object]:
    with find_world('tabletop')(SEED) as opened:
        yield opened


def _table_plane_depth(world: object) -> np.ndarray:
    """Return where every pixel's ray meets the table top's plane, by a formula of its own."""
    height, width = world.size_hw
    u, v = np.meshgrid(np.arange(width), np.arange(height))
    rays = np.stack([u, v, np.ones_like(u)], -1) @ np.linalg.inv(world.pinhole.matrix).T
    pose = world.world_T_camera_optical()
    return (TABLE_HEIGHT_M - pose[2, 3]) / (rays @ pose[:3, :3].T)[..., 2]


def test_the_same_seed_gives_the_same_pixels_and_another_seed_others() -> None:
    pictures = []
    for seed in (3, 3, 4):
        with find_world('tabletop')(seed) as world:
            world.step(0.2)
            pictures.append((world.render_rgb(), world.truth().boxes_xyxy))
    np.testing.assert_array_equal(pictures[0][0], pictures[1][0])
    np.testing.assert_array_equal(pictures[0][1], pictures[1][1])
    assert (pictures[0][0] != pictures[2][0]).mean() > 0.5


def test_a_view_does_not_depend_on_the_views_before_it() -> None:
    with find_world('tabletop')(5) as world:
        world.rearrange(1)
        world.rearrange(2)
        after_others = world.render_rgb()
    with find_world('tabletop')(5, view=2) as world:
        np.testing.assert_array_equal(world.render_rgb(), after_others)


def test_pictures_have_the_size_that_was_asked_for() -> None:
    with find_world('tabletop')(SEED, size_hw=(240, 400)) as world:
        assert world.render_rgb().shape == (240, 400, 3)
        assert world.render_depth().shape == (240, 400)
        assert world.pinhole.size_hw == (240, 400)
        assert (world.truth().boxes_xyxy <= [400, 240, 400, 240]).all()


def test_depth_of_the_bare_table_is_its_distance_along_the_optical_axis(world: object) -> None:
    depth, plane = world.render_depth(), _table_plane_depth(world)
    error = np.abs(depth - plane)
    # Objects stand on a good part of the table, so only the share that agrees is asked for.
    assert np.mean(error < 0.001) > 0.3
    assert np.isfinite(depth).mean() > 0.5
    assert depth.dtype == np.float32


def test_what_is_beyond_the_far_plane_has_no_depth() -> None:
    with find_world('tabletop')(SEED) as world:
        link = world._model.body('camera_link').id
        world._model.body_quat[link] = [1, 0, 0, 0]
        depth = world.render_depth()
    assert np.isnan(depth[:120]).any()
    assert not (depth == 0).any()


def test_a_point_in_the_world_appears_where_the_pinhole_says(world: object) -> None:
    pose = world.world_T_camera_optical()
    centre_world = np.array([0.0, 0.0, TABLE_HEIGHT_M + 0.05])
    mujoco_model, state = world._model, world._state
    body = mujoco_model.body(world._things[0].name)
    joint = state.joint(f'{world._things[0].name}_joint')
    kept, size = state.qpos.copy(), world._offscreen.size_hw
    joint.qpos[:3] = centre_world
    world._forward()
    geoms = world._offscreen.geom_ids(state, size, [0, 1])
    own = np.isin(geoms, np.flatnonzero(mujoco_model.geom_bodyid == body.id))
    corners = _corners_in_the_world(world, body.id)
    state.qpos[:] = kept
    world._forward()
    in_camera = (np.linalg.inv(pose) @ np.column_stack([corners, np.ones(len(corners))]).T).T
    pixels = world.pinhole.project(in_camera[:, :3])
    rows, columns = np.flatnonzero(own.any(1)), np.flatnonzero(own.any(0))
    seen = [columns[0], rows[0], columns[-1], rows[-1]]
    np.testing.assert_allclose(seen, [*pixels.min(0), *pixels.max(0)], atol=1.0)


def _corners_in_the_world(world: object, body: int) -> np.ndarray:
    """Return points [P, 3] that span the object's outline: its compiled mesh or box corners."""
    import mujoco

    model, state, points = world._model, world._state, []
    for geom in np.flatnonzero(model.geom_bodyid == body):
        kind, size = model.geom_type[geom], model.geom_size[geom]
        if kind == mujoco.mjtGeom.mjGEOM_MESH:
            mesh = model.geom_dataid[geom]
            start = model.mesh_vertadr[mesh]
            local = model.mesh_vert[start : start + model.mesh_vertnum[mesh]]
        elif kind == mujoco.mjtGeom.mjGEOM_BOX:
            local = np.array(np.meshgrid([-1, 1], [-1, 1], [-1, 1])).reshape(3, -1).T * size
        else:
            continue
        points.append(local @ state.geom_xmat[geom].reshape(3, 3).T + state.geom_xpos[geom])
    return np.concatenate(points)


def test_the_optical_frame_looks_forward_along_z_with_y_down(world: object) -> None:
    pose = world.world_T_camera_optical()
    np.testing.assert_allclose(pose[:3, :3] @ pose[:3, :3].T, np.eye(3), atol=1e-9)
    assert np.linalg.det(pose[:3, :3]) == pytest.approx(1.0)
    assert pose[2, 2] < -0.4, 'the optical axis z points down at the table'
    assert pose[2, 1] < -0.2, 'y points down in the picture'
    assert abs(pose[2, 0]) < 0.2, 'x points right, level but for a small roll'


def test_frames_chain_from_the_world_to_the_optical_frame(world: object) -> None:
    poses = {'world': np.eye(4)}
    for parent, child, parent_T_child, _ in world.frames():
        poses[child] = poses[parent] @ parent_T_child
    np.testing.assert_allclose(
        poses['camera_optical_frame'], world.world_T_camera_optical(), atol=1e-9
    )
    link_T_optical = np.linalg.inv(poses['camera_link']) @ poses['camera_optical_frame']
    body_from_optical = [[0, 0, 1], [-1, 0, 0], [0, -1, 0]]
    np.testing.assert_allclose(link_T_optical[:3, :3], body_from_optical, atol=1e-6)


def test_the_motor_moves_the_camera_and_only_dynamic_frames_change() -> None:
    with find_world('tabletop')(SEED) as world:
        before = {child: (pose, fixed) for _, child, pose, fixed in world.frames()}
        start = world.joint_positions()['camera_orbit_joint']
        for _ in range(20):
            world.step(0.1)
        after = {child: pose for _, child, pose, _ in world.frames()}
        turned = world.joint_positions()['camera_orbit_joint'] - start
        assert world.time_s == pytest.approx(2.0)
    assert abs(turned) > 0.01
    for child, (pose, fixed) in before.items():
        assert np.allclose(pose, after[child], atol=1e-6) == fixed, child


def test_objects_rest_on_the_table_after_a_while() -> None:
    with find_world('tabletop')(SEED) as world:
        world.step(1.0)
        first = world._state.qpos.copy()
        world.step(0.5)
        placed = [n for n, q in enumerate(first[3::7]) if q > 0]
        assert placed
        assert np.abs(world._state.qpos - first)[1:].max() < 0.02


def test_a_closed_world_may_be_closed_again() -> None:
    world = find_world('tabletop')(SEED)
    world.close()
    world.close()


def test_an_unknown_world_names_the_nearest_one() -> None:
    with pytest.raises(ValueError, match=r"'tablet'.*Did you mean 'tabletop'"):
        find_world('tablet')
