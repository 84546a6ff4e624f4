"""The robot in the rooms: driving, bumping, scanning; the map, the plan and those who walk."""

from collections.abc import Iterator

import numpy as np
import pytest

pytest.importorskip('mujoco')

from robot_dl.sim.rooms.drive import DriveLimits
from robot_dl.sim.rooms.layout import corners, free_floor, furnish, is_connected, stamp
from robot_dl.sim.rooms.lidar import LidarSpec
from robot_dl.sim.rooms.model import ROBOT_RADIUS_M
from robot_dl.sim.rooms.occupancy import Occupancy
from robot_dl.sim.rooms.plan import draw_plan
from robot_dl.sim.rooms.walks import Walk, Walker
from robot_dl.sim.worlds.rooms import RoomsWorld

SIZE_HW = (24, 32)


@pytest.fixture
def world() -> Iterator[RoomsWorld]:
    with RoomsWorld(3, SIZE_HW) as opened:
        opened._crowd.walkers = []
        yield opened


def place(world: RoomsWorld, x: float, y: float, yaw: float) -> None:
    world._state.qpos[:3], world._state.qvel[:3] = [x, y, yaw], 0.0


def drive(world: RoomsWorld, speed: float, turn: float, seconds: float) -> bool:
    """Drive, with a command every 0.1 s; return whether anything was touched."""
    touched = False
    for _ in range(round(10 * seconds)):
        world.command(speed, turn)
        world.step(0.1)
        touched |= world.has_touched
    return touched


def all_free(known: Occupancy, xs: np.ndarray, ys: np.ndarray) -> bool:
    return all(known.is_free(x, y) for x, y in zip(xs.flat, ys.flat, strict=True))


def clear_line(world: RoomsWorld, length_m: float) -> tuple[float, float, float]:
    """Return a pose from which the true map is free for a length and a robot's width."""
    free, rng = world.occupancy(0.05), np.random.default_rng(0)
    wide, deep = np.array(free.cells.shape[::-1]) * free.resolution_m
    along, across = np.meshgrid(np.arange(-0.3, length_m + 0.3, 0.04), np.arange(-0.3, 0.3, 0.04))
    for _ in range(5000):
        x, y, yaw = rng.uniform([0, 0, -np.pi], [wide, deep, np.pi])
        c, s = np.cos(yaw), np.sin(yaw)
        if all_free(free, x + c * along - s * across, y + s * along + c * across):
            return x, y, yaw
    raise AssertionError('no room to drive')


def wall_ahead(world: RoomsWorld) -> tuple[float, float, float, float]:
    """Return a place 0.8 m before a bare outer wall: x, y, yaw, and the wall's x."""
    free = world.occupancy(0.05)
    for y in np.arange(0.5, free.cells.shape[0] * 0.05 - 0.5, 0.05):
        xs, ys = np.meshgrid(np.arange(0.08, 1.4, 0.04), np.arange(y - 0.3, y + 0.3, 0.04))
        if all_free(free, xs, ys):
            return 0.86, float(y), np.pi, 0.06
    raise AssertionError('no bare wall')


def test_two_metres_ahead_are_two_metres_and_odometry_agrees_within_its_drift(
    world: RoomsWorld,
) -> None:
    x, y, yaw = clear_line(world, 2.2)
    place(world, x, y, yaw)
    assert not drive(world, 0.4, 0.0, 5.0)
    world.step(1.5)
    after = world.true_motion().pose
    way = np.hypot(after.x - x, after.y - y)
    # 5 s at 0.4 m/s, less the start; then the command runs out 0.5 s after the last one, which
    # was 0.1 s old already, and it brakes.
    assert way == pytest.approx(0.4 * 5.0 + 0.4 * 0.4, abs=0.03)
    assert after.yaw == pytest.approx(yaw, abs=0.01)
    believed = world.odometry()
    assert believed.pose.x == pytest.approx(way, abs=0.06)
    assert abs(believed.pose.y) < 0.25
    assert (believed.pose.x, believed.pose.y) != (way, 0.0)


