"""`robot_dl demo`: a simulated camera or robot, live nodes, and a report."""

import argparse
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from robot_dl.cli.arguments import number, whole
from robot_dl.cli.demos.casts import CASTS

LEAST_SECONDS, GREATEST_SECONDS = 3, 1500
LEAST_HZ, GREATEST_HZ = 0.5, 60
GREATEST_SEED = 999
WORLDS_PER_SEED = 1000
"""Every seed has so many worlds for itself: enough for the longest demo."""


GREATEST_EPISODES = 50
CONTROL_WORLDS = ('balance', 'arm')
"""Worlds with a robot that the bundled policies move."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    seconds, seed = number(LEAST_SECONDS, GREATEST_SECONDS), whole(0, GREATEST_SEED)
    parser.add_argument(
        'subject',
        nargs='?',
        choices=tuple(SUBJECTS),
        default='perception',
        help='nodes that see, or policies that move a robot (perception)',
    )
    parser.add_argument('--seconds', type=seconds, help='how long to compare (45)')
    parser.add_argument('--out', type=Path, default=Path('demo_report'), help='folder of results')
    parser.add_argument('--seed', type=seed, default=0, help=f'0 to {GREATEST_SEED}')
    worlds = (*CASTS, *CONTROL_WORLDS)
    parser.add_argument(
        '--world', choices=worlds, help='what is shown (tabletop; of policies all)'
    )
    parser.add_argument(
        '--only',
        metavar='NAMES',
        type=_names,
        default=(),
        help='nodes such as detection,depth, or policies; default: all that know the world',
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
    parser.add_argument(
        '--episodes', type=whole(1, GREATEST_EPISODES), help='episodes of each policy (3)'
    )
    parser.add_argument(
        '--speed', type=number(0.1, 20.0), help='simulated seconds a second, of policies (4)'
    )


def run(args: argparse.Namespace) -> int:
    """Run the demo; return 0 if it has passed, 1 if not.

    Raises:
        OSError: If a node ended, or nothing arrived.
        ValueError: If there is no such node, or a model cannot be used.
    """
    from robot_dl.cli.processes import sigterm_as_interrupt

    subject = SUBJECTS[args.subject]
    options = options_of(args)
    with sigterm_as_interrupt():
        return 0 if subject.hold(args, options) else 1


def options_of(args: argparse.Namespace) -> dict[str, Any]:
    """Return the options that only some demos have, with what is meant where none is given.

    Raises:
        ValueError: If one does not fit the demo.
    """
    subject = SUBJECTS[args.subject]
    names = {name for one in SUBJECTS.values() for name in one.options}
    given = {name: value for name in names if (value := getattr(args, name)) is not None}
    for name in sorted(given):
        if name not in subject.options:
            known = ', '.join(f'--{option}' for option in subject.options)
            raise ValueError(f'--{name}: not of the demo {args.subject!r}, which has {known}')
    world = given.get('world')
    if world is not None and world not in subject.worlds:
        other = next(name for name, one in SUBJECTS.items() if world in one.worlds)
        raise ValueError(
            f'--world {world}: expected one of {", ".join(subject.worlds)}; '
            f'say: robot_dl demo {other} --world {world}'
        )
    return {**subject.options, **given}


def _perceive(args: argparse.Namespace, options: Mapping[str, Any]) -> bool:
    from robot_dl.cli.demos.session import Wish, hold

    models, world, rate_hz = tuple(args.model), options['world'], options['rate']
    return hold(Wish(options['seconds'], args.out, args.seed, world, args.only, models, rate_hz))


def _act(args: argparse.Namespace, options: Mapping[str, Any]) -> bool:
    from robot_dl.cli.demos.policy.session import Wish, hold

    worlds = (options['world'],) if options['world'] else CONTROL_WORLDS
    models, episodes, speed = tuple(args.model), options['episodes'], options['speed']
    return hold(Wish(args.out, args.seed, worlds, args.only, models, episodes, speed))


@dataclass(frozen=True)
class Subject:
    """What a demo can be about.

    Attributes:
        hold: Runs it, and returns whether it has passed.
        worlds: What it can show.
        options: Options that only it has, with what is meant where none is given.
    """

    hold: Callable[[argparse.Namespace, Mapping[str, Any]], bool]
    worlds: tuple[str, ...]
    options: Mapping[str, Any]


SUBJECTS = {
    'perception': Subject(
        _perceive, tuple(CASTS), {'seconds': 45.0, 'world': 'tabletop', 'rate': None}
    ),
    'policy': Subject(_act, CONTROL_WORLDS, {'world': None, 'episodes': 3, 'speed': 4.0}),
}


def first_world(seed: int) -> int:
    """Return the first of the worlds that belong to a demo's seed.

    They lie among those that training never uses (robot_dl/training/seeds.py).
    """
    return seed * WORLDS_PER_SEED


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(',') if name.strip())
