"""`robot_dl up FILE`: run a deployment without `ros2 launch`."""

import argparse
import json
import os
import shlex
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from robot_dl.bringup.deployment import Deployment


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `up`."""
    parser.add_argument(
        'file', nargs='?', help='deployment file (YAML), or an example such as four_cameras'
    )
    parser.add_argument(
        '--dry-run', action='store_true', help='print the commands and start nothing'
    )
    parser.add_argument(
        '--schema', action='store_true', help='print the JSON Schema of deployment files'
    )
    parser.add_argument('--no-color', action='store_true', help='plain logs, also on a terminal')


def run(args: argparse.Namespace) -> int:
    """Run a deployment until it is interrupted; 0 if every node ended well."""
    from robot_dl.bringup.schema import deployment_schema

    if args.schema:
        print(json.dumps(deployment_schema(), indent=2))
        return 0
    if args.file is None:
        raise ValueError('expected a deployment file, got none; see robot_dl up --help')
    return _run(args)


def _run(args: argparse.Namespace) -> int:
    from robot_dl.bringup.finding import find_deployment
    from robot_dl.bringup.reading import read_deployment
    from robot_dl.cli.supervision.supervisor import supervise

    deployment = read_deployment(find_deployment(args.file))
    if args.dry_run:
        return _show(deployment)
    return supervise(deployment, colored=False if args.no_color else None)


def _show(deployment: 'Deployment') -> int:
    """Print the command of each node as one can type it into a shell."""
    from robot_dl.bringup.commands import added_variables, command
    from robot_dl.ros.environment import profile_variable

    for node in deployment.nodes:
        added = added_variables(deployment, node, profile_variable(os.environ))
        words = [f'{name}={shlex.quote(value)}' for name, value in sorted(added.items())]
        print(' '.join([*words, shlex.join(command(node))]))
    return 0
