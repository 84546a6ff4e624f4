"""`robot_dl models import FILE`: from a file to a model that a node can run."""

import argparse
import json
from pathlib import Path

from robot_dl.cli.arguments import output_file
from robot_dl.cli.importing.draft import GIVEN, Guess, read
from robot_dl.cli.importing.filling import card_values, filled
from robot_dl.cli.importing.given import add_answers, constants, given_draft
from robot_dl.cli.importing.inspecting import Told, inspect, open_file
from robot_dl.cli.importing.installing import (
    checked_name,
    install,
    name_from,
    place_of,
    tried_on_picture,
)
from robot_dl.cli.importing.policies.answers import add_policy_answers, is_about_a_policy
from robot_dl.cli.importing.policies.command import import_graph, import_sb3
from robot_dl.cli.importing.policies.graph_policy import looks_like_policy
from robot_dl.cli.importing.policies.sb3_archive import is_sb3
from robot_dl.cli.importing.questions import refuse_gaps, refuse_wrong_count
from robot_dl.cli.importing.refusals import telling_of
from robot_dl.cli.importing.report import as_json, how_to_run, report


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add = parser.add_argument
    add('file', type=Path, help='ONNX, TorchScript, torch.export, or a .zip of stable-baselines3')
    add('--name', metavar='N', help="what it is called (default: the file's name)")
    add('--to', type=Path, metavar='DIR', help='its folder (default: ~/.robot_dl/models/N)')
    add('--force', action='store_true', help='replace a model that is there')
    add('--json', type=output_file, metavar='F', help='write what was found out')
    add_answers(parser)
    add_policy_answers(parser)


def run(args: argparse.Namespace) -> int:
    """Import a file, and print what the card says and why.

    Raises:
        ValueError: If that is impossible, or something has to be asked for.
    """
    names = _names(args)
    if is_sb3(args.file):
        return import_sb3(args, {'name': names['name']})
    opened = open_file(args.file)
    if is_about_a_policy(args) or (args.task is None and looks_like_policy(opened)):
        return import_graph(args, opened, {'name': names['name']})
    folder = place_of(names['name'].value, args.to, args.force)
    given = {**names, **given_draft(args)}
    size = given.get('input.size_hw')
    told = Told(tuple(size.value) if size else None, constants(given))
    weights, facts = inspect(args.file, opened, told)
    with telling_of(args.file):
        known = filled(facts, given)
        refuse_gaps(facts, known)
        refuse_wrong_count(known)
        sight = install(folder, weights, card_values(known), tried_on_picture)
    print(report(facts, known))
    print(f'\nTried on a picture of shapes, on {sight.viewer.engine.provider}: {sight.words}.')
    print(f'Written to {folder}; run it with')
    print(f'  {how_to_run(known, str(folder) if args.to else folder.name)}')
    if args.json:
        args.json.write_text(json.dumps(as_json(folder, known), indent=2) + '\n', 'utf-8')
    return 0


def _names(args: argparse.Namespace) -> dict[str, Guess]:
    """Return the name of the model and of its weights' file."""
    name = checked_name(args.name or name_from(args.file))
    weights = read('a copy of the file', weights=f'{name}{args.file.suffix.lower()}')
    if args.name:
        return {'name': Guess(name, '--name', GIVEN), **weights}
    return read('the name of the file', name=name) | weights
