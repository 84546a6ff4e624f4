"""`robot_dl demo`: a simulated camera, live nodes, and a report."""

import argparse
from pathlib import Path

from robot_dl.cli.arguments import number, whole
from robot_dl.cli.demos.casts import CASTS

LEAST_SECONDS, GREATEST_SECONDS = 3, 1500
LEAST_HZ, GREATEST_HZ = 0.5, 60
GREATEST_SEED = 999
WORLDS_PER_SEED = 1000
"""Every seed has so many worlds for itself: enough for the longest demo."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    seconds, seed = number(LEAST_SECONDS, GREATEST_SECONDS), whole(0, GREATEST_SEED)
    parser.add_argument('--seconds', type=seconds, default=45.0, help='how long to compare')
    parser.add_argument('--out', type=Path, default=Path('demo_report'), help='folder of results')
    parser.add_argument('--seed', type=seed, default=0, help=f'0 to {GREATEST_SEED}')
    parser.add_argument('--world', choices=tuple(CASTS), default='tabletop', help='what is shown')
    parser.add_argument(
        '--only',
        metavar='NODES',
        type=_names,
        default=(),
        help='nodes to run, such as detection,depth; default: all that know the world',
    )
    parser.add_argument(
        '--model',
        action='append',
        default=[],
        help='name or folder of a model to show instead of the bundled one of its task',
    )
    parser.add_argument(
        '--rate',
        type=number(LEAST_HZ, GREATEST_HZ),
        help='images a second; default: what the processor cores can answer',
    )


def run(args: argparse.Namespace) -> int:
    """Run the demo; return 0 if it has passed, 1 if not.

    Raises:
        OSError: If a node ended, or nothing arrived.
        ValueError: If there is no such node, or a model cannot be used.
    """
    from robot_dl.cli.demos.session import Wish, hold
    from robot_dl.cli.processes import sigterm_as_interrupt

    wish = Wish(
        args.seconds, args.out, args.seed, args.world, args.only, tuple(args.model), args.rate
    )
    with sigterm_as_interrupt():
        return 0 if hold(wish) else 1


def first_world(seed: int) -> int:
    """Return the first of the worlds that belong to a demo's seed.

    They lie among those that training never uses (robot_dl/training/seeds.py).
    """
    return seed * WORLDS_PER_SEED


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(',') if name.strip())
