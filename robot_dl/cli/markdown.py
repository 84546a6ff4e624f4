"""Generated tables in Markdown, and the places in a text where they stand."""

import re
from collections.abc import Iterable, Mapping

from robot_dl.bringup.keys import Key
from robot_dl.core.params import TYPE_NAMES, Params, ParamSpec
from robot_dl.core.topics import Topic

PLACES = re.compile(r'<!-- (?!end )(.+) -->')


def filled(text: str, tables: Mapping[str, str]) -> str:
    """Return `text` with a table written between each `<!-- NAME -->` and `<!-- end -->`.

    The marks may stand behind the `#` of another language's comments, as in YAML.
    """
    for name, table in tables.items():
        place = re.compile(rf'(<!-- {re.escape(name)} -->\n).*?([ #]*<!-- end -->)', re.DOTALL)
        text = place.sub(lambda m, t=table: f'{m[1]}{t}{m[2]}', text)  # type: ignore[misc]
    return text


def places(text: str) -> list[str]:
    """Return the names of the tables for which a text has a place."""
    return PLACES.findall(text)


def table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Return a table; a bar in a cell is escaped."""
    heads = list(heads)
    lines = [heads, ['---'] * len(heads), *rows]
    return ''.join(f'| {" | ".join(map(_cell, line))} |\n' for line in lines)


def topic_table(topics: Iterable[Topic]) -> str:
    """Return a table of topics and services."""
    rows = [[f'`{t.name}`', t.role, f'`{t.type}`', t.qos, t.doc] for t in topics]
    return table(['name', 'role', 'type', 'QoS', 'meaning'], rows)


def parameter_table(params: type[Params]) -> str:
    """Return a table of parameters."""
    rows = [
        [f'`{s.name}`', TYPE_NAMES[s.kind], _shown(s.default), _range(s), _live(s), s.doc]
        for s in params.specs()
    ]
    return table(['name', 'type', 'default', 'allowed', 'live', 'meaning'], rows)


def key_table(keys: Iterable[Key]) -> str:
    """Return a table of the keys of a mapping in a deployment file."""
    return table(['key', 'value', 'meaning'], [[f'`{k.name}`', k.kind, k.doc] for k in keys])


def _cell(text: str) -> str:
    return text.replace('|', r'\|')


def _live(spec: ParamSpec) -> str:
    return '' if spec.fixed else 'yes'


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        return f'`[{", ".join(map(str, value))}]`'
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return f'`{text}`' if text else ''


def _range(spec: ParamSpec) -> str:
    if spec.choices:
        return ', '.join(f'`{c}`' for c in spec.choices)
    if spec.low is not None and spec.high is not None:
        return f'{spec.low:g} … {spec.high:g}'
    return f'≥ {spec.low:g}' if spec.low is not None else ''
