"""`robot_dl doctor`: what is right and what is wrong on this machine, and how to mend it."""

import argparse
import json
import sys
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

from robot_dl.cli.arguments import number
from robot_dl.cli.checks.finding import BROKEN, OK, Finding

COLORS = {'ok': 32, 'note': 33, 'broken': 31}
ROS = ('ros', 'rmw', 'domain')
"""Without these there is no graph to look at."""
SIGNS = {'ok': 'ok    ', 'note': 'note  ', 'broken': 'BROKEN'}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `doctor`."""
    parser.add_argument('--live', action='store_true', help='also look at the running graph')
    parser.add_argument(
        '--seconds', type=number(1, 600), default=4.0, help='how long to look at it'
    )
    parser.add_argument('--json', metavar='FILE', help="write the findings; '-' prints them")


def run(args: argparse.Namespace) -> int:
    """Print the findings; 1 if something is broken."""
    from robot_dl.cli.checks.table import examine_machine, examined

    def graph() -> list[Finding]:
        from robot_dl.cli.checks.live import examine_graph

        return examine_graph(args.seconds)

    findings = examine_machine()
    if args.live and not any(f.subject in ROS and f.level == BROKEN for f in findings):
        findings += examined(graph)
    broken = any(finding.level == BROKEN for finding in findings)
    if args.json != '-':
        show(findings, sys.stdout.isatty())
    if args.json:
        write({'ok': not broken, 'findings': [asdict(f) for f in findings]}, args.json)
    return 1 if broken else 0


def show(findings: Iterable[Finding], colored: bool) -> None:
    """Print a line a finding, and below each that is not ok the line that mends it."""
    for finding in findings:
        sign = SIGNS[finding.level]
        if colored:
            sign = f'\x1b[{COLORS[finding.level]}m{sign}\x1b[0m'
        print(f'{sign}  {_printable(finding.subject):<16} {_printable(finding.text)}')
        if finding.remedy and finding.level != OK:
            print(f'{"":8}{"":<16} → {finding.remedy}')


def _printable(text: str) -> str:
    """Return what some node says as one line that does nothing to the terminal."""
    return ''.join(c if c.isprintable() else ' ' for c in text)


def write(content: object, file: str) -> None:
    """Write JSON to a file, or to stdout for '-'."""
    text = json.dumps(content, indent=2)
    if file == '-':
        print(text)
        return
    Path(file).write_text(text + '\n', encoding='utf-8')
