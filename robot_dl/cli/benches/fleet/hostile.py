"""Case `hostile`: every kind of node that takes images gets thousands that mean harm."""

import argparse
import time
from dataclasses import asdict, dataclass
from typing import Any

from robot_dl.cli.benches.asking import answer_of, ask, tell
from robot_dl.cli.benches.fleet.fleet import START_S, Fleet, fleet, is_alive
from robot_dl.cli.benches.fleet.memory import Memory, memory_of
from robot_dl.cli.benches.fleet.stations import Station, all_that_answer_a_camera
from robot_dl.cli.processes import python_module

# Before the first measurement: buffers have their size by then.
GOOD_IMAGES, GOOD_HZ = 60, 20.0
ATTACK_HZ = 400.0
LOOK_S = 0.2
# At a thousandth of this speed something hangs.
LEAST_RECEIVED_HZ = 20.0


@dataclass(frozen=True)
class State:
    """A node before or after.

    Attributes:
        pid: Its process.
        label: Its lifecycle state.
        memory: Its memory.
        received: Messages that it has been given since its start.
        processed: Images answered since then.
        errors: Messages refused since then.
    """

    pid: int
    label: str
    memory: Memory
    received: int
    processed: int
    errors: int


def hostile(args: argparse.Namespace) -> dict[str, Any]:
    """Send `args.messages` hostile messages into each node, and see what is left of it."""

    def camera(station: Station) -> list[str]:
        options = ('--topic', station.image, '--transport', station.transport)
        return python_module('robot_dl.cli.benches.fleet.attack', *options)

    with fleet(all_that_answer_a_camera(), args.model, camera) as running:
        _show_good(running)
        before = _states(running)
        _attack(running, args.messages)
        died = sum(not is_alive(state.pid) for state in before.values())
        if not died:
            _show_good(running)
        after = _states(running)
    nodes = {name: _difference(before[name], after[name]) for name in before}
    return {
        'messages': args.messages,
        'died': died,
        'not_active': sum(state.label != 'active' for state in after.values()),
        'received': min(node['received'] for node in nodes.values()),
        'growth_mib': max(node['growth_mib'] for node in nodes.values()),
        'nodes': nodes,
    }


def _show_good(running: Fleet) -> None:
    """Have every node answer images that are right: until it has, and then `GOOD_IMAGES` more."""
    ask(running.listener, 'report')
    running.wait_until(lambda: _send_good(running, 1), 'an answer of every node', START_S)
    _send_good(running, GOOD_IMAGES)


def _send_good(running: Fleet, count: int) -> bool:
    """Send that many to each node, and say whether all have answered at least once."""
    order = f'good {count} {GOOD_HZ}'
    for camera in running.cameras:
        tell(camera, order)
    for camera in running.cameras:
        answer_of(camera, order)
    return bool(ask(running.listener, 'heard'))


def _states(running: Fleet) -> dict[str, State]:
    health = running.health(time.time_ns())
    return {
        s.namespace: _state(running.wait_for_pid(s), health[s.namespace]) for s in running.stations
    }


def _state(pid: int, status: dict[str, Any]) -> State:
    return State(
        pid=pid,
        label=status['state'],
        memory=memory_of(pid),
        received=int(status['frames_received']),
        processed=int(status['frames_processed']),
        errors=int(status['errors']),
    )


def _attack(running: Fleet, messages: int) -> None:
    """Send until every node has been given that many messages, or one has died."""
    order, pids = f'attack {ATTACK_HZ}', running.pids()
    already = {n: int(h['frames_received']) for n, h in running.health(time.time_ns()).items()}
    for camera in running.cameras:
        tell(camera, order)

    def is_over() -> bool:
        if not all(map(is_alive, pids.values())):
            return True
        time.sleep(LOOK_S)
        health = running.health(0)
        return all(int(health[n]['frames_received']) >= already[n] + messages for n in already)

    running.wait_until(is_over, 'end of the attack', 30.0 + messages / LEAST_RECEIVED_HZ)
    for camera in running.cameras:
        tell(camera, 'stop')
    for camera in running.cameras:
        answer_of(camera, order)


def _difference(before: State, after: State) -> dict[str, Any]:
    return {
        'received': after.received - before.received,
        'processed': after.processed - before.processed,
        'errors': after.errors - before.errors,
        **asdict(after.memory),
        'growth_mib': round(after.memory.own_mib - before.memory.own_mib, 2),
        'shared_growth_mib': round(after.memory.shared_mib - before.memory.shared_mib, 2),
    }
