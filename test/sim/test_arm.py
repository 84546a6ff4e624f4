"""The world with the arm: its motion and its episodes."""

from pathlib import Path

import numpy as np
import pytest
import yaml

pytest.importorskip('mujoco')

from toy_kinematics import chain_of_urdf, tree

from robot_dl.core.motion import Setpoint
from robot_dl.sim.arm.links import ARM, ARM_LIMITS, HOME, STATE_ORDER
from robot_dl.sim.arm.tasks import AREA_HIGH_M, AREA_LOW_M, LEAST_WAY_M
from robot_dl.sim.controllers.limits import column
from robot_dl.sim.worlds.arm import HOLD_S, REACHED_M, ArmWorld

ROOT = Path(__file__).parents[2]
NAMES = tuple(one.name for one in ARM_LIMITS)


@pytest.fixture(scope='module')
def shared():
    with ArmWorld(3) as world:
        yield world


@pytest.fixture
def world(shared):
    shared.rearrange(0)
    return shared


def joints_of(world):
    table = world.joint_positions()
    return np.array([table[name] for name in NAMES])


def send(world, joints_rad):
    world.command(Setpoint('position', NAMES, np.asarray(joints_rad, float)))


def test_the_deployment_has_the_limits_of_the_arm():
    text = (ROOT / 'config/deployments/arm.yaml').read_text(encoding='utf-8')
    given = yaml.safe_load(text)['nodes'][1]['params']
    assert tuple(given['joints']) == NAMES
    for ours, name in (
        ('position_low', 'low'),
        ('position_high', 'high'),
        ('velocity_max', 'velocity'),
        ('acceleration_max', 'acceleration'),
    ):
        np.testing.assert_array_equal(given[ours], column(ARM_LIMITS, name))


def test_joint_states_are_in_another_order_than_the_controllers(world):
    """Trap 18: whoever assumes the order moves the wrong joint here."""
    order = [name for name in world.joint_positions() if name in NAMES]
    assert sorted(order) == sorted(NAMES)
    assert order != list(NAMES)
    assert set(world.joint_positions()) == set(STATE_ORDER) == set(world.joint_efforts())


def test_without_commands_the_arm_stays_where_it_is_against_gravity(world):
    before = joints_of(world)
    world.step(2.0)
    np.testing.assert_allclose(joints_of(world), before, atol=1e-6)
    assert (world.outcome().state, world.has_begun) == ('waiting', False)


def test_a_command_is_followed_by_the_joints_of_its_names(world):
    goal = np.clip(joints_of(world) + 0.1 * np.array([1, -1, 1, -1, 1, -1]), -1.9, 1.9)
    shuffled = NAMES[::-1]
    world.command(Setpoint('position', shuffled, goal[::-1]))
    world.step(1.5)
    np.testing.assert_allclose(joints_of(world), goal, atol=5e-3)


def test_the_servos_do_no_more_than_the_motors_can(world):
    send(world, HOME)
    most = column(ARM_LIMITS, 'effort')
    for _ in range(30):
        world.step(0.01)
        efforts = world.joint_efforts()
        assert all(abs(efforts[n]) <= m + 1e-9 for n, m in zip(NAMES, most, strict=True))


def test_the_fingers_move_together(world):
    world.groups['gripper'].command([0.035], world.time_s)
    world.step(1.0)
    found = world.joint_positions()
    assert found['left_finger_joint'] == pytest.approx(0.035, abs=1e-3)
    assert found['right_finger_joint'] == pytest.approx(0.035, abs=1e-3)
    assert not world.has_begun, 'the gripper alone is no beginning'


def test_the_table_stops_the_arm(world):
    send(world, HOME)
    world.step(1.0)
    send(world, (0.0, 1.3, 1.5, 0.0, 0.0, 0.0))
    world.step(2.0)
    tcp = tree(world.frames())['tcp'][:3, 3] - tree(world.frames())['table'][:3, 3]
    assert tcp[2] > -0.02
    assert world.outcome().facts['touched_s'] > 0.5


def test_the_same_seed_and_view_give_the_same_episode_and_others_another():
    with ArmWorld(5, view=2) as one, ArmWorld(5) as other:
        starts = joints_of(other)
        other.rearrange(2)
        for world in (one, other):
            send(world, HOME)
            world.step(0.5)
        assert one.joint_positions() == other.joint_positions()
        np.testing.assert_array_equal(one.goal()[1], other.goal()[1])
        assert abs(joints_of(one) - starts).max() > 0.01


