"""From a policy's file to a model that `policy_node` can run."""

import argparse
import json
from collections.abc import Mapping
from pathlib import Path

from robot_dl.cli.importing.draft import ASSUMED, Guess
from robot_dl.cli.importing.inspecting import Opened
from robot_dl.cli.importing.installing import install, place_of
from robot_dl.cli.importing.policies.answers import policy_draft
from robot_dl.cli.importing.policies.filling import (
    ASIDE,
    card_values,
    known_of,
    place,
    spec_of,
    with_tensors,
)
from robot_dl.cli.importing.policies.graph_policy import read_graph, refuse_memory
from robot_dl.cli.importing.policies.policy_file import NOTE, PolicyFile
from robot_dl.cli.importing.policies.questions import refuse_gaps
from robot_dl.cli.importing.policies.recorded import compare
from robot_dl.cli.importing.policies.sb3 import read_policy
from robot_dl.cli.importing.policies.trial import GOLDEN, tried
from robot_dl.cli.importing.refusals import telling_of
from robot_dl.cli.importing.report import as_json, lines_of
from robot_dl.policy.pipeline import Policy


def import_sb3(args: argparse.Namespace, names: Mapping[str, Guess]) -> int:
    """Import an algorithm that stable-baselines3 saved.

    Raises:
        CardError: If that is impossible, or something has to be asked for.
    """
    given = policy_draft(args)
    with telling_of(args.file):
        file = read_policy(args.file, given)
    return _import(args, file, given, names)


def import_graph(args: argparse.Namespace, opened: Opened, names: Mapping[str, Guess]) -> int:
    """Import a policy that was exported as a graph.

    Raises:
        CardError: If that is impossible, or something has to be asked for.
    """
    given = policy_draft(args)
    with telling_of(args.file):
        if args.file.suffix.lower() != '.onnx':
            refuse_memory(opened.content, opened.metadata)
        file = read_graph(args.file, opened, given, args.env)
    return _import(args, file, given, names)


def _import(
    args: argparse.Namespace,
    file: PolicyFile,
    given: Mapping[str, Guess],
    names: Mapping[str, Guess],
) -> int:
    folder = place_of(names['name'].value, args.to, args.force)
    weights = Guess(f'{names["name"].value}{file.suffix}', 'made of the file')
    with telling_of(args.file):
        known = known_of(file, {**names, 'weights': weights, **_said(args), **given})
        refuse_gaps(file, known)
        golden = Guess(GOLDEN, 'what it did when it was imported: robot_dl policy check')
        known = with_tensors(file, {**known, 'policy.golden': golden}, spec_of(known))
        words = install(
            folder, file.content, card_values(known), lambda new: _tried(new, file, args.recorded)
        )
    print(report(file, known))
    print(f'\nTried on readings at random: {words}.')
    print(f'Written to {folder}; look at it, and then at the robot, without moving it:')
    model = str(folder) if args.to else folder.name
    print(f'  robot_dl policy check {model}')
    print(f'  policy_node --ros-args -p model:={model} -p dry_run:=true')
    if args.json:
        args.json.write_text(json.dumps(as_json(folder, known), indent=2) + '\n', 'utf-8')
    return 0


def _tried(folder: Path, file: PolicyFile, recorded: Path | None) -> str:
    words = tried(folder, file)
    if recorded is None:
        return words
    return f'{words}. {compare(Policy.open(str(folder), "cpu"), recorded)}'


def _said(args: argparse.Namespace) -> dict[str, Guess]:
    options = {'license': args.license, 'description': args.description}
    return {k: Guess(v, f'--{k}', 'given') for k, v in options.items() if v is not None}


def report(file: PolicyFile, known: Mapping[str, Guess]) -> str:
    """Return a line for each value of the card: what, where from, and why."""
    keys = sorted((k for k in known if not k.startswith(ASIDE)), key=place)
    told = [str(g.value) for k, g in known.items() if k.startswith(NOTE)]
    doubts = [key for key in keys if known[key].kind == ASSUMED]
    lines = lines_of(keys, known)
    if doubts:
        lines.append(f'\nAssumed, so look twice: {", ".join(doubts)}. An option overrides each.')
    return '\n'.join([*lines, *(f'Note: {note}' for note in (*file.notes, *told))])
