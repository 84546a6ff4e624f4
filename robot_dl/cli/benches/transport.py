"""`robot_dl bench transport`: do camera images arrive between processes, and how fast."""

import argparse
import itertools
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from robot_dl.cli.arguments import output_file, positive, whole
from robot_dl.cli.benches.asking import ask, wait_for_arrival
from robot_dl.cli.benches.machine import machine, versions
from robot_dl.cli.benches.percentiles import percentile
from robot_dl.cli.benches.results import IMAGE_TYPE, Result
from robot_dl.cli.processes import Process, python_module, running, stack_with_sure_end
from robot_dl.ros.environment import local_environment, unused_domain, without_profile
from robot_dl.ros.shared_memory import remove_dead_segments

SIZES = ('640x480', '1920x1080')
RELIABILITIES = ('best_effort', 'reliable')
TOPIC = 'image'
# The reader's and the writer's side of discovery do not finish at the same instant.
WARM_UP = 10

HEADING = '      size  profile  reliability  delivered   p50 ms   p95 ms'


@dataclass(frozen=True)
class Case:
    """What happened to the images of one combination.

    Attributes:
        size: Width and height, e.g. '640x480'; three bytes a pixel.
        profile: Whether our Fast DDS profile was used.
        reliability: 'best_effort' or 'reliable'.
        delivered: Share of the published images that came, 0 to 1.
        p50_ms: Median time from publication to the subscriber's callback; None when nothing came.
        p95_ms: 95th percentile of the same.
    """

    size: str
    profile: bool
    reliability: str
    delivered: float
    p50_ms: float | None
    p95_ms: float | None


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument('--json', type=output_file, help='write the results to this file')
    parser.add_argument('--frames', type=whole(1), default=100, help='images per case (100)')
    parser.add_argument('--rate', type=positive, default=20.0, help='images per second (20)')
    parser.add_argument('--sizes', nargs='+', default=SIZES, help='e.g. 640x480')


def run(args: argparse.Namespace) -> int:
    """Measure every combination, print a table and write the JSON."""
    cases = []
    print(HEADING)
    for size, reliability, profile in itertools.product(args.sizes, RELIABILITIES, (False, True)):
        cases.append(measure(size, profile, reliability, args.frames, args.rate))
        print(table_row(cases[-1]), flush=True)
    if args.json:
        args.json.write_text(json.dumps(as_json(cases, args), indent=2) + '\n')
    return 0


def measure(size: str, profile: bool, reliability: str, frames: int, rate_hz: float) -> Case:
    """Publish `frames` images between two processes in a ROS domain of their own."""
    env = environment(profile)
    common = ('--reliability', reliability)
    camera = ('--topics', TOPIC, '--size', size)
    source_command = python_module('robot_dl.cli.benches.image_source', *common, *camera)
    answers = ('--answers', Result(TOPIC, IMAGE_TYPE).text)
    sink_command = python_module('robot_dl.cli.benches.sink', *common, *answers)
    try:
        with stack_with_sure_end() as stack:
            sink = stack.enter_context(running(sink_command, env))
            source = stack.enter_context(running(source_command, env))
            ages_ms = exchange(source, sink, frames, rate_hz)
    finally:
        remove_dead_segments()
    return case_from_ages(size, profile, reliability, ages_ms, frames)


def environment(profile: bool) -> dict[str, str]:
    """Return a local environment, with our profile or with Fast DDS as it comes."""
    local = local_environment(unused_domain(), without_profile(os.environ))
    env: dict[str, str] = local if profile else without_profile(local)
    return env


def exchange(source: Process, sink: Process, frames: int, rate_hz: float) -> list[float]:
    """Return the ages of the images that came, in milliseconds."""
    ask(source, 'wait')
    ask(sink, 'wait')
    patience_s = 30.0 + 10.0 * (frames + WARM_UP) / rate_hz
    ask(source, f'publish {TOPIC} {frames} {rate_hz} {WARM_UP}', patience_s)
    wait_for_arrival(sink, frames)
    ages: dict[str, list[float]] = ask(sink, 'report')
    return ages[TOPIC]


def case_from_ages(
    size: str, profile: bool, reliability: str, ages_ms: list[float], frames: int
) -> Case:
    """Summarise the ages of the images that came out of `frames` published ones."""
    delivered = round(len(ages_ms) / frames, 4)
    p50_ms, p95_ms = (percentile(ages_ms, share) for share in (50, 95))
    return Case(size, profile, reliability, delivered, p50_ms, p95_ms)


def table_row(case: Case) -> str:
    """Return one line for the terminal."""
    profile = 'ours' if case.profile else 'none'
    p50, p95 = ('-' if ms is None else f'{ms:.2f}' for ms in (case.p50_ms, case.p95_ms))
    first = f'{case.size:>10} {profile:>8} {case.reliability:>12}'
    return f'{first} {case.delivered:>10.1%} {p50:>8} {p95:>8}'


def as_json(cases: list[Case], args: argparse.Namespace) -> Mapping[str, object]:
    """Return what goes into the file."""
    return {
        'cases': [asdict(case) for case in cases],
        'frames': args.frames,
        'rate_hz': args.rate,
        'machine': machine(),
        'versions': versions(),
    }
