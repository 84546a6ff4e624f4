"""A node that commands motion, with a wish in place of a model."""

import pytest
from toy_mover import LIMITS, MoverNode, Robot


@pytest.fixture
def robot(session):
    """Return the robot that is commanded."""
    return Robot(session)


def positions(robot):
    """Return what the robot was told, as lists."""
    return [list(msg.points[0].positions) for msg in robot.told]


def test_a_node_starts_with_the_gate_closed_and_commands_nothing(session, robot):
    session.start(MoverNode, **LIMITS)
    session.wait(lambda: robot.states, 'gate_state')
    assert robot.state() == 'closed'
    session.wait(lambda: robot.publisher.get_subscription_count(), 'ears')
    assert not robot.told


def test_an_open_gate_blends_in_from_the_measured_state(session, robot):
    session.start(MoverNode, **LIMITS, blend_in_s=0.3)
    robot.open()
    session.wait(lambda: robot.state() == 'open', 'open gate')
    assert [s.message for s in robot.states[:3]] == ['closed', 'blending', 'open']
    assert robot.told[0].joint_names == ['hip', 'knee', 'ankle']
    assert positions(robot)[0] == [0.1, 0.2, 0.3]
    session.wait(lambda: positions(robot)[-1] == [0.5, -0.5, 1.0], 'arrival')
    hips = [p[0] for p in positions(robot)]
    assert hips == sorted(hips)
