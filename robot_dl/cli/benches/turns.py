"""The processes of the detection benchmark, and the turns that they take.

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
from robot_dl.cli.processes import Process, python_module, running, stack_with_sure_end
from robot_dl.ros.environment import local_environment, unused_domain, without_profile

if TYPE_CHECKING:
    from robot_dl.cli.benches.inference import BareRuntime
    from robot_dl.cli.benches.stages import Stages

IMAGE, RESULT = 'image', 'detections'
SECOND_IMAGE, SECOND_RESULT = 'second/image', 'second/detections'
FLOOR_IMAGE, FLOOR_RESULT = 'floor/image', 'floor/detections'
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
        node: The detection node.
    """

    source: Process
    sink: Process
    node: Process

    def ages_ms(
        self, image_topics: Sequence[str], result_topics: Sequence[str], rate_hz: float
    ) -> list[list[float]]:
        """Publish a turn's images on each topic, and return the ages of each topic's answers."""
        order = f'publish {",".join(image_topics)} {IMAGES_PER_TURN} {rate_hz} {WARM_UP}'
        ask(self.source, order, 30.0 + IMAGES_PER_TURN / rate_hz)
        wait_for_arrival(self.sink, IMAGES_PER_TURN * len(image_topics))
        ages: Samples = ask(self.sink, 'report')
        return [ages[topic] for topic in result_topics]


def start_to_first_s(args: argparse.Namespace) -> float:
    """Return the time from the start of the node's process to its first answer, in seconds.

    The camera publishes all the while.
    """
    env = local_environment(unused_domain(), without_profile(os.environ))
    with stack_with_sure_end() as stack:
        source = stack.enter_context(running(source_command(args, IMAGE), env))
        sink = stack.enter_context(running(sink_command(RESULT), env))
        ask(sink, 'count')  # It has subscribed.
        publishing = f'publish {IMAGE} {10**6} {CAMERA_HZ} 0'
        tell(source, publishing)
        started_s = time.time()
        stack.enter_context(running(node_command(args.model), env))
        came_s = float(ask(sink, f'next {RESULT}', patience_s=60.0))
        tell(source, 'stop')
        answer_of(source, publishing)
    return came_s - started_s


def measure(
    args: argparse.Namespace, runtime: 'BareRuntime', stages: 'Stages'
) -> tuple[Samples, float]:
    """Take turns for `args.seconds`.

    Returns:
        The samples in milliseconds, and the detection node's peak memory.
    """
    env = local_environment(unused_domain(), without_profile(os.environ))
    with stack_with_sure_end() as stack:

        def start(command: list[str]) -> Process:
            return stack.enter_context(running(command, env))

        node = start(node_command(args.model))
        start(node_command(args.model, 'second'))
        start(floor_command())
        sink = start(sink_command(RESULT, SECOND_RESULT, FLOOR_RESULT))
        source = start(source_command(args, IMAGE, SECOND_IMAGE, FLOOR_IMAGE))
        session = Session(source, sink, node)
        ask(session.sink, 'wait', patience_s=60.0)
        ask(session.source, 'wait', patience_s=60.0)
        samples = take_turns(session, runtime, stages, args.seconds)
        return samples, peak_memory_mb(node.pid)


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
        stages.detect(IMAGES_PER_TURN if is_warm else 0)
        for name, values in turn.items():
            samples.setdefault(name, []).extend(values if is_warm else [])
        is_warm = True
    return samples


def one_turn(session: Session, runtime: 'BareRuntime', rate_hz: float) -> Samples:
    """Return the samples of one turn."""
    (floor_ms,) = session.ages_ms([FLOOR_IMAGE], [FLOOR_RESULT], rate_hz)
    (total_ms,) = session.ages_ms([IMAGE], [RESULT], rate_hz)
    topics = ([IMAGE, SECOND_IMAGE], [RESULT, SECOND_RESULT])
    first_ms, second_ms = session.ages_ms(*topics, rate_hz / 2)
    runtime.times_ms(WARM_UP)
    turn = {
        FLOOR_RESULT: floor_ms,
        RESULT: total_ms,
        TOGETHER: first_ms,
        SECOND_TOGETHER: second_ms,
        RAW: runtime.times_ms(IMAGES_PER_TURN),
        RESTED: runtime.times_ms(IMAGES_PER_TURN, 1 / rate_hz),
    }
    time.sleep(SETTLE_S)
    return turn


def node_command(model: str, namespace: str = '') -> list[str]:
    """Return the command of a detection node."""
    ros_args = ['--ros-args', '--log-level', 'warn', '-p', f'model:={model}']
    if namespace:
        ros_args += ['-r', f'__ns:=/{namespace}']
    return python_module('robot_dl.nodes.detection_node', *ros_args)


def floor_command() -> list[str]:
    """Return the command of the node that does nothing."""
    topics = ('--image-topic', FLOOR_IMAGE, '--result-topic', FLOOR_RESULT)
    return python_module('robot_dl.cli.benches.floor', *topics)


def source_command(args: argparse.Namespace, *topics: str) -> list[str]:
    """Return the command of the camera."""
    image = ('--image', str(args.image)) if args.image else ('--size', SIZE)
    options = ('--reliability', 'reliable', *image)
    return python_module('robot_dl.cli.benches.image_source', '--topics', *topics, *options)


def sink_command(*topics: str) -> list[str]:
    """Return the command of the subscriber."""
    options = ('--reliability', 'reliable', '--type', 'detections')
    return python_module('robot_dl.cli.benches.sink', '--topics', *topics, *options)


def peak_memory_mb(pid: int) -> float:
    """Return the most memory that a process has had resident, in megabytes of 2**20 bytes."""
    status = Path(f'/proc/{pid}/status').read_text()
    kilobytes = next(line.split()[1] for line in status.splitlines() if line.startswith('VmHWM'))
    return int(kilobytes) / 1024
