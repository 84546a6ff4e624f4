"""README and docs/ say what the code says, and every page can be reached."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from robot_dl.bringup.catalogue import node_kinds
from robot_dl.cli.markdown import filled, places, table
from robot_dl.cli.tables import PARTS, documents, first_page, page, tables

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / 'docs'
TABLES = tables()
SCREEN = 60
"""Lines of a screen; the picture of README is one of them."""

PAGES = sorted(path.relative_to(DOCS).as_posix() for path in DOCS.rglob('*.md'))
DOCUMENTS = {path.relative_to(ROOT).as_posix(): path for path in documents()}


def nav_of(entry: object) -> Iterator[str]:
    """Yield the pages that a menu of MkDocs names."""
    if isinstance(entry, str):
        yield entry
    elif isinstance(entry, dict):
        for value in entry.values():
            yield from nav_of(value)
    else:
        for value in entry:
            yield from nav_of(value)


@pytest.mark.parametrize('name', DOCUMENTS)
def test_generated_text_is_up_to_date(name):
    text = DOCUMENTS[name].read_text(encoding='utf-8')
    assert text == filled(text, TABLES), 'run `make tables`'
    assert [place for place in places(text) if place not in TABLES] == []


@pytest.mark.parametrize('name', TABLES)
def test_every_generated_text_has_its_place(name):
    texts = [path.read_text(encoding='utf-8') for path in DOCUMENTS.values()]
    assert any(f'<!-- {name} -->\n{TABLES[name]}' in text for text in texts)


@pytest.mark.parametrize('node', node_kinds())
def test_every_node_has_a_page_with_its_tables(node):
    path = page(node_kinds()[node])
    assert path.is_file(), 'run `make tables`, then write what the tables do not say'
    text = path.read_text(encoding='utf-8')
    assert text.startswith(f'# {node}\n')
    assert places(text)[: len(PARTS)] == [f'{node} {part}' for part in PARTS]


def test_every_page_of_a_node_is_of_one_that_exists():
    assert {path.stem for path in (DOCS / 'nodes').glob('*.md')} == set(node_kinds())


def test_the_menu_names_every_page_once():
    menu = yaml.safe_load((ROOT / 'mkdocs.yml').read_text(encoding='utf-8'))['nav']
    assert sorted(nav_of(menu)) == PAGES, 'name every page of docs/ once in mkdocs.yml, below nav'


def test_the_first_page_of_a_node_has_places_for_its_tables():
    kind = node_kinds()['detection_node']
    text = filled(first_page(kind), TABLES)
    assert text.startswith('# detection_node\n')
    assert '| `score` | float | `0.5` | 0 … 1 | yes |' in text
    assert '| `detections` | published |' in text


def test_options_of_commands_have_their_defaults():
    text = TABLES['options']
    assert '| `--seed SEED` | `0` | 0 to 999. |' in text
    assert '| `--stamps {now,original}` | `now` |' in text
    assert '### robot_dl bench transport\n' in text
    assert '`/' not in text, 'a path of this machine'


def test_a_table_is_replaced_and_the_rest_stays():
    text = 'a\n<!-- x -->\nold\n<!-- end -->\nb\n    # <!-- x -->\n    # <!-- end -->\n'
    expected = 'a\n<!-- x -->\nnew\n<!-- end -->\nb\n    # <!-- x -->\nnew\n    # <!-- end -->\n'
    assert filled(text, {'x': 'new\n', 'y': 'other\n'}) == expected


def test_a_bar_in_a_cell_does_not_end_it():
    assert table(['a'], [['x|y']]) == '| a |\n| --- |\n| x\\|y |\n'


def test_the_readme_is_one_screen():
    assert len((ROOT / 'README.md').read_text(encoding='utf-8').splitlines()) <= SCREEN


@pytest.mark.parametrize('name', [name for name in DOCUMENTS if name.endswith('.md')])
def test_every_link_to_a_file_leads_somewhere(name):
    path = DOCUMENTS[name]
    links = re.findall(r'\]\(([^)\s]+)', path.read_text(encoding='utf-8'))
    files = [link.partition('#')[0] for link in links if '://' not in link]
    assert [link for link in files if link and not (path.parent / link).exists()] == []


def test_no_text_still_waits_for_its_numbers():
    command = ['git', 'ls-files', '-z', '*.md']
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        pytest.skip('no git checkout')
    texts = {name: (ROOT / name).read_text('utf-8') for name in done.stdout.split('\0') if name}
    assert {name: found for name, text in texts.items() if (found := gaps(text))} == {}


def test_a_place_for_a_number_is_found():
    assert gaps('takes @RATIO@ times as long; mail a@b.org') == ['@RATIO@']


def gaps(text: str) -> list[str]:
    """Return the places that were kept free for measured numbers."""
    return re.findall(r'@[A-Z][A-Z0-9_]*@', text)
