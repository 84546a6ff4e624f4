import cv2
import numpy as np
import pytest

from robot_dl.core.poses import matrix_from_quaternion_xyzw, quaternion_xyzw_from_matrix

HALF = np.sqrt(0.5)
KNOWN = {
    'none': (np.eye(3), [0, 0, 0, 1]),
    'a quarter about z': ([[0, -1, 0], [1, 0, 0], [0, 0, 1]], [0, 0, HALF, HALF]),
    'a half about x': (np.diag([1, -1, -1]), [1, 0, 0, 0]),
    'a half about y': (np.diag([-1, 1, -1]), [0, 1, 0, 0]),
    'a half about z': (np.diag([-1, -1, 1]), [0, 0, 1, 0]),
    # REP-103: from a camera's body frame (x forward) to its optical frame (z forward).
    'body to optical': ([[0, 0, 1], [-1, 0, 0], [0, -1, 0]], [-0.5, 0.5, -0.5, 0.5]),
}


@pytest.mark.parametrize('name', KNOWN)
def test_a_known_rotation_has_its_quaternion(name):
    matrix, quaternion = KNOWN[name]
    found = quaternion_xyzw_from_matrix(np.asarray(matrix, float))
    np.testing.assert_allclose(np.abs(found @ quaternion), 1, atol=1e-12)
    np.testing.assert_allclose(matrix_from_quaternion_xyzw(found), matrix, atol=1e-12)


def test_any_rotation_agrees_with_opencv_and_comes_back():
    rng = np.random.default_rng(0)
    for _ in range(200):
        axis_angle = rng.normal(size=3)
        axis_angle *= rng.uniform(0, np.pi) / np.linalg.norm(axis_angle)
        matrix = cv2.Rodrigues(axis_angle)[0]
        quaternion = quaternion_xyzw_from_matrix(matrix)
        half = np.linalg.norm(axis_angle) / 2
        expected = [*(np.sin(half) * axis_angle / np.linalg.norm(axis_angle)), np.cos(half)]
        np.testing.assert_allclose(quaternion, expected, atol=1e-9)
        np.testing.assert_allclose(matrix_from_quaternion_xyzw(quaternion), matrix, atol=1e-9)
