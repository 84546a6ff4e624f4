"""The world `balance`: held, released, balanced or fallen; and moving as mechanics says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip('mujoco')

from robot_dl.core.motion import Setpoint
from robot_dl.sim.balance.encoders import NOISE
from robot_dl.sim.worlds import find_world
from robot_dl.sim.worlds.balance import (
    BALANCED_S,
    COMMAND_TIMEOUT_S,
    EFFORT_N,
    FALLEN_RAD,
    RAIL_M,
    TIMESTEP_S,
    BalanceWorld,
)

GRAVITY = 9.81
GAINS = np.array([3.2, 40.0, 4.5, 10.3])
"""Of a linear-quadratic regulator for the cart-pole in the middle of the ranges."""


@pytest.fixture
def world() -> BalanceWorld:
    return BalanceWorld(3)


def push(newtons: float) -> Setpoint:
    return Setpoint('effort', ('slider',), np.array([newtons]))


def let_go(world: BalanceWorld, state: tuple[float, float, float, float]) -> None:
    """Begin the episode with another start than the drawn one."""
    world.build = replace(world.build, start=state)
    world._state.qpos[:] = state[:2]


def run(world: BalanceWorld, act: Callable[[BalanceWorld], float], seconds: float = 25.0) -> None:
    while world.time_s < seconds and not world.outcome().is_over:
        world.command(push(act(world)))
        world.step(0.02)


def regulate(world: BalanceWorld) -> float:
    found = world.readings()
    measured = np.concatenate([found['joint_positions'], found['joint_velocities']])
    return float(np.clip(GAINS @ measured, -EFFORT_N, EFFORT_N))


def test_the_world_is_found_by_its_name() -> None:
    assert find_world('balance') is BalanceWorld


def test_the_same_seed_and_view_give_the_same_readings_and_others_do_not() -> None:
    seen = []
    for seed, view in ((3, 0), (3, 0), (4, 0), (3, 1)):
        world = BalanceWorld(seed, view=view)
        run(world, regulate, 0.5)
        seen.append(world.readings()['joint_positions'])
    np.testing.assert_array_equal(seen[0], seen[1])
    assert not np.allclose(seen[0], seen[2])
    assert not np.allclose(seen[0], seen[3])


def test_an_arrangement_does_not_depend_on_those_before_it() -> None:
    world = BalanceWorld(3)
    world.rearrange(1)
    run(world, regulate, 1.0)
    world.rearrange(0)
    fresh = BalanceWorld(3)
    for one in (world, fresh):
        run(one, regulate, 1.0)
    np.testing.assert_array_equal(world.true_state(), fresh.true_state())


def test_until_the_first_command_the_pole_is_held_and_time_goes_on(world: BalanceWorld) -> None:
    before = world.true_state()
    world.step(3.0)
    np.testing.assert_array_equal(world.true_state(), before)
    assert world.time_s == pytest.approx(3.0)
    assert not world.has_begun
    assert world.outcome().state == 'waiting'


def test_a_pole_that_nobody_balances_falls_and_stays_fallen(world: BalanceWorld) -> None:
    run(world, lambda _: 0.0)
    outcome = world.outcome()
    assert (outcome.state, outcome.reason) == ('failed', 'the pole has fallen')
    assert abs(outcome.facts['pole_rad']) > FALLEN_RAD
    world.step(1.0)
    assert world.outcome() is outcome


def test_a_cart_that_is_only_pushed_leaves_the_rail_or_drops_the_pole(
    world: BalanceWorld,
) -> None:
    let_go(world, (RAIL_M - 0.05, 0.0, 1.5, 0.0))
    run(world, lambda _: 0.0)
    assert world.outcome().reason == 'the cart is at the end of the rail'


@pytest.mark.parametrize('seed', range(8))
def test_a_regulator_balances_any_cart_and_pole_for_twenty_seconds(seed: int) -> None:
    world = BalanceWorld(seed)
    world.step(0.5)
    run(world, regulate)
    assert world.outcome().state == 'succeeded'
    assert world.outcome().facts['survived_s'] == pytest.approx(BALANCED_S, abs=0.02)
    assert world.time_s == pytest.approx(0.5 + BALANCED_S, abs=0.02)


def accelerations(world: BalanceWorld, effort: float) -> tuple[float, float]:
    """Return those of slider and pole by Florian, "Correct equations for the dynamics of the
    cart-pole system" (2007), equations 23 and 24 without friction.

    The rotor of the motor moves with the cart, and the pole's own thickness counts for little.
    """
    build = world.build
    _, angle, _, turn = world.true_state()
    cart = build.cart_kg + float(world._model.dof_armature[0])
    total, half = cart + build.pole_kg, build.length_m / 2
    pushed = effort + build.pole_kg * half * turn**2 * np.sin(angle)
    bends = GRAVITY * np.sin(angle) - np.cos(angle) * pushed / total
    bends /= half * (4 / 3 - build.pole_kg * np.cos(angle) ** 2 / total)
    return (pushed - build.pole_kg * half * bends * np.cos(angle)) / total, bends


@pytest.mark.parametrize('seed', range(5))
@pytest.mark.parametrize('effort', [-8.0, 0.0, 5.0])
def test_without_friction_it_moves_as_the_equations_of_the_cart_pole_say(
    seed: int, effort: float
) -> None:
    world = BalanceWorld(seed)
    ideal = replace(world.build, slider_damping=0.0, slider_friction=0.0, hinge_damping=0.0)
    ideal = replace(ideal, gain=1.0)
    ideal.into(world._model)
    let_go(world, (0.1, 0.15, -0.3, 0.8))
    world.command(push(effort))
    world.step(TIMESTEP_S)
    before = world.true_state()
    slide, bend = accelerations(world, effort)
    world.step(TIMESTEP_S)
    found = (world.true_state() - before)[2:] / TIMESTEP_S
    np.testing.assert_allclose(found, [slide, bend], rtol=0.03, atol=0.02)


def test_the_motor_gives_no_more_than_it_can(world: BalanceWorld) -> None:
    twin = BalanceWorld(3)
    for one, newtons in ((world, EFFORT_N), (twin, 50 * EFFORT_N)):
        one.command(push(newtons))
        one.step(0.1)
    np.testing.assert_array_equal(world.true_state(), twin.true_state())
    assert twin.groups[''].breaches.count == 1


def test_the_motor_gives_nothing_once_commands_have_stopped(world: BalanceWorld) -> None:
    """Trap 19."""
    world.command(push(5.0))
    for _ in range(round(COMMAND_TIMEOUT_S / 0.02)):
        world.step(0.02)
    assert world.joint_efforts()['slider'] == 5.0
    world.step(0.02)
    world.step(0.02)
    assert world.joint_efforts()['slider'] == 0.0


def test_sensors_are_as_noisy_as_they_say_and_say_the_same_when_asked_again() -> None:
    world = BalanceWorld(5)
    errors = []
    for _ in range(800):
        world.step(TIMESTEP_S)
        found = world.readings()
        again = world.readings()
        np.testing.assert_array_equal(found['joint_positions'], again['joint_positions'])
        seen = np.concatenate([found['joint_positions'], found['joint_velocities']])
        errors.append(seen - world.true_state())
    np.testing.assert_allclose(np.std(errors, axis=0), NOISE, rtol=0.1)
    assert np.mean(errors, axis=0)[1] == pytest.approx(world.build.bias_rad, abs=3e-4)


@pytest.mark.parametrize(
    ('setpoint', 'message'),
    [
        (Setpoint('position', ('slider',), np.zeros(1)), 'expected a setpoint of kind effort'),
        (Setpoint('effort', ('pole',), np.zeros(1)), 'expected a setpoint for slider, got pole'),
        (push(np.nan), 'expected finite numbers'),
    ],
)
def test_a_command_that_makes_no_sense_is_refused(
    world: BalanceWorld, setpoint: Setpoint, message: str
) -> None:
    """Trap 20."""
    with pytest.raises(ValueError, match=message):
        world.command(setpoint)
    assert not world.has_begun


def test_the_frames_are_where_the_joints_are(world: BalanceWorld) -> None:
    let_go(world, (0.4, 0.1, 0.0, 0.0))
    frames = {child: matrix for _, child, matrix, _ in world.frames()}
    assert frames['cart'][0, 3] == pytest.approx(0.4)
    # A lean to the right is a positive turn about y (REP-103): the pole's own z leans along x.
    np.testing.assert_allclose(frames['pole'][:3, 2], [np.sin(0.1), 0, np.cos(0.1)], atol=1e-9)


def test_the_camera_sees_the_cart_where_it_is(world: BalanceWorld) -> None:
    middles = []
    for slider_m in (-0.8, 0.8):
        let_go(world, (slider_m, 0.0, 0.0, 0.0))
        red, _, blue = world.render_rgb().astype(int).transpose(2, 0, 1)
        rows, columns = np.nonzero(blue - red > 60)
        assert len(rows) > 100, 'the blue cart is not in the picture'
        middles.append(np.median(columns))
    assert middles[1] - middles[0] > 200
    world.close()
