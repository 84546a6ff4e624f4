"""`robot_dl bench deployment`: many cameras, killed nodes, hostile messages, and long work.

Every case runs `robot_dl up` with a deployment of its own in a ROS domain of its own, one process
for each camera, and one that subscribes to all results. An image is delivered when a result under
its stamp has come. Images count from the moment at which every node has answered one.

    steady   cameras film, nodes answer: what is delivered, how old it is, what memory it takes
    kills    the same, while one node after the other is killed by SIGKILL
    hostile  every kind of node that takes images gets thousands that mean harm
    soak     as steady, for long: does memory or age grow?
"""

import argparse
import json
from collections.abc import Callable, Iterator
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from typing import Any

from robot_dl.cli.arguments import output_file, positive, whole
from robot_dl.cli.benches.fleet.promises import judge_all
from robot_dl.cli.benches.machine import machine, versions
from robot_dl.cli.benches.models import model_folder
from robot_dl.cli.benches.picture import SIZE

CASES = {
    'steady': 'robot_dl.cli.benches.fleet.steady:steady',
    'kills': 'robot_dl.cli.benches.fleet.kills:kills',
    'hostile': 'robot_dl.cli.benches.fleet.hostile:hostile',
    'soak': 'robot_dl.cli.benches.fleet.steady:soak',
}
"""Where each case is measured."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    add = parser.add_argument
    add('--json', type=output_file, help='write the results to this file')
    everything = 'what to run (all of them, which takes about 15 minutes)'
    add('--cases', nargs='+', choices=CASES, default=[*CASES], help=everything)
    add('--model', default='tabletop_detector', help="the detectors' model, name or folder")
    add('--image', type=Path, help='what the cameras see; noise by default')
    add('--size', default=SIZE, help=f'size of the noise ({SIZE})')
    add('--cameras', type=whole(1, 4), default=4, help='cameras, a node each (4)')
    add('--rate', type=positive, default=15.0, help='images a second of each, but in soak (15)')
    add('--seconds', type=positive, default=60.0, help='length of steady (60)')
    add('--kill-seconds', type=positive, default=60.0, help='length of kills (60)')
    add('--kill-every', type=positive, default=5.0, help='seconds from kill to kill (5)')
    add('--messages', type=whole(1), default=10_000, help='for each node, in hostile (10000)')
    add('--soak-minutes', type=positive, default=10.0, help='length of soak (10)')
    add('--soak-rate', type=positive, default=30.0, help='images a second of each, in soak (30)')


def run(args: argparse.Namespace) -> int:
    """Run the cases, print what they show, write the JSON; return 1 if a promise is broken."""
    with model_folder(args.model) as args.model:
        results = {case: measured(case, args) for case in args.cases}
    verdicts = judge_all(results)
    print(*verdicts, sep='\n')
    if args.json:
        context = {'model': args.model, 'machine': machine(), 'versions': versions()}
        content = {**results, 'verdicts': [asdict(v) for v in verdicts], **context}
        args.json.write_text(json.dumps(content, indent=2) + '\n')
    return 0 if all(verdict.is_kept for verdict in verdicts) else 1


def measured(case: str, args: argparse.Namespace) -> dict[str, Any]:
    """Run a case, print what it shows, and return it."""
    module, _, name = CASES[case].partition(':')
    measure: Callable[[argparse.Namespace], dict[str, Any]] = getattr(import_module(module), name)
    print(f'{case}:', flush=True)
    result = measure(args)
    print(*rows(result), sep='\n', end='\n\n', flush=True)
    return result


def rows(values: dict[str, Any], indent: int = 2) -> Iterator[str]:
    """Yield one line per number for the terminal; what lies deeper is indented."""
    for name, value in values.items():
        if isinstance(value, dict):
            yield f'{"":{indent}}{name}'
            yield from rows(value, indent + 2)
        elif not isinstance(value, list):
            yield f'{"":{indent}}{name:<{32 - indent}} {value!s:>10}'
