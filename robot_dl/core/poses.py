"""Rotations between the two ways in which they are written: matrix and quaternion."""

import numpy as np
from numpy.typing import NDArray


def quaternion_xyzw_from_matrix(rotation: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the unit quaternion [4] (x, y, z, w; w ≥ 0) of a rotation matrix [3, 3].

    Starts from the largest of the four components, so that no root of a tiny difference is
    taken (Shepperd, "Quaternion from rotation matrix", 1978).
    """
    r, trace = rotation, float(np.trace(rotation))
    squares = np.array([*(2 * np.diag(r) - trace), trace]) + 1
    rows = np.array(
        [
            [squares[0], r[0, 1] + r[1, 0], r[0, 2] + r[2, 0], r[2, 1] - r[1, 2]],
            [r[0, 1] + r[1, 0], squares[1], r[1, 2] + r[2, 1], r[0, 2] - r[2, 0]],
            [r[0, 2] + r[2, 0], r[1, 2] + r[2, 1], squares[2], r[1, 0] - r[0, 1]],
            [r[2, 1] - r[1, 2], r[0, 2] - r[2, 0], r[1, 0] - r[0, 1], squares[3]],
        ]
    )
    longest = rows[int(squares.argmax())]
    quaternion = longest / np.linalg.norm(longest)
    return np.asarray(quaternion if quaternion[3] >= 0 else -quaternion)


def matrix_from_quaternion_xyzw(quaternion: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the rotation matrix [3, 3] of a unit quaternion [4] (x, y, z, w)."""
    vector, w = quaternion[:3], float(quaternion[3])
    x, y, z = vector.tolist()
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    return np.asarray(np.eye(3) + 2 * w * cross + 2 * cross @ cross)


def slerp(
    first_xyzw: NDArray[np.float64], last_xyzw: NDArray[np.float64], part: float
) -> NDArray[np.float64]:
    """Return the rotation a part of the way along the shorter arc between two unit quaternions.

    Shoemake, "Animating rotation with quaternion curves", 1985.

    Args:
        first_xyzw: Where the way begins [4].
        last_xyzw: Where it ends [4].
        part: 0 gives the first, 1 the last.
    """
    cosine = float(first_xyzw @ last_xyzw)
    last = last_xyzw if cosine >= 0 else -last_xyzw
    angle = float(np.arccos(min(abs(cosine), 1.0)))
    if angle < 1e-6:  # the sines vanish, and so does the difference from a straight line
        mixed = (1 - part) * first_xyzw + part * last
    else:
        mixed = np.sin((1 - part) * angle) * first_xyzw + np.sin(part * angle) * last
    return np.asarray(mixed / np.linalg.norm(mixed))
