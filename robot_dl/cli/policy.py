"""`robot_dl policy VERB`: look at a policy before it moves a robot."""

import argparse
from importlib import import_module

POLICY_VERBS = {
    'check': (
        'robot_dl.cli.policy_checks.checking',
        'replay what a policy did when it was made, through real messages, and fit it to a robot',
    ),
}
"""Module and one line of help for each verb; a module has `add_arguments` and `run`."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verbs and their options."""
    verbs = parser.add_subparsers(dest='policy_verb', metavar='VERB', required=True)
    for name, (path, line) in POLICY_VERBS.items():
        import_module(path).add_arguments(verbs.add_parser(name, help=line, description=line))


def run(args: argparse.Namespace) -> int:
    """Run the verb that was named and return its exit code."""
    code: int = import_module(POLICY_VERBS[args.policy_verb][0]).run(args)
    return code
