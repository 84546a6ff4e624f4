"""docs/troubleshooting.md quotes what the code says, and leaves out nothing that doctor finds."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from robot_dl.cli.checks.libraries import LIBRARIES

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / 'docs/troubleshooting.md').read_text(encoding='utf-8')
PACKAGE = sorted((ROOT / 'robot_dl').rglob('*.py'))
CHECKS = sorted((ROOT / 'robot_dl/cli/checks').glob('*.py'))

# What differs from one log to another, and where one sentence may end and another begin.
BETWEEN = re.compile(r'<[^>]*>|[.:;,?|] |[()]|(?<=unknown) ')
SHORTEST = 4
QUOTED = [line for log in re.findall(r'```log\n(.*?)```', PAGE, re.S) for line in log.splitlines()]


def constants(tree: ast.AST) -> list[str]:
    """Return the constant parts of all texts in a piece of source, those of f-strings too."""
    values = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)]
    return [value for value in values if isinstance(value, str)]


SAID = '\n'.join(text for p in PACKAGE for text in constants(ast.parse(p.read_text('utf-8'))))


def pieces(line: str) -> list[str]:
    """Return the parts of a quoted line that are the same in every log."""
    found = (piece.strip(" .:;,?|'") for piece in BETWEEN.split(line))
    return [piece for piece in found if len(piece) >= SHORTEST]


def findings() -> Iterator[tuple[str, str]]:
    """Yield the subject and each constant part of the text of every `note` and `broken`."""
    for path in CHECKS:
        for node in ast.walk(ast.parse(path.read_text(encoding='utf-8'))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ('note', 'broken'):
                subject = ''.join(constants(node.args[0]))
                yield from ((subject, text) for text in constants(node.args[1]) or [''])


@pytest.mark.parametrize('line', QUOTED)
def test_every_quoted_line_is_one_that_the_code_says(line):
    assert pieces(line)
    assert [piece for piece in pieces(line) if piece not in SAID] == []


@pytest.mark.parametrize(('subject', 'text'), sorted(set(findings())))
def test_every_finding_of_the_doctor_is_explained(subject, text):
    assert not subject or f'`{subject}`' in PAGE
    assert [piece for piece in pieces(text) if piece not in PAGE] == []


@pytest.mark.parametrize('library', LIBRARIES)
def test_every_library_that_the_doctor_checks_is_named(library):
    assert f'`{library}`' in PAGE


def test_a_line_that_nothing_says_is_noticed():
    assert [p for p in pieces('no <image> since <n> fortnights') if p not in SAID] == [
        'fortnights'
    ]
