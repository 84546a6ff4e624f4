"""`robot_dl bench threads`: how many threads the network should have, and how they should wait.

The bare ONNX Runtime call, at the rate of a camera. Latency alone does not decide: a thread that
spins takes the time of other programs, and suffers from them.
"""

import argparse
import itertools
import json
import time
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from robot_dl.cli.arguments import output_file, whole
from robot_dl.cli.benches.machine import machine, versions
from robot_dl.cli.benches.percentiles import percentile

if TYPE_CHECKING:
    from robot_dl.cli.benches.inference import BareRuntime

REST_S = 0.03
RUNS_PER_TURN = 8
# Threads of the settings before may spin on for some 50 ms.
SETTLE_S = 0.1

HEADING = 'threads                  waiting   p50 ms   p90 ms   CPU ms'


@dataclass(frozen=True)
class Case:
    """One way to run the network.

    Attributes:
        threads: Number of threads.
        waiting: How they wait for work.
        p50_ms: Median time of a run.
        p90_ms: Its 90th percentile.
        cpu_ms: Processor time per run, over all threads, the rest between runs included.
    """

    threads: int
    waiting: str
    p50_ms: float | None
    p90_ms: float | None
    cpu_ms: float


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument('--json', type=output_file, help='write the results to this file')
    parser.add_argument('--model', default='tabletop_detector', help='name or folder')
    turns = f'of {RUNS_PER_TURN} runs each (10)'
    parser.add_argument('--turns', type=whole(1), default=10, help=turns)
    parser.add_argument('--threads', type=whole(1), nargs='+', default=[1, 2], help='to try (1 2)')


def run(args: argparse.Namespace) -> int:
    """Measure every combination in turns, print a table, and write the JSON."""
    from robot_dl.cli.benches.inference import WAITING, bare_runtime
    from robot_dl.cli.benches.stages import open_stages

    stages = open_stages(args.model, '640x480', None)
    card, tensor = stages.card, stages.tensor()
    runtimes = [
        bare_runtime(card, tensor, threads, waiting)
        for threads, waiting in itertools.product(args.threads, WAITING)
    ]
    cases = measure(runtimes, args.turns)
    print(HEADING)
    for case in cases:
        print(table_row(case))
    if args.json:
        context = {'model': card.name, 'machine': machine(), 'versions': versions()}
        content = {'cases': [asdict(case) for case in cases], **context}
        args.json.write_text(json.dumps(content, indent=2) + '\n')
    return 0


def measure(runtimes: 'list[BareRuntime]', turns: int) -> list[Case]:
    """Run each in turn, and each turn again and again."""
    times_ms: list[list[float]] = [[] for _ in runtimes]
    cpu_s = [0.0] * len(runtimes)
    for runtime in runtimes:
        runtime.times_ms(RUNS_PER_TURN)
    for _ in range(turns):
        for index, runtime in enumerate(runtimes):
            time.sleep(SETTLE_S)
            before_s = time.process_time()
            times_ms[index] += runtime.times_ms(RUNS_PER_TURN, REST_S)
            cpu_s[index] += time.process_time() - before_s
    return [
        Case(
            runtime.threads,
            runtime.waiting,
            percentile(taken_ms, 50),
            percentile(taken_ms, 90),
            round(spent_s * 1e3 / len(taken_ms), 3),
        )
        for runtime, taken_ms, spent_s in zip(runtimes, times_ms, cpu_s, strict=True)
    ]


def table_row(case: Case) -> str:
    """Return one line for the terminal."""
    times = f'{case.p50_ms:>8.2f} {case.p90_ms:>8.2f} {case.cpu_ms:>8.2f}'
    return f'{case.threads:>7} {case.waiting:>24} {times}'
