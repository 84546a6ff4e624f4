"""`robot_dl VERB`: find the verb's module, parse, run."""

import argparse
import signal
import sys
from collections.abc import Sequence
from importlib import import_module
from types import ModuleType

from robot_dl import __version__
from robot_dl.cli.extras import how_to_get

VERBS = {
    'demo': ('robot_dl.cli.demo', 'simulated camera, live nodes, and a report against the truth'),
    'up': ('robot_dl.cli.up', 'run the nodes of a deployment file'),
    'doctor': ('robot_dl.cli.doctor', 'find what is wrong on this machine, and how to mend it'),
    'models': ('robot_dl.cli.models', 'import a model of your own; list, show and check models'),
    'policy': ('robot_dl.cli.policy', 'check a policy before it moves a robot'),
    'play': ('robot_dl.cli.play', 'publish images, a video, a webcam or a bag as a camera'),
    'train': ('robot_dl.cli.train', 'render a data set and train a bundled model'),
    'eval': ('robot_dl.cli.eval', 'score a model on scenes it has never seen'),
    'parity': ('robot_dl.cli.parity', 'compare two models, or one model on two engines'),
    'quantize': ('robot_dl.cli.quantize', 'make a model smaller, and measure what that costs'),
    'export': ('robot_dl.cli.export', 'make a model from a checkpoint of robot_dl train'),
    'bench': ('robot_dl.cli.bench', 'measure transport and nodes against the bare runtime'),
}
"""Module and one line of help for each verb; a module has `add_arguments` and `run`."""

INTERRUPTED = 130
"""Exit code of what Ctrl-C has ended, as shells have it."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit code."""
    # A script that starts us in the background has its shell ignore SIGINT for us; it must end
    # a demo all the same, and everything the demo has started.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    arguments = list(sys.argv[1:] if argv is None else argv)
    verb = arguments[0] if arguments and arguments[0] in VERBS else None
    try:
        code = _run(verb, arguments)
    except KeyboardInterrupt:
        code = INTERRUPTED
    except ModuleNotFoundError as error:
        advice = how_to_get(error.name or '')
        if advice is None:
            raise
        print(f'robot_dl {verb}: needs {error.name}: {advice}', file=sys.stderr)
        return 2
    except (ValueError, OSError) as error:
        print(f'robot_dl {verb}: {error}', file=sys.stderr)
        return 2
    if code == INTERRUPTED:
        # A second Ctrl-C would only make the interpreter's own end show a traceback.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    return code


def _run(verb: str | None, arguments: list[str]) -> int:
    parser, module = build_parser(verb)
    args = parser.parse_args(arguments)
    if module is None:
        parser.print_help()
        return 2
    return int(module.run(args))


def build_parser(verb: str | None) -> tuple[argparse.ArgumentParser, ModuleType | None]:
    """Return the parser, and the module of `verb`. Only that verb's module is imported."""
    parser = argparse.ArgumentParser(prog='robot_dl', description='Deep learning for ROS 2.')
    parser.add_argument('--version', action='version', version=f'robot_dl {__version__}')
    verbs = parser.add_subparsers(title='verbs', dest='verb', metavar='VERB')
    module = None
    for name, (path, line) in VERBS.items():
        sub = verbs.add_parser(name, help=line, description=line)
        if name == verb:
            module = import_module(path)
            module.add_arguments(sub)
    return parser, module


if __name__ == '__main__':
    sys.exit(main())
