"""Parameters and URDFs become the limits of a gate."""

import numpy as np
import pytest

from robot_dl.core.command_params import GateParams
from robot_dl.core.params import ParamError
from robot_dl.safety.params import gate_config
from robot_dl.safety.urdf import MOST_BYTES, UrdfError, limits_from_urdf

URDF = """<?xml version="1.0"?>
<robot name="arm">
  <link name="base"/>
  <joint name="hip" type="revolute">
    <limit lower="-1.5" upper="1.5" velocity="2.0" effort="30"/>
    <safety_controller soft_lower_limit="-1.2" soft_upper_limit="2.0" k_velocity="1"/>
  </joint>
  <joint name="wheel" type="continuous"><limit velocity="8" effort="0"/></joint>
  <joint name="slide" type="prismatic"><limit upper="0.4" velocity="0" effort="5"/></joint>
  <joint name="rigid" type="fixed"/>
  <ros2_control name="x" type="system">
    <joint name="hip"><limit lower="-9" upper="9" velocity="9" effort="9"/></joint>
    <joint name="ghost"/>
  </ros2_control>
</robot>
"""


@pytest.fixture
def urdf(tmp_path):
    """Return the path of a description."""
    path = tmp_path / 'arm.urdf'
    path.write_text(URDF)
    return str(path)


def test_a_urdf_gives_the_limits_of_joints_in_the_order_asked_for(urdf):
    limits = limits_from_urdf(urdf, ('slide', 'hip', 'wheel'))
    assert limits.position_low.tolist() == [0.0, -1.2, -np.inf]
    assert limits.position_high.tolist() == [0.4, 1.5, np.inf]
    assert limits.velocity == pytest.approx([np.nan, 2.0, 8.0], nan_ok=True)
    assert limits.effort == pytest.approx([5.0, 30.0, np.nan], nan_ok=True)
    assert np.isnan(limits.acceleration).all()


@pytest.mark.parametrize(
    ('name', 'reason'),
    [
        ('hips', "unknown joint 'hips'. Did you mean 'hip'?"),
        ('ghost', "unknown joint 'ghost'"),
        ('rigid', 'joint rigid is fixed, and cannot be commanded'),
    ],
)
def test_a_joint_that_cannot_be_commanded_is_named(urdf, name, reason):
    with pytest.raises(UrdfError, match=reason.replace('?', r'\?')):
        limits_from_urdf(urdf, (name,))


@pytest.mark.parametrize(
    ('text', 'reason'),
    [
        ('', 'not XML: no element found'),
        ('<robot>', 'not XML'),
        ('<robot/>', 'expected <robot> with joints, found none$'),
        ('<world><joint name="hip"/></world>', 'expected <robot> with joints'),
        (
            '<robot xmlns:xacro="http://wiki.ros.org/xacro"><xacro:arm/></robot>',
            'found none; expand it by xacro first',
        ),
        ('<!DOCTYPE robot [<!ENTITY a "b">]><robot>&a;</robot>', 'a URDF has no DOCTYPE'),
        (
            '<robot><joint name="hip" type="revolute"><limit velocity="fast"/></joint></robot>',
            "velocity='fast' is not a number",
        ),
    ],
)
def test_what_is_no_urdf_is_refused(tmp_path, text, reason):
    path = tmp_path / 'x.urdf'
    path.write_text(text)
    with pytest.raises(UrdfError, match=reason):
        limits_from_urdf(path, ('hip',))


def test_a_file_that_is_too_large_is_not_read(tmp_path):
    path = tmp_path / 'large.urdf'
    with path.open('wb') as file:
        file.truncate(MOST_BYTES + 1)
    with pytest.raises(UrdfError, match='bytes are too many'):
        limits_from_urdf(path, ('hip',))


def test_the_tighter_of_parameter_and_urdf_holds(urdf):
    params = GateParams(
        urdf=urdf, position_low=(-2.0,), position_high=(1.0, 3.0), velocity_max=(5.0,)
    )
    limits = gate_config(params, 'position', ('hip', 'wheel'), ()).limits
    assert limits.position_low.tolist() == [-1.2, -2.0]
    assert limits.position_high.tolist() == [1.0, 3.0]
    assert limits.velocity.tolist() == [2.0, 5.0]


def test_lists_are_in_the_order_of_the_controller():
    params = GateParams(joints=('b', 'a'), effort_max=(1.0, 2.0))
    config = gate_config(params, 'effort', ('a', 'b'), ('joint_states', 'imu'))
    assert config.names == ('b', 'a')
    assert config.limits.effort.tolist() == [1.0, 2.0]
    assert config.input_timeouts == {'joint_states': 0.2, 'imu': 0.2}


@pytest.mark.parametrize(
    ('kind', 'stop'), [('position', 'hold'), ('velocity', 'zero'), ('effort', 'zero')]
)
def test_the_usual_stop_fits_the_kind(kind, stop):
    """Trap 17: stop = zeros, so that an arm that is commanded positions slams."""
    assert gate_config(GateParams(), kind, ('a',), ()).stop_behaviour == stop


@pytest.mark.parametrize(
    ('kind', 'params', 'reason'),
    [
        ('position', GateParams(stop='zero'), 'a position of zero is a place to go to'),
        ('position', GateParams(stop='ramp_to_zero'), 'no stop; take hold'),
        ('twist', GateParams(stop='hold'), 'hold keeps a position, and is for positions only'),
        ('position', GateParams(joints=('b',)), "unknown joint 'b'"),
    ],
)
def test_what_does_not_fit_is_refused(kind, params, reason):
    names = ('linear.x', 'linear.y', 'angular.z') if kind == 'twist' else ('a',)
    with pytest.raises(ParamError, match=reason):
        gate_config(params, kind, names, ())
