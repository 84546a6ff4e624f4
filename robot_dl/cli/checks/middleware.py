"""ROS: distribution, messages, middleware, its profile, and shared memory."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from robot_dl.cli.checks.finding import Finding, broken, fine, note
from robot_dl.cli.checks.libraries import importable
from robot_dl.core.share import share_file
from robot_dl.ros.environment import PROFILE_VARIABLES, prepare
from robot_dl.ros.shared_memory import SHARED_MEMORY

MESSAGES = ('sensor_msgs', 'vision_msgs', 'diagnostic_msgs', 'std_srvs', 'tf2_msgs')
LEAST_SHM_MIB = 128
# DDSI-RTPS 2.3, section 9.6.1.1: the ports of the next one are above 65535.
GREATEST_DOMAIN = 232
NO_SUCH_RMW = 'unset RMW_IMPLEMENTATION, or install what it names'
PATIENCE_S = 30.0


def check_ros() -> list[Finding]:
    """Check rclpy, the middleware and the messages, as a node of ours would see them."""
    prepare()
    if reason := why_ros_ends_us():
        return [broken('rmw', reason, NO_SUCH_RMW)]
    rclpy = importable('rclpy')
    if isinstance(rclpy, str):
        remedy = "source /opt/ros/$ROS_DISTRO/setup.bash   (or: pip install 'robot_dl[ros]')"
        return [broken('ros', rclpy, remedy)]
    distribution = os.environ.get('ROS_DISTRO')
    source = f'{distribution}, sourced' if distribution else 'wheels from PyPI'
    return [fine('ros', source), check_rmw(), *check_messages()]


def why_ros_ends_us() -> str:
    """Return what rcl says when its import ends the process; empty where it does not.

    rcl calls `exit` if RMW_IMPLEMENTATION names a middleware that is not there, so a process of
    its own has to find that out.
    """
    if not os.environ.get('RMW_IMPLEMENTATION'):
        return ''
    command = [sys.executable, '-c', 'import rclpy.node']
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    if done.returncode in (0, 1):  # 1: a Python exception, which `importable` tells of
        return ''
    last = (done.stderr.strip().splitlines() or [f'ended with code {done.returncode}'])[-1]
    return last.partition(']: ')[2] or last


def check_rmw() -> Finding:
    """Check which middleware a node gets."""
    try:
        from rclpy.utilities import get_rmw_implementation_identifier

        name = str(get_rmw_implementation_identifier())
    except Exception as error:  # a missing library shows only here
        return broken('rmw', str(error), NO_SUCH_RMW)
    if not name.startswith('rmw_fastrtps'):
        return note('rmw', name, 'see its own documentation for large messages such as images')
    return fine('rmw', name)


def check_messages() -> list[Finding]:
    """Check that the messages our topics use are there."""
    missing = [name for name in MESSAGES if isinstance(importable(f'{name}.msg'), str)]
    missing = [
        m for m in missing if m != 'std_srvs' or isinstance(importable('std_srvs.srv'), str)
    ]
    if missing:
        packages = ' '.join(f'ros-$ROS_DISTRO-{name.replace("_", "-")}' for name in missing)
        return [broken('messages', f'missing: {", ".join(missing)}', f'apt install {packages}')]
    return [fine('messages', ', '.join(MESSAGES))]


def check_domain() -> Finding:
    """Check in which domain a node would be, and whom it could discover there."""
    domain = os.environ.get('ROS_DOMAIN_ID') or '0'
    if not domain.isdecimal() or int(domain) > GREATEST_DOMAIN:
        text = f'ROS_DOMAIN_ID is {domain!r}; expected a number from 0 to {GREATEST_DOMAIN}'
        return broken('domain', text, 'unset ROS_DOMAIN_ID, or set it alike on all machines')
    reach = os.environ.get('ROS_AUTOMATIC_DISCOVERY_RANGE', '').lower() or 'default'
    if os.environ.get('ROS_LOCALHOST_ONLY') == '1':
        reach = 'localhost'
    return fine('domain', f'{domain}, discovery range {reach}')


def check_profile() -> Finding:
    """Check whether images travel by the bundled Fast DDS profile."""
    prepare()
    chosen = {name: os.environ[name] for name in PROFILE_VARIABLES if os.environ.get(name)}
    if not chosen:
        return note(
            'dds profile',
            'not active: another middleware or another transport was chosen',
            'unset RMW_IMPLEMENTATION and FASTDDS_BUILTIN_TRANSPORTS to use the bundled profile',
        )
    name, path = next(iter(chosen.items()))
    if not Path(path).is_file():
        return broken('dds profile', f'{name} names {path}, which is no file', f'unset {name}')
    if Path(path).parent == share_file('config'):
        return fine('dds profile', f'active, {path}')
    return note('dds profile', f'your own, {path}', 'it needs SHM with a large segment for images')


def check_shared_memory() -> Finding:
    """Check that the large segments fit into /dev/shm."""
    if not SHARED_MEMORY.is_dir():
        return note(
            'shared memory', f'no {SHARED_MEMORY}', 'images go by UDP; mount a tmpfs there'
        )
    space = shutil.disk_usage(SHARED_MEMORY)
    text = f'{space.free >> 20} of {space.total >> 20} MiB free'
    if space.free >> 20 < LEAST_SHM_MIB:
        remedy = 'docker run --shm-size=512m   (on a machine: robot_dl doctor after a reboot)'
        return note('shared memory', text, remedy)
    return fine('shared memory', text)
