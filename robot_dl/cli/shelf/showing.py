"""`robot_dl models show NAME`: everything that a card says, and whether it is true."""

import argparse
import json
from dataclasses import asdict
from typing import Any

from robot_dl.cli.arguments import output_file
from robot_dl.cli.importing.card_text import yaml_text
from robot_dl.engine.card import ModelCard, load_card
from robot_dl.engine.card_checks import CardError
from robot_dl.engine.library import find_model


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument('model', help="a model's name, or a folder with model.yaml")
    parser.add_argument('--json', type=output_file, metavar='F', help='write the same')


def run(args: argparse.Namespace) -> int:
    """Print a card; 1 if its weights are missing or not those that it names.

    Raises:
        CardError: If there is no such model, or its card is malformed.
    """
    card = load_card(find_model(args.model))
    values = content(card)
    problem = wrong_weights(card)
    print(yaml_text(values), end='')
    print(f'# WRONG: {problem}' if problem else '# The weights are those that the card names.')
    if args.json:
        whole = {**values, 'problem': problem}
        args.json.write_text(json.dumps(whole, indent=2) + '\n', 'utf-8')
    return int(bool(problem))


def content(card: ModelCard) -> dict[str, Any]:
    """Return everything that a card says, defaults included, and where it lies."""
    values = asdict(card)
    values['folder'] = str(card.folder.resolve())
    values['labels'] = list(card.labels)
    values['tensors'] = {name: list(shape) for name, shape in card.tensors.items()}
    if card.input:
        values['input'] = {
            k: list(v) if isinstance(v, tuple) else v for k, v in values['input'].items()
        }
    return {key: dict(v) if key.endswith(('s_', 'options')) else v for key, v in values.items()}


def wrong_weights(card: ModelCard) -> str:
    """Return what is wrong with the file of the weights; empty if it is the card's."""
    try:
        card.read_weights()
    except CardError as error:
        return str(error)
    return ''
