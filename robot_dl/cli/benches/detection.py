"""`robot_dl bench detection`: what the node costs beyond the network and the transport.

    overhead_ratio = (end_to_end_ms - transport_floor_ms) / raw_inference_ms

`raw_inference_ms` is the bare runtime called again and again; `raw_at_camera_rate_ms` is the same
with the rest between two images of a camera, in which caches forget. `end_to_end_ms` is the age
of the detections at a subscriber in a third process, and `transport_floor_ms` the same for a node
that answers with an empty array. Everything is measured in turns, so that a change of the
machine's speed during the run hits all alike.
"""

import argparse
import json
import os
import statistics
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from robot_dl.cli.arguments import output_file, positive, whole
from robot_dl.cli.benches.asking import answer_of, ask, tell, wait_for_arrival
from robot_dl.cli.benches.machine import machine, versions
from robot_dl.cli.benches.models import PREFIX, WIDTHS, model_folder
from robot_dl.cli.benches.percentiles import percentile
from robot_dl.cli.benches.picture import SIZE
from robot_dl.cli.processes import Process, python_module, running, stack_with_sure_end
from robot_dl.ros.environment import local_environment, unused_domain, without_profile
from robot_dl.ros.shared_memory import remove_dead_segments

if TYPE_CHECKING:
    from robot_dl.cli.benches.inference import BareRuntime, Stages

IMAGE, RESULT = 'image', 'detections'
FLOOR_IMAGE, FLOOR_RESULT = 'floor/image', 'floor/detections'
CAMERA_HZ = 30.0
# Few, so that the turns of the three lie close together.
IMAGES_PER_TURN = 5
# A camera this much slower than the network leaves no queue to be measured.
REST = 2.5
# The fastest runtime's threads may spin on for some 50 ms, which would slow down what comes next.
SETTLE_S = 0.1


@dataclass(frozen=True)
class Session:
    """The processes of one run in a ROS domain of their own.

    Attributes:
        source: Publishes images for the detection node and for the node that does nothing.
        sink: Hears the answers of both.
        node: The detection node.
    """

    source: Process
    sink: Process
    node: Process

    def ages_ms(self, image_topic: str, result_topic: str, rate_hz: float) -> list[float]:
        """Publish a turn's images on one topic, and return the ages of the answers."""
        order = f'publish {image_topic} {IMAGES_PER_TURN} {rate_hz} 0'
        ask(self.source, order, 30.0 + IMAGES_PER_TURN / rate_hz)
        wait_for_arrival(self.sink, IMAGES_PER_TURN)
        ages: dict[str, list[float]] = ask(self.sink, 'report')
        return ages[result_topic]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    known = ' or '.join(PREFIX + name for name in WIDTHS)
    parser.add_argument('--json', type=output_file, help='write the results to this file')
    parser.add_argument('--model', default='tabletop_detector', help=f'name, folder, or {known}')
    parser.add_argument('--image', type=Path, help='image to detect in; noise by default')
    parser.add_argument('--seconds', type=positive, default=30.0, help='time for the turns (30)')
    parser.add_argument('--starts', type=whole(0), default=3, help='starts to time (3)')


def run(args: argparse.Namespace) -> int:
    """Measure, print a table, and write the JSON."""
    with model_folder(args.model) as args.model:
        return measure_all(args)


