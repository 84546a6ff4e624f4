"""The options of every verb, for docs/commands.md, from the parsers that read them."""

import argparse
from collections.abc import Iterator
from pathlib import Path

from robot_dl.cli.main import VERBS, build_parser
from robot_dl.cli.markdown import table

ROOT = Path(__file__).parents[2]


def command_text() -> str:
    """Return a section for each verb: what it does, and its options."""
    parsers = [_subparsers(build_parser(verb)[0])[verb] for verb in VERBS]
    return '\n'.join(section for parser in parsers for section in _sections(parser, 2))


def _sections(parser: argparse.ArgumentParser, depth: int) -> Iterator[str]:
    rows = [_row(action) for action in parser._actions if _is_shown(action)]
    options = '\n' + table(['option', 'default', 'meaning'], rows) if rows else ''
    purpose = ' '.join((parser.description or '').split())
    yield f'{"#" * depth} {parser.prog}\n\n{_sentence(purpose)}\n{options}'
    for inner in _subparsers(parser).values():
        yield from _sections(inner, depth + 1)


def _subparsers(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    choices = [a.choices for a in parser._actions if isinstance(a, argparse._SubParsersAction)]
    return dict(choices[0]) if choices else {}


def _is_shown(action: argparse.Action) -> bool:
    return not isinstance(action, (argparse._HelpAction, argparse._SubParsersAction))


def _row(action: argparse.Action) -> list[str]:
    name = ', '.join(action.option_strings) or str(action.metavar or action.dest)
    if action.option_strings and action.nargs != 0:
        name += f' {_value(action)}'
    default = _default(action.default)
    meaning = (action.help or '') % {'default': action.default, 'prog': ''}
    # That has a column of its own.
    for end in (f'(default {default})', f'({default})', f'({action.default})'):
        meaning = meaning.removesuffix(end).strip()
    return [f'`{name}`', f'`{default}`' if default else '', _sentence(meaning)]


def _value(action: argparse.Action) -> str:
    if action.choices:
        return f'{{{",".join(map(str, action.choices))}}}'
    return str(action.metavar or action.dest.upper())


def _default(value: object) -> str:
    if value is None or value is False or value == argparse.SUPPRESS:
        return ''
    if isinstance(value, Path) and value.is_relative_to(ROOT):
        return str(value.relative_to(ROOT))
    if isinstance(value, (list, tuple)):
        return ' '.join(map(str, value))
    return f'{value:g}' if isinstance(value, float) else str(value)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:].removesuffix('.') + '.' if text else ''