def test_the_robot_stops_when_commands_stop(world: RoomsWorld) -> None:
    """Trap 19: the last velocity kept after the publisher died."""
    place(world, *clear_line(world, 1.5))
    drive(world, 0.4, 0.0, 1.0)
    assert world.true_motion().speed_mps == pytest.approx(0.4, abs=0.01)
    world.step(DriveLimits().timeout_s + 0.4)
    stopped = world.true_motion()
    assert stopped.speed_mps == pytest.approx(0.0, abs=1e-3)
    world.step(1.0)
    assert world.true_motion().pose.x == pytest.approx(stopped.pose.x, abs=1e-3)


def test_turning_on_the_spot_turns_left_for_a_positive_command(world: RoomsWorld) -> None:
    x, y, yaw = clear_line(world, 0.5)
    place(world, x, y, yaw)
    drive(world, 0.0, 1.0, 2.0)
    after = world.true_motion()
    assert after.pose.yaw - yaw == pytest.approx(2.0 - 0.1, abs=0.05)
    assert np.hypot(after.pose.x - x, after.pose.y - y) < 0.01
    assert after.turn_radps == pytest.approx(1.0, abs=0.02)


def test_a_wall_stops_the_robot_and_its_wheels_believe_otherwise(world: RoomsWorld) -> None:
    x, y, yaw, wall_x = wall_ahead(world)
    place(world, x, y, yaw)
    assert drive(world, 0.5, 0.0, 4.0)
    pose = world.true_motion().pose
    # The skirting is 8 mm thick, but nothing bumps into it; the contact is soft by millimetres.
    assert pose.x == pytest.approx(wall_x + ROBOT_RADIUS_M, abs=0.01)
    assert world.odometry().pose.x > 1.5
    assert drive(world, -0.5, 0.0, 1.5)
    assert not drive(world, 0.0, 0.0, 0.5)
    assert world.true_motion().pose.x > pose.x + 0.3


def test_a_beam_to_a_wall_is_as_long_as_geometry_says(world: RoomsWorld) -> None:
    x, y, yaw, wall_x = wall_ahead(world)
    place(world, x, y, yaw)
    ranges, angles = world.scan(), world.lidar.angles_rad
    near = np.abs(angles) < 0.25
    expected = (x - wall_x) / np.cos(angles[near])
    assert np.abs(ranges[near] - expected).max() < 5 * world.lidar.noise_m
    assert ranges.shape == (360,)
    assert ranges.dtype == np.float32


def test_the_same_moment_gives_the_same_scan_and_another_one_other_noise(
    world: RoomsWorld,
) -> None:
    first = world.scan()
    np.testing.assert_array_equal(first, world.scan())
    world.step(0.005)
    later = world.scan()
    assert np.mean(first != later) > 0.5
    finite = np.isfinite(first) & np.isfinite(later)
    assert np.median(np.abs(first - later)[finite]) < 0.05


@pytest.mark.parametrize(
    ('true_m', 'measured'),
    [(0.05, -np.inf), (8.1, np.inf), (np.inf, np.inf), (7.999, 8.0), (2.0, 2.0)],
)
def test_ranges_keep_to_rep_117(true_m: float, measured: float) -> None:
    lidar = LidarSpec(noise_m=1e-6)
    (found,) = lidar.measured(np.array([true_m]), np.random.default_rng(0))
    assert found == pytest.approx(measured, abs=2e-3)
    noisy = LidarSpec(noise_m=0.5).measured(np.full(1000, 7.9), np.random.default_rng(0))
    assert noisy.max() == noisy[np.isfinite(noisy)].max() <= np.float32(8.0)


def test_what_the_lidar_hits_is_not_free_in_the_map(world: RoomsWorld) -> None:
    for view in range(5):
        world.rearrange(view)
        world._crowd.walkers = []
        for name in range(len(world._floor.obstacles)):
            number = world._model.body(f'obstacle_{name}').mocapid[0]
            world._state.mocap_pos[number] = [0, 0, -20]
        pose, ranges, known = world.true_motion().pose, world.scan(), world.occupancy(0.05)
        angles = (world.lidar.angles_rad + pose.yaw)[np.isfinite(ranges)]
        ranges = ranges[np.isfinite(ranges)]
        near_hit = np.zeros(len(ranges), bool)
        for slack in np.linspace(-0.1, 0.1, 9):
            ends = pose.x + (ranges + slack) * np.cos(angles)
            tops = pose.y + (ranges + slack) * np.sin(angles)
            near_hit |= [not known.is_free(x, y) for x, y in zip(ends, tops, strict=True)]
        assert near_hit.mean() > 0.98
        assert known.is_free(pose.x, pose.y)


