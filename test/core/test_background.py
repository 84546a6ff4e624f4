"""What surrounds an object: planes, layers of depth, and how boxes turn with their frame."""

import numpy as np
import pytest

from robot_dl.core.background import dominant_plane, layers


def test_a_plane_is_found_among_forty_percent_of_other_things():
    rng = np.random.default_rng(0)
    v, u = rng.uniform(0, 480, 1000), rng.uniform(0, 640, 1000)
    z = 1 / (0.001 * u - 0.0004 * v + 0.9)
    z[:400] = rng.uniform(0.2, 5, 400)
    plane = dominant_plane(np.stack([u, v, z], axis=1))
    np.testing.assert_allclose(plane.coefficients, [0.001, -0.0004, 0.9], rtol=1e-3)


def test_where_there_is_no_plane_none_is_found():
    rng = np.random.default_rng(0)
    points = np.stack([*rng.uniform(0, 640, (2, 300)), rng.uniform(0.2, 5, 300)], axis=1)
    assert dominant_plane(points) is None
    assert dominant_plane(points[:5]) is None
    assert dominant_plane(np.tile(points[:1], (50, 1))) is None


@pytest.mark.parametrize(
    ('depths', 'expected'),
    [
        ([], []),
        ([1.0], [0]),
        ([2.0, 1.0, 1.01, 2.01], [1, 0, 0, 1]),
        ([1.0, 1.02, 1.04, 1.06], [0, 0, 0, 0]),
    ],
)
def test_layers_are_parted_by_gaps(depths, expected):
    assert layers(np.array(depths)).tolist() == expected


def test_pixels_that_mix_two_depths_do_not_join_two_layers():
    mixed = np.linspace(1.05, 2.9, 150)
    depths = np.concatenate([np.full(1000, 1.0), mixed, np.full(1000, 3.0)])
    assert layers(depths)[:1000].max() == 0
    assert layers(depths)[-1000:].min() == 1
