"""The process environment in which rclpy works as our nodes need it.

Everything here must happen before rclpy is initialised: Fast DDS reads its profile once, when the
first participant is created. Nothing here imports rclpy.
"""

import os
import random
import shutil
import sys
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from robot_dl.core.share import share_file
from robot_dl.ros.shared_memory import SHARED_MEMORY

# Fast DDS 2 (Humble, Jazzy) reads the first. Fast DDS 3 (Kilted on) reads the second, and the rmw
# warns when it sees the first.
PROFILE_VARIABLES = ('FASTRTPS_DEFAULT_PROFILES_FILE', 'FASTDDS_DEFAULT_PROFILES_FILE')
FAST_DDS_2_DISTROS = ('humble', 'iron', 'jazzy')

# None named is the default, which is Fast DDS in every distribution from Humble to Kilted.
FAST_DDS = ('', 'rmw_fastrtps_cpp', 'rmw_fastrtps_dynamic_cpp')

# Each of these says how Fast DDS shall transport; a profile of ours would override it.
CHOSEN_BY_USER = (
    *PROFILE_VARIABLES,
    'FASTDDS_BUILTIN_TRANSPORTS',
    'ROS2_EASY_MODE',
    'SKIP_DEFAULT_XML',
)
# Fast DDS also reads a profile with one of these names from the working directory.
PROFILES_IN_DIRECTORY = ('DEFAULT_FASTRTPS_PROFILES.xml', 'DEFAULT_FASTDDS_PROFILES.xml')

# What four processes with the large segment need. Docker gives a container 64 MiB.
ROOMY_BYTES = 4 * 32 * 1024 * 1024

# Linux hands out ports from 32768 on to anybody; DDS domains above 101 would lie there.
LAST_DOMAIN = 101


def prepare() -> None:
    """Set what this process lacks; call it before rclpy is initialised."""
    os.environ.update(missing_variables(os.environ))


def child_environment(base: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the environment for a ROS process that we start.

    Args:
        base: What to build on; this process's environment when not given.
    """
    base = os.environ if base is None else base
    return {**base, **missing_variables(base)}


def local_environment(domain_id: int, base: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the environment for a ROS process that talks to this machine only.

    Args:
        domain_id: The ROS domain that it has for itself; see `unused_domain`.
        base: What to build on; this process's environment when not given.
    """
    chosen = dict(os.environ if base is None else base)
    chosen['ROS_DOMAIN_ID'] = str(domain_id)
    chosen['ROS_AUTOMATIC_DISCOVERY_RANGE'] = 'LOCALHOST'
    # Humble knows only this variable; later distributions warn that it is deprecated.
    chosen.pop('ROS_LOCALHOST_ONLY', None)
    if chosen.get('ROS_DISTRO') == 'humble':
        chosen['ROS_LOCALHOST_ONLY'] = '1'
    return child_environment(chosen)


def without_profile(base: Mapping[str, str]) -> dict[str, str]:
    """Return `base` without anything that chooses a Fast DDS profile or transport."""
    return {name: value for name, value in base.items() if name not in CHOSEN_BY_USER}


def missing_variables(env: Mapping[str, str]) -> dict[str, str]:
    """Return the variables to add to `env`; what the user has set is never among them."""
    return {**_profile(env), **_ament_prefix(env)}


def profile_variable(env: Mapping[str, str]) -> str:
    """Return the variable in which the installed Fast DDS looks for its profile."""
    return PROFILE_VARIABLES[0 if _has_fast_dds_2(env) else 1]


def unused_domain() -> int:
    """Return a ROS domain, 1 to 101, in which no process of this machine is listening.

    A domain owns 250 UDP ports from 7400 on (DDSI-RTPS 2.3, section 9.6.1.1).
    """
    taken = {(port - 7400) // 250 for port in _listening_udp_ports()}
    free = [domain for domain in range(1, LAST_DOMAIN + 1) if domain not in taken]
    # From the system's entropy: a seeded generator would give every test process the same domain.
    return random.SystemRandom().choice(free)


def _profile(env: Mapping[str, str]) -> dict[str, str]:
    if env.get('RMW_IMPLEMENTATION', '') not in FAST_DDS:
        return {}
    if any(env.get(name) for name in CHOSEN_BY_USER):
        return {}
    if any(Path(name).exists() for name in PROFILES_IN_DIRECTORY):
        return {}
    return {profile_variable(env): str(share_file(_profile_name(env)))}


def _profile_name(env: Mapping[str, str]) -> str:
    """Return the profile that suits this machine and the user's wish to stay on it.

    Humble's rmw expresses that wish by restricting the UDP transport that it adds itself, so an
    unrestricted one of ours would open the node to the network. From Iron on it is the discovery
    range that expresses it, and that holds for any transport.
    """
    if env.get('ROS_DISTRO') == 'humble' and env.get('ROS_LOCALHOST_ONLY') == '1':
        return 'config/fastdds_localhost.xml'
    return 'config/fastdds.xml' if _shared_memory_is_roomy() else 'config/fastdds_small.xml'


def _shared_memory_is_roomy() -> bool:
    try:
        return shutil.disk_usage(SHARED_MEMORY).free >= ROOMY_BYTES
    except OSError:  # No such file system: Fast DDS then uses UDP with either profile.
        return False


def _has_fast_dds_2(env: Mapping[str, str]) -> bool:
    if env.get('ROS_DISTRO'):
        return env['ROS_DISTRO'] in FAST_DDS_2_DISTROS
    try:
        distribution('ros-fastrtps')  # The wheel of Fast DDS 2; that of Fast DDS 3 is ros-fastdds.
    except PackageNotFoundError:
        return False
    return True


def _ament_prefix(env: Mapping[str, str]) -> dict[str, str]:
    """Return where ament finds packages when ROS was installed by pip into this Python's prefix.

    The wheels set LD_LIBRARY_PATH themselves, by executing the interpreter a second time when it
    starts, and children inherit that. This variable they leave alone.
    """
    index = Path(sys.prefix, 'share', 'ament_index', 'resource_index', 'packages', 'rclpy')
    if env.get('AMENT_PREFIX_PATH') or not index.exists():
        return {}
    return {'AMENT_PREFIX_PATH': sys.prefix}


def _listening_udp_ports() -> set[int]:
    table = Path('/proc/net/udp')
    if not table.exists():
        return set()
    rows = table.read_text().splitlines()[1:]
    return {int(row.split()[1].rpartition(':')[2], 16) for row in rows}