def test_a_map_needs_a_positive_resolution(world: RoomsWorld) -> None:
    with pytest.raises(ValueError, match='resolution_m: expected more than 0, got 0'):
        world.occupancy(0.0)


def test_a_coarser_map_shows_the_same_floor(world: RoomsWorld) -> None:
    fine, coarse = world.occupancy(0.025), world.occupancy(0.1)
    assert set(np.unique(fine.cells)) == {0, 100}
    assert abs((fine.cells == 0).mean() - (coarse.cells == 0).mean()) < 0.12


def test_every_floor_can_be_walked_from_end_to_end() -> None:
    for seed in range(60):
        rng = np.random.default_rng(seed)
        plan = draw_plan(rng)
        assert max(plan.size_m) <= 14.0
        reached = {0}
        for _ in plan.cells:
            for gap in plan.openings:
                if gap.is_needed and reached & set(gap.edge.cells):
                    reached |= set(gap.edge.cells)
        assert reached == set(range(len(plan.cells)))


def test_furniture_leaves_a_way_to_every_needed_opening() -> None:
    for seed in range(20):
        rng = np.random.default_rng(seed)
        plan = draw_plan(rng)
        free = free_floor(plan)
        for thing in furnish(rng, plan):
            free &= ~stamp(free.shape, corners(thing.piece.half_xy, thing.x, thing.y, thing.yaw))
        assert is_connected(free, plan)


def test_a_walker_goes_to_and_fro_at_its_speed() -> None:
    walker = Walker(Walk(np.array([[0.0, 0.0], [1.0, 0.0]]), 0.5), 0.3, 0.0)
    xs = []
    for _ in range(1200):
        walker.advance(0.01, [])
        xs.append(walker.x)
    assert max(xs) == pytest.approx(1.0)
    assert min(xs[300:]) == pytest.approx(0.0)
    assert np.abs(np.diff(xs)).max() == pytest.approx(0.005)


def test_a_walker_waits_before_the_robot_and_turns_back() -> None:
    walker = Walker(Walk(np.array([[0.0, 0.0], [3.0, 0.0]]), 0.5), 0.3, 0.0)
    robot = (1.5, 0.0, ROBOT_RADIUS_M)
    xs = []
    for _ in range(1000):
        walker.advance(0.01, [robot])
        xs.append(walker.x)
    assert 1.5 - max(xs) > 0.3 + ROBOT_RADIUS_M + 0.1
    assert min(xs[500:]) < 0.1, 'it has gone back'


def test_those_who_walk_never_push_the_robot() -> None:
    for seed in range(6):
        with RoomsWorld(seed, SIZE_HW) as world:
            before = world.true_motion().pose
            for _ in range(100):
                world.step(0.2)
                assert not world.has_touched
            after = world.true_motion().pose
            assert np.hypot(after.x - before.x, after.y - before.y) < 1e-6
            moved = [w for w in world._crowd.walkers if w._way_m > 0 or w._sense < 0]
            assert moved, 'nobody walks'


def test_the_same_seed_and_commands_end_at_the_same_place() -> None:
    ends = []
    for parts in (10, 20):
        with RoomsWorld(4, SIZE_HW) as world:
            for _ in range(parts):
                world.command(0.3, 0.4)
                world.step(4.0 / parts)
            ends.append((world.true_motion().pose, world.odometry().pose))
    assert ends[0] == ends[1]


def test_frames_lead_from_the_map_to_where_the_camera_really_is(world: RoomsWorld) -> None:
    place(world, *clear_line(world, 1.0))
    drive(world, 0.3, 0.5, 1.0)
    frames = {child: (parent, pose) for parent, child, pose, _ in world.frames()}
    pose, frame = np.eye(4), 'camera_optical_frame'
    while frame != 'odom':
        frame, step = frames[frame]
        pose = step @ pose
    found = world.map_T_odom() @ pose
    np.testing.assert_allclose(found, world.world_T_camera_optical(), atol=1e-9)
    assert frames['laser'][0] == 'base_link'
