"""`robot_dl models VERB`: bring a model of one's own, and look at those that are there."""

import argparse
from importlib import import_module

MODEL_VERBS = {
    'import': ('robot_dl.cli.importing.command', 'make a model of an exported file'),
    'list': ('robot_dl.cli.shelf.listing', 'every model that is found by its name'),
    'show': ('robot_dl.cli.shelf.showing', 'everything that a card says, and whether it is true'),
    'check': ('robot_dl.cli.shelf.checking', 'run a model on every engine here, and compare'),
}
"""Module and one line of help for each verb; a module has `add_arguments` and `run`."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verbs and their options."""
    verbs = parser.add_subparsers(dest='model_verb', metavar='VERB', required=True)
    for name, (path, line) in MODEL_VERBS.items():
        import_module(path).add_arguments(verbs.add_parser(name, help=line, description=line))


def run(args: argparse.Namespace) -> int:
    """Run the verb that was named and return its exit code."""
    code: int = import_module(MODEL_VERBS[args.model_verb][0]).run(args)
    return code