def measure_all(args: argparse.Namespace) -> int:
    """Do what `run` does, for a model that the node can open."""
    from robot_dl.cli.benches.inference import fastest_runtime, open_stages

    stages = open_stages(args.model, SIZE, args.image)
    runtime = fastest_runtime(stages.detector.card, stages.tensor())
    try:
        starts_s = [start_to_first_s(args) for _ in range(args.starts)]
        samples, peak_mb = measure(args, runtime, stages)
    finally:
        remove_dead_segments()
    results = summary(samples, stages, starts_s, peak_mb)
    print(table(results))
    if args.json:
        context = {
            'model': stages.detector.card.name,
            'raw_settings': {'threads': runtime.threads, 'waiting': runtime.waiting},
            'images': len(samples[RESULT]),
            'machine': machine(),
            'versions': versions(),
        }
        args.json.write_text(json.dumps({**results, **context}, indent=2) + '\n')
    return 0


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
) -> tuple[dict[str, list[float]], float]:
    """Take turns for `args.seconds`.

    Returns:
        The samples in milliseconds by result topic, 'raw' and 'rested'; the node's peak memory.
    """
    env = local_environment(unused_domain(), without_profile(os.environ))
    with stack_with_sure_end() as stack:

        def start(command: list[str]) -> Process:
            return stack.enter_context(running(command, env))

        node = start(node_command(args.model))
        start(floor_command())
        sink = start(sink_command(RESULT, FLOOR_RESULT))
        session = Session(start(source_command(args, IMAGE, FLOOR_IMAGE)), sink, node)
        ask(session.sink, 'wait', patience_s=60.0)
        ask(session.source, 'wait', patience_s=60.0)
        samples = take_turns(session, runtime, stages, args.seconds)
        return samples, peak_memory_mb(node.pid)


def take_turns(
    session: Session, runtime: 'BareRuntime', stages: 'Stages', seconds: float
) -> dict[str, list[float]]:
    """Measure floor, node, runtime and stages after each other, again and again."""
    rate_hz = min(CAMERA_HZ, 1e3 / (REST * statistics.median(runtime.times_ms(IMAGES_PER_TURN))))
    samples: dict[str, list[float]] = {RESULT: [], FLOOR_RESULT: [], 'raw': [], 'rested': []}
    # The first turn is the warm-up.
    deadline_s, is_warm = time.monotonic() + seconds, False
    while not is_warm or not samples['raw'] or time.monotonic() < deadline_s:
        floor_ms = session.ages_ms(FLOOR_IMAGE, FLOOR_RESULT, rate_hz)
        turn = {FLOOR_RESULT: floor_ms, RESULT: session.ages_ms(IMAGE, RESULT, rate_hz)}
        stages.detect(IMAGES_PER_TURN if is_warm else 0)
        turn['raw'] = runtime.times_ms(IMAGES_PER_TURN)
        turn['rested'] = runtime.times_ms(IMAGES_PER_TURN, 1 / rate_hz)
        time.sleep(SETTLE_S)
        for name, values in turn.items():
            samples[name] += values if is_warm else []
        is_warm = True
    return samples


def summary(
    samples: Mapping[str, list[float]], stages: 'Stages', starts_s: list[float], peak_mb: float
) -> dict[str, Any]:
    """Return the medians, and what follows from them."""
    raw_ms, floor_ms, total_ms = (
        percentile(samples[name], 50) for name in ('raw', FLOOR_RESULT, RESULT)
    )
    return {
        'raw_inference_ms': raw_ms,
        'raw_at_camera_rate_ms': percentile(samples['rested'], 50),
        'transport_floor_ms': floor_ms,
        'end_to_end_ms': total_ms,
        'end_to_end_p95_ms': percentile(samples[RESULT], 95),
        'stages_ms': {name: percentile(ms, 50) for name, ms in stages.times_ms.items()},
        'overhead_ratio': overhead_ratio(raw_ms, floor_ms, total_ms),
        'peak_memory_mb': round(peak_mb, 1),
        'start_to_first_detection_s': round(statistics.median(starts_s), 3) if starts_s else None,
    }


def overhead_ratio(
    raw_ms: float | None, floor_ms: float | None, total_ms: float | None
) -> float | None:
    """Return the node's time per time of the bare network; None if something did not arrive."""
    if raw_ms is None or floor_ms is None or total_ms is None:
        return None
    return round((total_ms - floor_ms) / raw_ms, 3)


def table(results: Mapping[str, Any]) -> str:
    """Return one line per result for the terminal."""
    flat = {**results, **{f'  {name}': ms for name, ms in results['stages_ms'].items()}}
    flat.pop('stages_ms')
    return '\n'.join(f'{name:<28} {value!s:>10}' for name, value in flat.items())


def node_command(model: str) -> list[str]:
    """Return the command of the detection node."""
    ros_args = ('--ros-args', '--log-level', 'warn', '-p', f'model:={model}')
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
