"""The processes of the benchmark of a node, and the turns that they take.

Everything is measured in turns, so that a change of the machine's speed during the run hits all
alike.
"""

import argparse
import os
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from robot_dl.cli.benches.asking import answer_of, ask, tell, wait_for_arrival
from robot_dl.cli.benches.picture import SIZE
from robot_dl.cli.benches.results import text_of
from robot_dl.cli.benches.tasks import BenchedNode
from robot_dl.cli.processes import Process, python_module, running, stack_with_sure_end
from robot_dl.ros.environment import local_environment, unused_domain, without_profile

if TYPE_CHECKING:
    from robot_dl.cli.benches.inference import BareRuntime
    from robot_dl.cli.benches.stages import Stages

NODE, SECOND, FLOOR = 'first', 'second', 'floor'
"""The namespaces: that of the node, of another one like it, and of the node that computes nothing.
Samples of what they do alone are called like them."""
TOGETHER, SECOND_TOGETHER, RAW, RESTED = 'together', 'second together', 'raw', 'rested'
CAMERA_HZ = 30.0
# Few, so that the turns lie close together.
IMAGES_PER_TURN = 5
# What came before in the turn has emptied the caches, or has let the cores fall asleep.
WARM_UP = 1
# A camera this much slower than the network leaves no queue to be measured; twice as slow for two.
REST = 2.5
# The fastest runtime's threads may spin on for some 50 ms, which would slow down what comes next.
SETTLE_S = 0.1

Samples = dict[str, list[float]]


@dataclass(frozen=True)
class Session:
    """The processes of one run in a ROS domain of their own.

    Attributes:
        source: Publishes images for every node.
        sink: Hears the answers of all.
        node: The node that is measured.
        result: Topic by which the sink calls an answer.
    """

    source: Process
    sink: Process
    node: Process
    result: str

    def ages_ms(self, namespaces: Sequence[str], rate_hz: float) -> list[list[float]]:
        """Publish a turn's images for each node at once, and return the ages of each's answers."""
        topics = ','.join(map(image_topic, namespaces))
        order = f'publish {topics} {IMAGES_PER_TURN} {rate_hz} {WARM_UP}'
        ask(self.source, order, 30.0 + IMAGES_PER_TURN / rate_hz)
        wait_for_arrival(self.sink, IMAGES_PER_TURN * len(namespaces))
        ages: Samples = ask(self.sink, 'report')
        return [ages[f'{namespace}/{self.result}'] for namespace in namespaces]


def start_to_first_s(node: BenchedNode, args: argparse.Namespace) -> float:
    """Return the time from the start of the node's process to its first answer, in seconds.

    The camera publishes all the while.
    """
    env = local_environment(unused_domain(), without_profile(os.environ))
    with stack_with_sure_end() as stack:
        source = stack.enter_context(running(source_command(node, args, NODE), env))
        sink = stack.enter_context(running(sink_command(node, NODE), env))
        ask(sink, 'count')  # It has subscribed.
        publishing = f'publish {image_topic(NODE)} {10**6} {CAMERA_HZ} 0'
        tell(source, publishing)
        started_s = time.time()
        stack.enter_context(running(node_command(node, args.model, NODE), env))
        next_answer = f'next {NODE}/{node.answer[0].topic}'
        came_s = float(ask(sink, next_answer, patience_s=60.0))
        tell(source, 'stop')
        answer_of(source, publishing)
    return came_s - started_s


def measure(
    node: BenchedNode, args: argparse.Namespace, runtime: 'BareRuntime', stages: 'Stages'
) -> tuple[Samples, dict[str, float]]:
    """Take turns for `args.seconds`.

    Returns:
        The samples in milliseconds, and the node's memory.
    """
    env = local_environment(unused_domain(), without_profile(os.environ))
    with stack_with_sure_end() as stack:

        def start(command: list[str]) -> Process:
            return stack.enter_context(running(command, env))

        first = start(node_command(node, args.model, NODE))
        start(node_command(node, args.model, SECOND))
        start(floor_command(node))
        sink = start(sink_command(node, NODE, SECOND, FLOOR))
        source = start(source_command(node, args, NODE, SECOND, FLOOR))
        session = Session(source, sink, first, node.answer[0].topic)
        ask(session.sink, 'wait', patience_s=60.0)
        ask(session.source, 'wait', patience_s=60.0)
        samples = take_turns(session, runtime, stages, args.seconds)
        return samples, memory_mb(first.pid)


