"""`robot_dl bench policy`: how long a robot waits for the command that answers its joint states.

The real policy node, with its gate open and its own process, beside a bare rclpy node that echoes
positions: the robot publishes joint states from a third process and hears the commands. Both take
turns, so that a change of the machine's speed during the run hits both.
"""

import argparse
import json
import math
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml

from robot_dl.bringup.catalogue import node_kinds
from robot_dl.cli.arguments import output_file, positive
from robot_dl.cli.benches.asking import ask
from robot_dl.cli.benches.control.network import CARRIER, JOINTS, write_policy
from robot_dl.cli.benches.control.summary import Samples, Summary, ratios, summary
from robot_dl.cli.benches.goals import CORES, POLICY, as_json, judged, verdict_lines
from robot_dl.cli.benches.machine import machine, versions
from robot_dl.cli.processes import Process, python_module, running, stack_with_sure_end
from robot_dl.ros.environment import local_environment, unused_domain, without_profile
from robot_dl.ros.shared_memory import remove_dead_segments

POLICY_NODE, ECHO = 'policy', 'echo'
TURN_S = 5.0
PATIENCE_S = 60.0
GOAL_HZ = 500.0
"""What the goals are for, on `CORES` cores."""
ORDER = JOINTS[::-1]
"""The controller's own: not the policy's, so that joints must be matched by name."""
PARAMS = {
    'output': 'commands',
    'joints': list(ORDER),
    'position_low': [-3.0],
    'position_high': [3.0],
    'velocity_max': [10.0],
    'acceleration_max': [1e4],
}
"""Limits that a punctual robot never reaches: what they would change answers no tick."""

HEADING = '          p50 ms   p99 ms   max ms   missed    ticks     late unanswered'


@dataclass(frozen=True)
class Lane:
    """One program that answers.

    Attributes:
        name: The namespace of its topics.
        command: What runs it.
        place: Where the carrier stands in its commands.
        is_gated: Whether its gate must be opened.
    """

    name: str
    command: list[str]
    place: int
    is_gated: bool


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument('--json', type=output_file, help='write the results to this file')
    parser.add_argument('--rate', type=positive, default=GOAL_HZ, help='ticks per second (500)')
    seconds = 'time for the policy node, and as much for the echo (30)'
    parser.add_argument('--seconds', type=positive, default=30.0, help=seconds)


def run(args: argparse.Namespace) -> int:
    """Measure, print a table, and write the JSON."""
    found = measure(args.rate, args.seconds)
    node, echo = found[POLICY_NODE], found[ECHO]
    times = ratios(node, echo)
    is_goal = args.rate == GOAL_HZ and len(os.sched_getaffinity(0)) == CORES
    results = {f'latency_ms.{name}': ms for name, ms in node.latency_ms.items()}
    verdicts = judged(POLICY if is_goal else (), {**results, 'missed': node.missed})
    print('\n'.join([*table(found), times_line(times), *verdict_lines(verdicts)]))
    if args.json:
        content = {
            **node.as_json(),
            ECHO: echo.as_json(),
            'ratio': times,
            'goals': as_json(verdicts),
            'rate_hz': args.rate,
            'params': PARAMS,
            'machine': machine(),
            'versions': versions(),
        }
        args.json.write_text(json.dumps(content, indent=2) + '\n')
    return 0


def measure(rate_hz: float, seconds: float) -> dict[str, Summary]:
    """Return what came of the ticks of each lane."""
    env = local_environment(unused_domain(), without_profile(os.environ))
    try:
        with deployed_policy(rate_hz) as params, stack_with_sure_end() as stack:
            lanes = (echo_lane(), policy_lane(params))
            names = [lane.name for lane in lanes]
            command = python_module('robot_dl.cli.benches.control.robot', '--lanes', *names)
            robot = stack.enter_context(running(command, env))
            for lane in lanes:
                wait_for(robot, lane, stack.enter_context(running(lane.command, env)))
            return take_turns(robot, lanes, rate_hz, seconds)
    finally:
        remove_dead_segments()


