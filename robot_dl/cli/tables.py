"""Markdown tables of topics and parameters, generated from where they are declared.

`python -m robot_dl.cli.tables` rewrites them in README.md; a test fails when they differ.
"""

import re
import sys
from collections.abc import Iterable
from pathlib import Path

from robot_dl.core.params import TYPE_NAMES, Params, ParamSpec
from robot_dl.core.topics import Topic
from robot_dl.detection.params import DetectionParams
from robot_dl.detection.topics import DETECTION_TOPICS
from robot_dl.sim.params import SimParams
from robot_dl.sim.topics import SIM_TOPICS


def topic_table(topics: Iterable[Topic]) -> str:
    """Return a table of topics and services."""
    rows = [f'| `{t.name}` | {t.role} | `{t.type}` | {t.qos} | {t.doc} |' for t in topics]
    return _table('| name | | type | QoS | |', rows)


def parameter_table(params: type[Params]) -> str:
    """Return a table of parameters."""
    rows = [
        f'| `{s.name}` | {TYPE_NAMES[s.kind]} | `{_shown(s.default)}` | {_range(s)} '
        f'| {"" if s.fixed else "yes"} | {s.doc} |'
        for s in params.specs()
    ]
    return _table('| name | type | default | allowed | live | |', rows)


def tables() -> dict[str, str]:
    """Return every generated table by the name of its place in the text."""
    return {
        'detection topics': topic_table(DETECTION_TOPICS),
        'detection parameters': parameter_table(DetectionParams),
        'sim topics': topic_table(SIM_TOPICS),
        'sim parameters': parameter_table(SimParams),
    }


def filled(text: str) -> str:
    """Return `text` with the table written between each `<!-- NAME -->` and `<!-- end -->`."""
    for name, table in tables().items():
        place = re.compile(rf'(<!-- {name} -->\n).*?(<!-- end -->)', re.DOTALL)
        text = place.sub(lambda m, t=table: f'{m[1]}{t}{m[2]}', text)  # type: ignore[misc]
    return text


def _table(head: str, rows: list[str]) -> str:
    rule = '|' + '---|' * (head.count('|') - 1)
    return '\n'.join([head, rule, *rows]) + '\n'


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        return f'[{", ".join(map(str, value))}]'
    return str(value).lower() if isinstance(value, bool) else str(value)


def _range(spec: ParamSpec) -> str:
    if spec.choices:
        return ', '.join(f'`{c}`' for c in spec.choices)
    if spec.low is not None and spec.high is not None:
        return f'{spec.low:g} … {spec.high:g}'
    return f'≥ {spec.low:g}' if spec.low is not None else ''


def main() -> int:
    """Rewrite README.md of the checkout."""
    path = Path(__file__).parents[2] / 'README.md'
    path.write_text(filled(path.read_text(encoding='utf-8')), encoding='utf-8')
    return 0


if __name__ == '__main__':
    sys.exit(main())
