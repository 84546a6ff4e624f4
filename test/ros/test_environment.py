"""The environment of our processes, first as values, then as Fast DDS sees it."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from robot_dl.core.share import share_file
from robot_dl.ros import environment
from robot_dl.ros.environment import (
    CHOSEN_BY_USER,
    PROFILE_VARIABLES,
    child_environment,
    local_environment,
    missing_variables,
    unused_domain,
    without_profile,
)

FAST_DDS_2, FAST_DDS_3 = PROFILE_VARIABLES
ROOT = Path(__file__).parents[2]
DOMAIN = unused_domain()

NODE = """
import rclpy
rclpy.init()
node = rclpy.create_node('look')
print(open('/proc/self/maps').read())
print(open('/proc/net/udp').read(), flush=True)
node.destroy_node()
rclpy.shutdown()
"""


@pytest.fixture(autouse=True)
def _away_from_profiles_and_with_memory(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(environment, 'ROOMY_BYTES', 0)


@pytest.mark.parametrize(
    ('distro', 'variable'),
    [
        ('humble', FAST_DDS_2),
        ('jazzy', FAST_DDS_2),
        ('kilted', FAST_DDS_3),
        ('rolling', FAST_DDS_3),
    ],
)
def test_each_distribution_gets_the_variable_that_its_fast_dds_reads(distro, variable):
    added = missing_variables({'ROS_DISTRO': distro, 'AMENT_PREFIX_PATH': '/opt/ros'})
    assert added == {variable: str(share_file('config/fastdds.xml'))}


@pytest.mark.parametrize('name', CHOSEN_BY_USER)
def test_what_the_user_chose_stays_and_nothing_is_added(name):
    env = {name: 'mine.xml', 'AMENT_PREFIX_PATH': '/opt/ros'}
    assert child_environment(env) == env


def test_another_middleware_gets_no_profile_and_fast_dds_by_name_does():
    assert not set(missing_variables({'RMW_IMPLEMENTATION': 'rmw_cyclonedds_cpp'})) & set(
        PROFILE_VARIABLES
    )
    assert set(missing_variables({'RMW_IMPLEMENTATION': 'rmw_fastrtps_cpp'})) & set(
        PROFILE_VARIABLES
    )


@pytest.mark.parametrize('name', environment.PROFILES_IN_DIRECTORY)
def test_a_profile_in_the_working_directory_is_a_choice_too(tmp_path, name):
    (tmp_path / name).write_text('<dds/>')
    assert not set(missing_variables({})) & set(PROFILE_VARIABLES)


def test_little_shared_memory_takes_the_small_segments(monkeypatch):
    monkeypatch.setattr(environment, 'ROOMY_BYTES', 1 << 60)
    added = missing_variables({'ROS_DISTRO': 'kilted'})
    assert added[FAST_DDS_3] == str(share_file('config/fastdds_small.xml'))


def test_ament_prefix_is_the_python_prefix_only_where_ros_was_installed_there(
    monkeypatch, tmp_path
):
    monkeypatch.setattr(sys, 'prefix', str(tmp_path))
    assert 'AMENT_PREFIX_PATH' not in missing_variables({})
    index = tmp_path / 'share/ament_index/resource_index/packages/rclpy'
    index.parent.mkdir(parents=True)
    index.touch()
    assert missing_variables({})['AMENT_PREFIX_PATH'] == str(tmp_path)
    assert 'AMENT_PREFIX_PATH' not in missing_variables({'AMENT_PREFIX_PATH': '/opt/ros/kilted'})


def test_local_environment_stays_on_this_machine_in_each_distribution():
    kilted = local_environment(7, {'ROS_DISTRO': 'kilted', 'ROS_LOCALHOST_ONLY': '0'})
    assert kilted['ROS_DOMAIN_ID'] == '7'
    assert kilted['ROS_AUTOMATIC_DISCOVERY_RANGE'] == 'LOCALHOST'
    assert 'ROS_LOCALHOST_ONLY' not in kilted
    humble = local_environment(7, {'ROS_DISTRO': 'humble'})
    assert humble['ROS_LOCALHOST_ONLY'] == '1'
    assert humble[FAST_DDS_2] == str(share_file('config/fastdds_localhost.xml'))


def test_environment_without_profile_keeps_everything_else():
    base = dict.fromkeys(CHOSEN_BY_USER, 'x')
    assert without_profile({**base, 'HOME': '/root'}) == {'HOME': '/root'}


def test_an_unused_domain_has_ports_below_those_that_linux_hands_out(monkeypatch):
    taken = [7400 + 250 * domain for domain in range(1, 101)]
    monkeypatch.setattr(environment, '_listening_udp_ports', lambda: set(taken))
    assert unused_domain() == 101


LOCALHOST_ONLY = '<interfaceWhiteList><address>127.0.0.1</address></interfaceWhiteList>'


def look(profile: str, **changes: str) -> subprocess.CompletedProcess[str]:
    env = local_environment(DOMAIN, without_profile(os.environ))
    variable = next(name for name in PROFILE_VARIABLES if name in env)
    env |= {variable: str(ROOT / 'config' / profile), **changes}
    command = [sys.executable, '-c', NODE]
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize(
    ('profile', 'mib'),
    [('fastdds.xml', 32), ('fastdds_small.xml', 8), ('fastdds_localhost.xml', 32)],
)
def test_fast_dds_accepts_each_profile_and_maps_a_segment_of_its_size(profile, mib):
    seen = look(profile)
    assert seen.returncode == 0
    assert 'Error' not in seen.stderr
    spans = re.findall(r'^(\w+)-(\w+) rw.*/dev/shm/fast\w+_\w{16}$', seen.stdout, re.M)
    sizes_mib = [(int(end, 16) - int(start, 16)) / 2**20 for start, end in spans]
    assert mib <= max(sizes_mib) < 1.1 * mib  # Fast DDS adds its bookkeeping.


def test_the_profiles_differ_only_in_what_they_are_for():
    """A node that comes back must be found as soon with each of them."""
    parts = {
        'fastdds_small.xml': ('8388608', '33554432'),
        'fastdds_localhost.xml': (LOCALHOST_ONLY, ''),
    }
    wanted = uncommented('fastdds.xml')
    for name, (part, instead) in parts.items():
        assert part in uncommented(name)
        assert uncommented(name).replace(part, instead) == wanted


def uncommented(profile: str) -> str:
    text = re.sub(r'<!--.*?-->', '', (ROOT / 'config' / profile).read_text(), flags=re.S)
    return ''.join(text.split())


@pytest.mark.parametrize(('range_', 'expected'), [('LOCALHOST', False), ('SUBNET', True)])
def test_the_profile_leaves_the_discovery_range_to_the_user(range_, expected):
    """Only a participant that wants to be found by other machines opens the multicast port."""
    seen = look('fastdds.xml', ROS_AUTOMATIC_DISCOVERY_RANGE=range_)
    multicast_port = 7400 + 250 * DOMAIN
    assert (f':{multicast_port:04X} ' in seen.stdout) == expected
