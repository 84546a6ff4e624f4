"""`robot_dl models list`: every model that is found by its name."""

import argparse
import json
from pathlib import Path
from typing import Any

from robot_dl.cli.arguments import output_file
from robot_dl.engine.card import ModelCard, load_card
from robot_dl.engine.card_checks import CardError
from robot_dl.engine.library import BUNDLED, available_models

HEADS = ('name', 'task', 'input', 'decoder', 'classes', 'licence', 'from')


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument('--json', type=output_file, metavar='F', help='write the list')


def run(args: argparse.Namespace) -> int:
    """Print the models; 1 if the card of one is broken."""
    models = [described(name, folder) for name, folder in sorted(available_models().items())]
    print(table(models))
    if args.json:
        args.json.write_text(json.dumps({'models': models}, indent=2) + '\n', 'utf-8')
    return int(any('error' in model for model in models))


def described(name: str, folder: Path) -> dict[str, Any]:
    """Return what the card of a model says, or what is wrong with it."""
    origin = 'bundled' if folder.parent == BUNDLED else 'yours'
    place = {'name': name, 'from': origin, 'folder': str(folder)}
    try:
        card = load_card(folder)
    except (CardError, OSError) as error:
        return {**place, 'error': str(error)}
    return {**place, **summary(card)}


def summary(card: ModelCard) -> dict[str, Any]:
    """Return what one looks for first in a card."""
    return {
        'task': card.task,
        'input': card.input_words,
        'decoder': card.decoder,
        'classes': len(card.labels),
        'licence': card.license,
        'sha256': card.sha256,
    }


def table(models: list[dict[str, Any]]) -> str:
    """Return a line a model; those that are broken below, with the reason."""
    rows = [HEADS, *(tuple(str(m[h]) for h in HEADS) for m in models if 'error' not in m)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        '  '.join(f'{c:{w}}' for c, w in zip(row, widths, strict=True)).rstrip() for row in rows
    ]
    broken = [f'{m["name"]}: BROKEN: {m["error"]}' for m in models if 'error' in m]
    return '\n'.join([*lines, *broken])