def take_turns(
    session: Session, runtime: 'BareRuntime', stages: 'Stages', seconds: float
) -> Samples:
    """Measure floor, node, two nodes, runtime and stages after each other, again and again."""
    typical_ms = statistics.median(runtime.times_ms(IMAGES_PER_TURN))
    rate_hz = min(CAMERA_HZ, 1e3 / (REST * typical_ms))
    samples: Samples = {RAW: []}
    # The first turn is the warm-up.
    deadline_s, is_warm = time.monotonic() + seconds, False
    while not is_warm or not samples[RAW] or time.monotonic() < deadline_s:
        turn = one_turn(session, runtime, rate_hz)
        stages.measure(IMAGES_PER_TURN if is_warm else 0)
        for name, values in turn.items():
            samples.setdefault(name, []).extend(values if is_warm else [])
        is_warm = True
    return samples


def one_turn(session: Session, runtime: 'BareRuntime', rate_hz: float) -> Samples:
    """Return the samples of one turn."""
    (floor_ms,) = session.ages_ms([FLOOR], rate_hz)
    (total_ms,) = session.ages_ms([NODE], rate_hz)
    first_ms, second_ms = session.ages_ms([NODE, SECOND], rate_hz / 2)
    runtime.times_ms(WARM_UP)
    turn = {
        FLOOR: floor_ms,
        NODE: total_ms,
        TOGETHER: first_ms,
        SECOND_TOGETHER: second_ms,
        RAW: runtime.times_ms(IMAGES_PER_TURN),
        RESTED: runtime.times_ms(IMAGES_PER_TURN, 1 / rate_hz),
    }
    time.sleep(SETTLE_S)
    return turn


def image_topic(namespace: str) -> str:
    """Return the topic of the images for the node in a namespace."""
    return f'{namespace}/image'


def node_command(node: BenchedNode, model: str, namespace: str) -> list[str]:
    """Return the command of a node that runs `model`."""
    ros_args = ['--ros-args', '--log-level', 'warn', '-p', f'model:={model}']
    return python_module(node.kind.module, *ros_args, '-r', f'__ns:=/{namespace}')


def floor_command(node: BenchedNode) -> list[str]:
    """Return the command of the node that computes nothing."""
    topics = ['--image-topic', image_topic(FLOOR), '--answer', answer_in(FLOOR, node)]
    if node.is_calibrated:
        topics += ['--info-topic', f'{FLOOR}/camera_info']
    return python_module('robot_dl.cli.benches.floor', *topics)


def source_command(node: BenchedNode, args: argparse.Namespace, *namespaces: str) -> list[str]:
    """Return the command of the camera."""
    options = ['--image', str(args.image)] if args.image else ['--size', SIZE]
    options += ['--calibrated'] if node.is_calibrated else []
    topics = map(image_topic, namespaces)
    common = ('--topics', *topics, '--reliability', 'reliable')
    return python_module('robot_dl.cli.benches.image_source', *common, *options)


def sink_command(node: BenchedNode, *namespaces: str) -> list[str]:
    """Return the command of the subscriber."""
    answers = (answer_in(namespace, node) for namespace in namespaces)
    options = ('--reliability', 'reliable', '--answers', *answers)
    return python_module('robot_dl.cli.benches.sink', *options)


def answer_in(namespace: str, node: BenchedNode) -> str:
    """Return the topics of a node's answer as an argument of a process."""
    return text_of(tuple(result.below(namespace) for result in node.answer))


def memory_mb(pid: int) -> dict[str, float]:
    """Return the memory of a process in megabytes of 2**20 bytes: resident now, and at most."""
    lines = Path(f'/proc/{pid}/status').read_text().splitlines()
    fields = dict(line.split(':', 1) for line in lines if line.startswith('Vm'))
    names = {'peak_memory_mb': 'VmHWM', 'resident_memory_mb': 'VmRSS'}
    return {name: round(int(fields[f].split()[0]) / 1024, 1) for name, f in names.items()}
