"""`robot_dl bench NAME`: measure, print a table, and write JSON."""

import argparse
from importlib import import_module

from robot_dl.cli.processes import sigterm_as_interrupt

NODE = 'robot_dl.cli.benches.node'

BENCHES = {
    'deployment': ('robot_dl.cli.benches.deployment', 'many cameras, kills, hostile messages'),
    'detection': (NODE, 'what the node costs beyond its network'),
    'classification': (NODE, 'the same of the classification node'),
    'segmentation': (NODE, 'the same of both segmentation nodes'),
    'depth': (NODE, 'the same of the depth node, and what a point cloud costs'),
    'policy': ('robot_dl.cli.benches.policy', 'how long a robot waits for its commands'),
    'threads': ('robot_dl.cli.benches.threads', 'how many threads, and how they wait'),
    'transport': ('robot_dl.cli.benches.transport', 'images between processes, with our profile'),
}
"""Module and one line of help for each benchmark; a module has `add_arguments` and `run`."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the benchmarks and their options."""
    benches = parser.add_subparsers(dest='bench', metavar='NAME', required=True)
    for name, (path, line) in BENCHES.items():
        import_module(path).add_arguments(benches.add_parser(name, help=line, description=line))


def run(args: argparse.Namespace) -> int:
    """Run the benchmark that was named and return its exit code."""
    with sigterm_as_interrupt():
        code: int = import_module(BENCHES[args.bench][0]).run(args)
    return code
