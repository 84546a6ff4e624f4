"""Shapes are closed and of their size, and stand on the table without touching."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from robot_dl.sim.worlds.distractors import DISTRACTORS
from robot_dl.sim.worlds.meshes import Mesh, arc_tube, prism, revolve
from robot_dl.sim.worlds.objects import CLASSES, ON_ITS_SIDE, rotation
from robot_dl.sim.worlds.placement import footprint, outline, place_all

EVERY = {**CLASSES, **DISTRACTORS}


def _volume(mesh: Mesh) -> float:
    a, b, c = (mesh.vertices[mesh.faces[:, k]] for k in range(3))
    return float(np.einsum('ij,ij->', a, np.cross(b, c)) / 6)


def _is_closed(mesh: Mesh) -> bool:
    """Say whether every edge is walked once in each direction."""
    edges = Counter((int(f[k]), int(f[(k + 1) % 3])) for f in mesh.faces for k in range(3))
    return all(count == 1 and edges[b, a] == 1 for (a, b), count in edges.items())


@pytest.mark.parametrize('name', EVERY)
def test_every_mesh_is_closed_and_turned_outward(name: str) -> None:
    for seed in range(5):
        for part in EVERY[name](np.random.default_rng(seed)).parts:
            if part.mesh is not None:
                assert _is_closed(part.mesh)
                assert _volume(part.mesh) > 0


def test_a_revolved_cylinder_has_a_cylinders_volume() -> None:
    mesh = revolve([(0, 0), (0.1, 0), (0.1, 0.3), (0, 0.3)], segments=256)
    assert _volume(mesh) == pytest.approx(np.pi * 0.1**2 * 0.3, rel=1e-3)


def test_a_prism_that_shrinks_to_a_point_is_a_pyramid() -> None:
    square = np.array([[1.0, -1], [1, 1], [-1, 1], [-1, -1]])
    assert _volume(prism(square, 3.0, 1e-6)) == pytest.approx(4.0, rel=1e-3)


def test_an_arc_follows_its_ellipse() -> None:
    mesh = arc_tube((0.05, 0.03), (0.004, 0.004), np.pi, steps=15)
    assert mesh.vertices[:, 0].max() == pytest.approx(0.054, abs=1e-3)
    assert mesh.vertices[:, 2].max() == pytest.approx(0.034, abs=1e-3)


def test_lying_on_its_side_turns_up_into_forward() -> None:
    np.testing.assert_allclose(rotation(ON_ITS_SIDE) @ [0, 0, 1], [1, 0, 0], atol=1e-9)


@pytest.mark.parametrize('name', EVERY)
def test_a_footprint_covers_the_outline_along_its_long_side(name: str) -> None:
    shape = EVERY[name](np.random.default_rng(1))
    for quat, _ in shape.rests:
        points = outline(shape, quat)
        circles = footprint(points)
        low = (circles[:, :2] - circles[:, 2:]).min(0)
        high = (circles[:, :2] + circles[:, 2:]).max(0)
        assert (low <= points[:, :2].min(0) + 1e-9).all()
        assert (high >= points[:, :2].max(0) - 1e-9).all()


def test_placed_things_stand_on_the_table_and_apart() -> None:
    rng = np.random.default_rng(2)
    shapes = [CLASSES[name](rng) for name in ('ball', 'can', 'mug', 'bowl', 'box')]
    places = place_all(rng, shapes, (0.3, 0.3))
    centres = []
    for shape, place in zip(shapes, places, strict=True):
        assert place is not None
        points = outline(shape, place.quat) + place.pos
        assert points[:, 2].min() == pytest.approx(5e-4, abs=1e-6)
        centres.append((points[:, :2].mean(0), np.ptp(points[:, :2], axis=0).min() / 2))
    for k, (one, reach) in enumerate(centres):
        for two, other_reach in centres[:k]:
            assert np.linalg.norm(one - two) > reach + other_reach


def test_what_finds_no_room_has_no_place() -> None:
    rng = np.random.default_rng(0)
    places = place_all(rng, [CLASSES['bowl'](rng) for _ in range(9)], (0.05, 0.05))
    assert places[0] is not None
    assert None in places
