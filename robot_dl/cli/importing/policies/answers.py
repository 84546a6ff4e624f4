"""The answers about a policy, on the command line and in a YAML file."""

import argparse
from collections.abc import Callable, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import yaml

from robot_dl.cli.importing.draft import GIVEN, Guess
from robot_dl.cli.importing.policies.activations import ACTIVATIONS
from robot_dl.cli.importing.policies.policy_file import GRAPH
from robot_dl.cli.importing.policies.statistics import read_statistics
from robot_dl.core.names import unknown_name
from robot_dl.engine.card_checks import CardError
from robot_dl.policy.action_spec import KINDS, ActionSpec
from robot_dl.policy.spec import PolicySpec

MOST_BYTES = 1_000_000
POLICY, ACTION = 'policy.', 'policy.action.'


def add_policy_answers(parser: argparse.ArgumentParser) -> None:
    """Declare an option for everything that a policy's file may not tell."""
    add = parser.add_argument_group('what the file of a policy does not tell').add_argument
    add(
        '--policy',
        type=Path,
        metavar='F',
        help='YAML with the part `policy` of a card, or some of it',
    )
    add('--env', type=Path, metavar='F', help='env.yaml or deploy.yaml (default: beside the file)')
    add('--joints', type=words, metavar='A,B,…', help='joints in the order of the training')
    add('--rate', type=float, metavar='HZ', help='actions a second')
    add('--observation', type=terms, metavar='A,B,…', help='its terms; a goal as TERM@FRAME')
    add('--action', choices=sorted(KINDS), help='what the actions are')
    add(
        '--action-scale',
        type=numbers,
        metavar='X,…',
        help='what they are multiplied by: one, or each',
    )
    add('--table', type=rows, metavar='[[…],…]', help='what each choice means, a row for each')
    add('--table-kind', choices=sorted(KINDS), help='what kind of action the rows are')
    add('--default-positions', type=numbers, metavar='X,…', help='where the joints rest: rad, m')
    add('--normalisation', metavar='F', help='mean and var of observations: npz, yaml, json; none')
    add('--recorded', type=Path, metavar='F', help='npz of the training, to compare with')
    add('--activation', choices=sorted(ACTIVATIONS), help='between the layers, of weights alone')
    add(
        '--action-low',
        type=numbers,
        metavar='X,…',
        help='lower end of the actions, of weights alone',
    )
    add('--action-high', type=numbers, metavar='X,…', help='upper end of the actions')


OPTIONS: dict[str, tuple[str, str]] = {
    'joints': ('policy.joints', '--joints'),
    'rate': ('policy.rate_hz', '--rate'),
    'observation': ('policy.observation', '--observation'),
    'action': ('policy.action.kind', '--action'),
    'action_scale': ('policy.action.scale', '--action-scale'),
    'table': ('policy.action.table', '--table'),
    'table_kind': ('policy.action.table_kind', '--table-kind'),
    'default_positions': ('policy.default_positions', '--default-positions'),
    'activation': (f'{GRAPH}activation', '--activation'),
    'action_low': (f'{GRAPH}low', '--action-low'),
    'action_high': (f'{GRAPH}high', '--action-high'),
}
"""Key of the card, or of the graph, and the option, by the name of the argument."""

READERS: dict[str, Callable[[Any], Any]] = {
    'action_scale': lambda values: values[0] if len(values) == 1 else values,
}


def policy_draft(args: argparse.Namespace) -> dict[str, Guess]:
    """Return what the user has said of a policy, by key of the card.

    Raises:
        CardError: If a file that was named is missing or holds something else.
    """
    draft = {}
    for name, (key, option) in OPTIONS.items():
        if (value := getattr(args, name)) is not None:
            draft[key] = Guess(READERS.get(name, lambda v: v)(value), option, GIVEN)
    if args.normalisation:
        value = read_statistics(args.normalisation)
        draft['policy.normalisation'] = Guess(
            value, f'--normalisation {args.normalisation}', GIVEN
        )
    if args.policy:
        for key, value in _from_file(args.policy).items():
            draft.setdefault(key, Guess(value, f'--policy {args.policy}', GIVEN))
    return draft


def is_about_a_policy(args: argparse.Namespace) -> bool:
    """Tell whether the user says that the file is a policy."""
    named = [
        getattr(args, name) for name in (*OPTIONS, 'normalisation', 'policy', 'env', 'recorded')
    ]
    return args.task == 'policy' or any(value is not None for value in named)


def _from_file(path: Path) -> dict[str, Any]:
    """Return the parts of a card's `policy`, by key; those of its `action` one by one."""
    if not path.is_file() or path.stat().st_size > MOST_BYTES:
        raise CardError(f'--policy {path}: expected a YAML file of at most {MOST_BYTES} bytes')
    try:
        content = yaml.safe_load(path.read_text(encoding='utf-8'))
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise CardError(f'--policy {path}: not valid YAML: {error}') from error
    if isinstance(content, dict) and list(content) == ['policy']:
        content = content['policy']
    values = _known(f'--policy {path}', content, PolicySpec)
    action = _known(f'--policy {path}: action', values.pop('action', {}), ActionSpec)
    named = {POLICY + key: value for key, value in values.items()}
    return named | {ACTION + key: value for key, value in action.items()}


def _known(place: str, content: Any, kind: Any) -> dict[str, Any]:
    names = [f.name for f in fields(kind)]
    if not isinstance(content, Mapping):
        raise CardError(f'{place}: expected some of {", ".join(names)}')
    for key in content:
        if key not in names:
            raise CardError(f'{place}: {unknown_name("key", str(key), names)}')
    return dict(content)


def words(text: str) -> list[str]:
    """Return names from 'a,b c'."""
    found = text.replace(',', ' ').split()
    if not found:
        raise argparse.ArgumentTypeError('expected names, got none')
    return found


def terms(text: str) -> list[Any]:
    """Return terms from 'joint_position,goal_position@tool0'."""
    split = [word.partition('@') for word in words(text)]
    return [{'term': term, 'frame': frame} if frame else term for term, _, frame in split]


def numbers(text: str) -> list[float]:
    """Return numbers from '0.1,-2'."""
    try:
        return [float(word) for word in words(text)]
    except ValueError:
        raise argparse.ArgumentTypeError(f'expected numbers such as 0.5,1, got {text!r}') from None


def rows(text: str) -> list[Any]:
    """Return rows from '[[-10], [10]]', or from '-10,10' for one target."""
    try:
        content = yaml.safe_load(text if text.lstrip().startswith('[') else f'[{text}]')
    except yaml.YAMLError:
        content = None
    if not isinstance(content, list) or len(content) < 2:
        raise argparse.ArgumentTypeError(f'expected rows such as [[-10], [10]], got {text!r}')
    return [row if isinstance(row, list) else [row] for row in content]
