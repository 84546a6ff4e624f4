"""What policies might have done in a demo, made without a simulator."""

import numpy as np

from robot_dl.cli.demos.policy.act import Act, Stop
from robot_dl.cli.rollouts.episode import FAILED, SUCCEEDED, Episode
from robot_dl.cli.rollouts.trace import Trace

FACTS = {
    'command': 'robot_dl demo policy --seed 0',
    'seed': 0,
    'speed': 4.0,
    'seconds': 30.0,
    'transport': 'rmw_fastrtps_cpp with shared memory',
    'machine': {'processor': 'a processor', 'cores': 2},
    'versions': {'robot_dl': '1', 'mujoco': '4'},
}


def trace(joints=('slider', 'pole'), commanded=('slider',), seconds=4.0, rate_hz=50.0):
    """Return an episode in which the joints swing."""
    times = np.arange(0, seconds, 1 / rate_hz)
    positions = [(t, {n: np.sin(t + i) / (i + 1) for i, n in enumerate(joints)}) for t in times]
    commands = [(t, {n: np.cos(5 * t + i) for i, n in enumerate(commanded)}) for t in times]
    states = [(0.0, 'closed'), (0.1, 'blending'), (0.4, 'open'), (seconds - 0.5, 'stopping')]
    pictures = [(t, np.full((48, 64, 3), 40 + 60 * i, np.uint8)) for i, t in enumerate((0, 1, 2))]
    return Trace(positions, commands, states, pictures)


def stop(**changes):
    """Return what a good emergency stop does."""
    values = {
        'trace': trace(),
        'at_s': 2.0,
        'state_ms': 3.2,
        'stop_ms': 2.9,
        'settled_ms': 2.9,
        'silent_ms': 512.0,
        'told': {'slider': 0.0},
        'travel': {'slider': 0.01, 'pole': 0.2},
        'commands': 26,
        'refusal': 'the emergency stop is pressed',
        'resumed': 0,
    }
    return Stop(**{**values, **changes})


def act(**changes):
    """Return what a good policy does."""
    episodes = [Episode(seed, SUCCEEDED, 20.0, 0, {'reach_m': 0.3}) for seed in range(3)]
    values = {
        'model': {'name': 'balance_ppo', 'description': 'It balances <a pole>.', 'license': 'X'},
        'world': 'balance',
        'kind': 'effort',
        'topic': 'commands',
        'rate_hz': 50.0,
        'episodes': episodes,
        'trace': trace(),
        'stop': stop(),
        'decision_ms': {'p50': 1.2, 'p95': 2.5},
        'status': {'gate': 'closed'},
    }
    return Act(**{**values, **changes})


def failed(seed=0):
    """Return an episode that did not go well."""
    return Episode(seed, FAILED, 3.0, 0, gate={'clipped_velocity': 3})