def test_goals_can_be_reached_without_touching_anything(shared):
    for view in range(30):
        shared.rearrange(view)
        frame, pose = shared.goal()
        assert frame == 'base_link'
        assert (pose[:3, 3] >= AREA_LOW_M).all()
        assert (pose[:3, 3] <= AREA_HIGH_M).all()
        assert shared.distance_m >= LEAST_WAY_M
        assert shared._state.ncon == 0
        start = joints_of(shared)
        assert (start >= column(ARM_LIMITS, 'low')).all()
        assert (start <= column(ARM_LIMITS, 'high')).all()


def test_the_goal_in_tcp_is_the_goal_in_base_link_seen_from_there(world):
    readings = world.readings()
    poses = tree(world.frames())
    base_T_tcp = np.linalg.inv(poses['base_link']) @ poses['tcp']
    expected = base_T_tcp @ readings['goals']['tcp']
    np.testing.assert_allclose(expected, readings['goals']['base_link'], atol=1e-9)
    assert np.linalg.norm(readings['goals']['tcp'][:3, 3]) == pytest.approx(world.distance_m)


def solved(world):
    """Return joints [6] that bring `tcp` to the goal: damped least squares on the URDF alone."""
    text, table = world.urdf(), world.joint_positions()
    joints, goal = joints_of(world), world.goal()[1][:3, 3]

    def tip(values):
        return chain_of_urdf(text, {**table, **dict(zip(NAMES, values, strict=True))})['tcp'][
            :3, 3
        ]

    for _ in range(60):
        way = goal - tip(joints)
        if np.linalg.norm(way) < 1e-4:
            break
        columns = [(tip(joints + 1e-6 * one) - tip(joints)) / 1e-6 for one in np.eye(6)]
        slopes = np.array(columns).T
        step = slopes.T @ np.linalg.solve(slopes @ slopes.T + 1e-4 * np.eye(3), way)
        joints = joints + np.clip(step, -0.2, 0.2)
    return joints


def test_who_holds_the_tip_at_the_goal_succeeds_and_it_stays_so(world):
    goal, start = solved(world), joints_of(world)
    for k in range(1, 131):
        send(world, start + (goal - start) * min(k / 100, 1))
        world.step(0.02)
        if world.outcome().is_over:
            break
    outcome = world.outcome()
    assert outcome.state == 'succeeded'
    assert outcome.facts['distance_m'] <= REACHED_M
    assert HOLD_S <= outcome.facts['elapsed_s'] < world.episode_s
    send(world, HOME)
    world.step(3.0)
    assert world.outcome().state == 'succeeded'


def test_who_only_passes_the_goal_does_not_succeed(world, monkeypatch):
    monkeypatch.setattr('robot_dl.sim.worlds.arm.HOLD_S', 10.0)
    goal = solved(world)
    send(world, goal)
    world.step(4.8)
    assert world.outcome().state == 'running'
    assert world.distance_m < REACHED_M
    world.step(0.3)
    outcome = world.outcome()
    assert outcome.state == 'failed'
    assert 'not within 0.02 m' in outcome.reason


def test_time_does_not_count_before_the_first_command(world):
    world.step(60.0)
    assert world.outcome().state == 'waiting'
    send(world, joints_of(world))
    world.step(world.episode_s - 0.02)
    assert world.outcome().state == 'running'
    world.step(0.02)
    assert world.outcome().state == 'failed'


def test_no_camera_is_opened_until_somebody_wants_a_picture(monkeypatch):
    def refuse(*_):
        raise RuntimeError('no OpenGL here')

    monkeypatch.setattr('robot_dl.sim.worlds.control.Offscreen', refuse)
    with ArmWorld(1, (48, 64)) as world:
        world.step(0.1)
        assert world.pinhole.size_hw == (48, 64)
        assert 'camera_optical_frame' in tree(world.frames())
        with pytest.raises(RuntimeError, match='no OpenGL'):
            world.render_rgb()


@pytest.mark.slow
def test_the_picture_shows_the_goal_where_the_frames_say():
    with ArmWorld(5, (240, 320)) as world:
        poses = tree(world.frames())
        goal = poses['base_link'] @ world.goal()[1]
        at = (np.linalg.inv(poses['camera_optical_frame']) @ goal)[:3, 3]
        u, v = (world.pinhole.matrix @ (at / at[2]))[:2].round().astype(int)
        red, green, blue = world.render_rgb()[v, u].astype(int)
        assert green > red + 20
        assert green > blue + 20
        assert world.render_depth()[v, u] == pytest.approx(at[2] - REACHED_M, abs=0.01)


def test_every_limit_of_the_arm_leaves_room_to_work():
    for link in ARM:
        most = link.limits
        assert most.low < HOME[ARM.index(link)] < most.high
        assert min(most.velocity, most.acceleration, most.effort) > 0