def wait_for(robot: Process, lane: Lane, process: Process) -> None:
    """Return when the program of a lane hears the robot, and is heard.

    Raises:
        OSError: If it ends, or takes too long.
    """
    deadline_s = time.monotonic() + PATIENCE_S
    while not ask(robot, f'look {lane.name}'):
        if process.poll() is not None:
            raise OSError(f'{lane.name}: its process ended with code {process.returncode}')
        if time.monotonic() > deadline_s:
            raise OSError(f'{lane.name}: not on its topics within {PATIENCE_S:g} s')


def take_turns(
    robot: Process, lanes: Sequence[Lane], rate_hz: float, seconds: float
) -> dict[str, Summary]:
    """Give each lane its turn, again and again, for so many seconds each.

    Raises:
        OSError: If somebody does not answer.
    """
    turns = math.ceil(seconds / TURN_S)
    ticks = max(1, round(seconds / turns * rate_hz))
    samples = {lane.name: Samples() for lane in lanes}
    for _ in range(turns):
        for lane in lanes:
            samples[lane.name].add(turn(robot, lane, ticks, rate_hz))
    return {name: summary(found) for name, found in samples.items()}


def turn(robot: Process, lane: Lane, ticks: int, rate_hz: float) -> Samples:
    """Return what came of one turn of a lane.

    Raises:
        OSError: If it does not answer; the message says why, as far as is known.
    """
    with opened(robot, lane, rate_hz):
        order = f'turn {lane.name} {lane.place} {ticks} {rate_hz}'
        came = ask(robot, order, patience_s=PATIENCE_S + 2 * ticks / rate_hz)
    if isinstance(came, str):
        raise OSError(f'{lane.name}: expected a command for each tick, got {came}')
    return Samples(**came)


@contextmanager
def opened(robot: Process, lane: Lane, rate_hz: float) -> Iterator[None]:
    """Keep the gate of a lane open."""
    if lane.is_gated and (reason := ask(robot, f'open {lane.name} {rate_hz}', PATIENCE_S)):
        raise OSError(f'{lane.name}: the gate does not open: {reason}')
    yield
    if lane.is_gated:
        ask(robot, f'shut {lane.name} {rate_hz}', PATIENCE_S)


@contextmanager
def deployed_policy(rate_hz: float) -> Iterator[Path]:
    """Yield a file of parameters for the node, beside the policy that it names."""
    with TemporaryDirectory(prefix='robot_dl-bench-') as name:
        folder = Path(name)
        write_policy(folder, rate_hz)
        path = folder / 'params.yaml'
        params: dict[str, Any] = {'model': name, **PARAMS}
        path.write_text(yaml.safe_dump({'/**': {'ros__parameters': params}}), encoding='utf-8')
        yield path


def policy_lane(params: Path) -> Lane:
    """Return the lane of the real node."""
    module = node_kinds()['policy_node'].module
    options = ['--log-level', 'warn', '--params-file', str(params)]
    command = python_module(module, '--ros-args', *options, '-r', f'__ns:=/{POLICY_NODE}')
    return Lane(POLICY_NODE, command, ORDER.index(CARRIER), is_gated=True)


def echo_lane() -> Lane:
    """Return the lane of the echo, which answers in the order of the joint states."""
    command = python_module('robot_dl.cli.benches.control.echo', '--lane', ECHO)
    return Lane(ECHO, command, JOINTS.index(CARRIER), is_gated=False)


def table(found: dict[str, Summary]) -> list[str]:
    """Return the lines of the table for the terminal."""
    return [HEADING, *(row(name, came) for name, came in found.items())]


def row(name: str, came: Summary) -> str:
    """Return one line of the table."""
    times = ('-' if ms is None else f'{ms:.3f}' for ms in came.latency_ms.values())
    missed = '-' if came.missed is None else f'{came.missed:.3%}'
    counts = f'{came.ticks:>8} {came.late:>8} {came.unanswered:>10}'
    return f'{name:<8}' + ''.join(f'{ms:>8} ' for ms in times) + f'{missed:>8} {counts}'


def times_line(times: dict[str, float | None]) -> str:
    """Return how many times as long as the echo the node takes."""
    words = (f'{name} {"-" if x is None else f"{x:.2f}"}' for name, x in times.items())
    return f'ratio policy / echo: {", ".join(words)}'
