"""What README.md and docs/ say of nodes, parameters, verbs and models, from where it is declared.

`python -m robot_dl.cli.tables` rewrites it and begins the page of a node that has none yet; a
test fails when anything differs.
"""

import ast
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from robot_dl.bringup.catalogue import NodeKind, node_kinds
from robot_dl.bringup.keys import NODE_KEYS, ROOT_KEYS
from robot_dl.bringup.launching import launch_of
from robot_dl.cli.command_tables import command_text
from robot_dl.cli.importing.page_tables import import_tables
from robot_dl.cli.main import VERBS
from robot_dl.cli.markdown import filled, key_table, parameter_table, table, topic_table
from robot_dl.core.topics import PUBLISHED, SUBSCRIBED
from robot_dl.engine.card import ModelCard, load_card
from robot_dl.engine.library import BUNDLED

ROOT = Path(__file__).parents[2]

# What every node has says nothing about this one.
EVERYWHERE = ('/diagnostics', 'label_info', '~/overlay', 'clock', 'tf', 'tf_static')


def tables() -> dict[str, str]:
    """Return every generated text by the name of its place."""
    found = {
        'nodes': node_table('docs/nodes'),
        'node pages': ''.join(f'    - {n}: nodes/{n}.md\n' for n in node_kinds()),
        'nodes by page': node_table('nodes'),
        'verbs': verb_table(),
        'options': command_text(),
        'deployment keys': key_table(ROOT_KEYS),
        'node keys': key_table(NODE_KEYS),
        'models': model_table(),
        **import_tables(),
    }
    for name, kind in node_kinds().items():
        found[f'{name} topics'] = topic_table(kind.topics)
        found[f'{name} parameters'] = parameter_table(kind.params)
        found[f'{name} launch'] = launch_table(name)
    for path in sorted((ROOT / 'config/deployments').glob('*.yaml')):
        found[path.name] = f'```yaml\n{path.read_text(encoding="utf-8")}```\n'
    return found


def node_table(folder: str) -> str:
    """Return what each node is for, with links to their pages in `folder`."""

    def row(name: str, kind: NodeKind) -> list[str]:
        link = f'[`{name}`]({folder}/{name}.md)'
        return [link, _purpose(kind), _names(kind, SUBSCRIBED), _names(kind, PUBLISHED)]

    heads = ['node', 'what it does', 'subscribes', 'publishes']
    return table(heads, [row(name, kind) for name, kind in node_kinds().items()])


def launch_table(node: str) -> str:
    """Return the arguments of a node's launch file."""
    arguments = launch_of(node).arguments
    rows = [
        [f'`{n}`', f'`{default}`' if default else '', d] for n, (default, d) in arguments.items()
    ]
    return table(['argument', 'default', 'meaning'], rows)


def verb_table() -> str:
    """Return what `robot_dl` can do."""
    rows = [[f'`robot_dl {verb}`', line] for verb, (_, line) in VERBS.items()]
    return table(['command', 'what it does'], rows)


def model_table() -> str:
    """Return the bundled models, from their cards."""

    def row(card: ModelCard) -> list[str]:
        labels = ', '.join(card.labels)
        return [f'`{card.name}`', card.task, card.input_words, labels, card.license]

    cards = [load_card(path.parent) for path in sorted(BUNDLED.glob('*/model.yaml'))]
    return table(['name', 'task', 'input', 'labels', 'licence'], map(row, cards))


def documents() -> Iterator[Path]:
    """Yield the files in which generated text may stand."""
    yield ROOT / 'README.md'
    yield ROOT / 'mkdocs.yml'
    yield from sorted((ROOT / 'docs').rglob('*.md'))


def page(kind: NodeKind) -> Path:
    """Return the path of a node's page."""
    return ROOT / 'docs/nodes' / f'{kind.executable}.md'


def first_page(kind: NodeKind) -> str:
    """Return what a node's page begins as: what can be said without its author."""
    places = [f'<!-- {kind.executable} {part} -->\n<!-- end -->\n' for part in PARTS]
    parts = [f'\n## {head}\n\n{place}' for head, place in zip(PARTS.values(), places, strict=True)]
    return f'# {kind.executable}\n\n{_purpose(kind)}\n{"".join(parts)}'


PARTS = {
    'topics': 'Topics and services',
    'parameters': 'Parameters',
    'launch': 'Launch arguments',
}
"""The generated parts of a node's page, with their headings."""


def _purpose(kind: NodeKind) -> str:
    """Return the first sentence of a node's module, which cannot be imported without ROS."""
    spec = find_spec(kind.module)
    assert spec is not None
    assert spec.origin is not None
    text = ast.get_docstring(ast.parse(Path(spec.origin).read_text(encoding='utf-8')))
    first = (text or '').partition('\n')[0].removeprefix('The node that ')
    return first[:1].upper() + first[1:]


def _names(kind: NodeKind, role: str) -> str:
    names = [t.name for t in kind.topics if t.role == role and t.name not in EVERYWHERE]
    return ', '.join(f'`{name}`' for name in names)


def main() -> int:
    """Rewrite the texts of the checkout."""
    for kind in node_kinds().values():
        if not page(kind).exists():
            page(kind).write_text(first_page(kind), encoding='utf-8')
    generated = tables()
    for path in documents():
        text = path.read_text(encoding='utf-8')
        if (new := filled(text, generated)) != text:
            path.write_text(new, encoding='utf-8')
    return 0


if __name__ == '__main__':
    sys.exit(main())
