"""Where frames were, against matrices multiplied by hand."""

from functools import reduce

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robot_dl.core.poses import (
    matrix_from_quaternion_xyzw,
    quaternion_xyzw_from_matrix,
    slerp,
)
from robot_dl.core.transforms import JUMP_NS, KEPT_NS, NoTransformError, Placed, TransformTree

S = 10**9
ABOUT_Z = np.array([0, 0, 1.0])


def turned(angle_rad, axis=ABOUT_Z):
    """Return the quaternion of a turn about an axis."""
    return np.array([*(np.sin(angle_rad / 2) * np.asarray(axis)), np.cos(angle_rad / 2)])


def placed(stamp_ns, parent, xyz=(0, 0, 0), rotation=(0, 0, 0, 1)):
    return Placed(stamp_ns, parent, np.array(xyz, float), np.array(rotation, float))


def tree_of(*rows):
    """Return a tree of (child, placed, is_static)."""
    tree = TransformTree()
    for row in rows:
        tree.add(*row)
    return tree


@pytest.fixture
def robot():
    """Return odom <- base (moves 1 m/s along x, turns 0.5 rad/s) <- camera (static)."""
    tree = tree_of(('camera', placed(0, 'base', (0.1, 0, 0.5)), True))
    for k in range(11):
        tree.add('base', placed(k * S // 10, 'odom', (k / 10, 0, 0), turned(0.05 * k)), False)
    return tree


def test_an_empty_tree_knows_nothing_but_that_a_frame_is_itself():
    tree = TransformTree()
    np.testing.assert_array_equal(tree.lookup('a', 'a', 5), np.eye(4))
    with pytest.raises(NoTransformError, match="unknown frame 'a'. Available: none") as caught:
        tree.lookup('a', 'b', 5)
    assert caught.value.may_come


def test_a_static_frame_is_there_at_all_times(robot):
    for stamp_ns in (0, 5, 10**18):
        np.testing.assert_allclose(robot.lookup('base', 'camera', stamp_ns)[:3, 3], [0.1, 0, 0.5])


def test_a_moving_camera_is_where_it_was_at_that_time(robot):
    """Trap 10: TF looked up at "latest"."""
    then, now = robot.lookup('odom', 'camera', 3 * S // 10), robot.lookup('odom', 'camera', S)
    np.testing.assert_allclose(then[:3, 3], [0.3 + 0.1 * np.cos(0.15), 0.1 * np.sin(0.15), 0.5])
    assert np.linalg.norm(now[:3, 3] - then[:3, 3]) > 0.6


def test_between_two_poses_it_is_between_them(robot):
    pose = robot.lookup('odom', 'base', 25 * S // 100)
    np.testing.assert_allclose(pose[:3, 3], [0.25, 0, 0])
    np.testing.assert_allclose(pose[:3, :3], matrix_from_quaternion_xyzw(turned(0.125)))


@pytest.mark.parametrize(
    ('stamp_ns', 'reason', 'may_come'),
    [
        (S + 1, 'newest pose of base is 0.000 s too old', True),
        (3 * S, 'newest pose of base is 2.000 s too old', True),
        (-S, 'poses of base begin 1.000 s too late', False),
    ],
)
def test_it_never_extrapolates(robot, stamp_ns, reason, may_come):
    with pytest.raises(NoTransformError, match=reason) as caught:
        robot.lookup('odom', 'camera', stamp_ns)
    assert caught.value.may_come is may_come


def test_what_moves_above_both_frames_need_not_be_known(robot):
    assert robot.lookup('camera', 'base', 99 * S)[2, 3] == pytest.approx(-0.5)


def test_an_unknown_frame_is_named_with_the_nearest_one(robot):
    with pytest.raises(NoTransformError, match="unknown frame 'odo'. Did you mean 'odom'"):
        robot.lookup('odo', 'camera', S)


def test_two_trees_are_told_apart(robot):
    robot.add('tool', placed(0, 'arm'), True)
    with pytest.raises(NoTransformError, match='tool and odom are not connected') as caught:
        robot.lookup('odom', 'tool', S)
    assert caught.value.may_come


def test_a_loop_ends():
    tree = tree_of(('a', placed(0, 'b'), True), ('b', placed(0, 'a'), True))
    with pytest.raises(NoTransformError, match='form a loop') as caught:
        tree.lookup('c', 'a', 0)
    assert not caught.value.may_come


def test_a_frame_that_changes_its_parent_is_not_between_two():
    tree = tree_of(('cup', placed(0, 'table'), False), ('cup', placed(S, 'hand'), False))
    tree.add('table', placed(0, 'world'), True)
    tree.add('hand', placed(0, 'world', (5, 0, 0)), True)
    assert tree.lookup('world', 'cup', 0)[0, 3] == 0
    assert tree.lookup('world', 'cup', S)[0, 3] == 5
    with pytest.raises(NoTransformError, match='cup changed from table to hand'):
        tree.lookup('world', 'cup', S // 2)


def test_a_pose_that_comes_late_takes_its_place_and_one_that_comes_twice_counts_once():
    tree = tree_of(('a', placed(0, 'w'), False), ('a', placed(S, 'w', (1, 0, 0)), False))
    tree.add('a', placed(S // 2, 'w', (0, 7, 0)), False)
    tree.add('a', placed(S // 2, 'w', (0, 8, 0)), False)
    np.testing.assert_allclose(tree.lookup('w', 'a', S // 2)[:3, 3], [0, 8, 0])
    np.testing.assert_allclose(tree.lookup('w', 'a', 3 * S // 4)[:3, 3], [0.5, 4, 0])


def test_old_poses_are_forgotten():
    tree = tree_of(*[('a', placed(k * S // 2, 'w'), False) for k in range(100)])
    newest = 99 * S // 2
    tree.lookup('w', 'a', newest - KEPT_NS)
    with pytest.raises(NoTransformError, match='begin'):
        tree.lookup('w', 'a', newest - KEPT_NS - S)


def test_a_recording_that_begins_anew_is_not_mixed_with_the_last_one():
    tree = tree_of(*[('a', placed(k * S, 'w', (9, 9, 9)), False) for k in range(1, 5)])
    tree.add('a', placed(2 * S, 'w', (1, 0, 0)), False)
    assert 4 * S - 2 * S > JUMP_NS
    np.testing.assert_allclose(tree.lookup('w', 'a', 2 * S)[:3, 3], [1, 0, 0])
    with pytest.raises(NoTransformError):
        tree.lookup('w', 'a', 3 * S)


def test_clearing_forgets_everything(robot):
    robot.clear()
    assert robot.frames == {}


@pytest.mark.parametrize(
    ('child', 'pose'),
    [
        ('', placed(0, 'w')),
        ('a', placed(0, '')),
        ('a', placed(0, 'a')),
        ('a', placed(0, 'w', (np.nan, 0, 0))),
        ('a', placed(0, 'w', (np.inf, 0, 0))),
        ('a', placed(0, 'w', rotation=(0, 0, 0, 0))),
        ('a', placed(0, 'w', rotation=(0, 0, 0, 2))),
        ('a', placed(0, 'w', rotation=(0, np.nan, 0, 1))),
    ],
)
def test_a_pose_that_is_none_is_refused_and_changes_nothing(child, pose):
    tree = TransformTree()
    with pytest.raises(ValueError, match='transform'):
        tree.add(child, pose, False)
    assert tree.frames == {}


rotations = st.tuples(
    st.floats(-3, 3), st.tuples(*[st.floats(-1, 1)] * 3).filter(lambda v: np.linalg.norm(v) > 0.1)
).map(lambda pair: turned(pair[0], np.array(pair[1]) / np.linalg.norm(pair[1])))
positions = st.tuples(*[st.floats(-5, 5)] * 3).map(np.array)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(positions, rotations), min_size=2, max_size=7), st.data())
def test_any_frame_in_any_other_is_the_product_of_the_way_between(poses, data):
    """A random tree, frame k below an earlier one; the oracle goes through the root."""
    parents = [data.draw(st.integers(-1, k - 1)) for k in range(len(poses))]
    tree, root_T = TransformTree(), {-1: np.eye(4)}
    for k, (xyz, rotation) in enumerate(poses):
        pose = placed(S, str(parents[k]), xyz, rotation)
        tree.add(str(k), pose, data.draw(st.booleans()))
        matrix = np.eye(4)
        matrix[:3, :3], matrix[:3, 3] = matrix_from_quaternion_xyzw(rotation), xyz
        root_T[k] = root_T[parents[k]] @ matrix
    a, b = (data.draw(st.integers(-1, len(poses) - 1)) for _ in range(2))
    found = tree.lookup(str(a), str(b), S)
    np.testing.assert_allclose(found, np.linalg.inv(root_T[a]) @ root_T[b], atol=1e-9)
    np.testing.assert_allclose(found @ tree.lookup(str(b), str(a), S), np.eye(4), atol=1e-9)


@given(rotations, rotations, st.floats(0, 1))
def test_a_rotation_between_two_lies_on_the_shorter_arc(first, last, part):
    between = slerp(first, last, part)
    assert np.linalg.norm(between) == pytest.approx(1)
    angle = lambda a, b: 2 * np.arccos(min(1, abs(a @ b)))  # noqa: E731
    whole = angle(first, last)
    assert angle(first, between) == pytest.approx(part * whole, abs=1e-6)
    assert angle(between, last) == pytest.approx((1 - part) * whole, abs=1e-6)


def test_rotations_in_equal_steps_multiply_to_the_whole():
    step = matrix_from_quaternion_xyzw(slerp(turned(0.4), turned(2.4), 0.25) * 1.0)
    np.testing.assert_allclose(step, matrix_from_quaternion_xyzw(turned(0.9)), atol=1e-12)
    whole = reduce(np.matmul, [matrix_from_quaternion_xyzw(turned(0.5))] * 4)
    np.testing.assert_allclose(quaternion_xyzw_from_matrix(whole), turned(2.0), atol=1e-12)
