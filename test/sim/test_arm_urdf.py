"""The URDF of the arm: what the simulated arm is, and what the command gate reads."""

from xml.etree import ElementTree as Xml

import numpy as np
import pytest

pytest.importorskip('mujoco')

from toy_kinematics import chain_of_urdf, tree

from robot_dl.cli.configs import urdf_path
from robot_dl.safety.urdf import limits_from_urdf
from robot_dl.sim.arm.links import ARM_LIMITS, LINKS
from robot_dl.sim.arm.urdf import arm_urdf
from robot_dl.sim.controllers.limits import column
from robot_dl.sim.worlds.arm import ArmWorld

NAMES = tuple(one.name for one in ARM_LIMITS)


@pytest.mark.parametrize('view', [0, 1, 2])
def test_the_frames_are_those_of_the_urdf(view):
    with ArmWorld(3, view=view) as world:
        frames, text, joints = world.frames(), world.urdf(), world.joint_positions()
    poses = tree(frames)
    expected = chain_of_urdf(text, joints)
    back = np.linalg.inv(poses['base_link'])
    assert {'tool0', 'tcp', 'link_6', 'left_finger', 'right_finger'} < set(expected)
    for link, pose in expected.items():
        np.testing.assert_allclose(back @ poses[link], pose, atol=1e-6, err_msg=link)


def test_the_urdf_has_every_limit_of_the_numbers_and_the_finger_that_follows():
    robot = Xml.fromstring(arm_urdf())
    for link in LINKS:
        limit = robot.find(f"joint[@name='{link.limits.name}']/limit").attrib
        found = [float(limit[k]) for k in ('lower', 'upper', 'velocity', 'acceleration', 'effort')]
        most = link.limits
        assert found == [most.low, most.high, most.velocity, most.acceleration, most.effort]
    mimic = robot.find("joint[@name='right_finger_joint']/mimic")
    assert mimic.get('joint') == 'left_finger_joint'


def test_the_file_in_config_is_what_is_generated():
    assert urdf_path().read_text(encoding='utf-8') == arm_urdf(), 'run: make tables'


def test_the_command_gate_reads_the_limits_of_the_urdf():
    found = limits_from_urdf(urdf_path(), NAMES[::-1])
    for ours, name in (
        ('position_low', 'low'),
        ('position_high', 'high'),
        ('velocity', 'velocity'),
        ('effort', 'effort'),
    ):
        np.testing.assert_array_equal(getattr(found, ours), column(ARM_LIMITS, name)[::-1])


def test_the_urdf_weighs_what_the_simulated_arm_weighs():
    masses = [float(m.get('value')) for m in Xml.fromstring(arm_urdf()).iter('mass')]
    solids = [solid.mass_kg for link in LINKS for solid in link.solids]
    assert sum(masses) == pytest.approx(sum(solids) + 3.0 + 0.55)
    for inertia in Xml.fromstring(arm_urdf()).iter('inertia'):
        i = {k: float(v) for k, v in inertia.attrib.items()}
        matrix = np.array(
            [
                [i['ixx'], i['ixy'], i['ixz']],
                [i['ixy'], i['iyy'], i['iyz']],
                [i['ixz'], i['iyz'], i['izz']],
            ]
        )
        moments = np.linalg.eigvalsh(matrix)
        assert moments[0] > 0
        assert moments[2] <= moments[0] + moments[1] + 1e-9, 'no body has such an inertia'
