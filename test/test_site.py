"""MkDocs builds the pages strictly, and a browser needs nothing from the network to show them."""

import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[1]
LOADING = {'link': 'href', 'script': 'src', 'img': 'src', 'iframe': 'src', 'source': 'src'}
"""Attributes whose files a browser loads by itself."""


class Loaded(HTMLParser):
    """Collects what a page loads from other hosts."""

    def __init__(self) -> None:
        super().__init__()
        self.from_elsewhere: list[str] = []

    def handle_starttag(self, tag, attrs):
        place = dict(attrs).get(LOADING.get(tag, '')) or ''
        if place.startswith(('http:', 'https:', '//')):
            self.from_elsewhere.append(place)


def loaded_from_elsewhere(html: str) -> list[str]:
    parser = Loaded()
    parser.feed(html)
    return parser.from_elsewhere


@pytest.fixture(scope='module')
def site(tmp_path_factory) -> Path:
    pytest.importorskip('mkdocs', reason='the extra docs is not installed')
    folder = tmp_path_factory.mktemp('site')
    command = [sys.executable, '-m', 'mkdocs', 'build', '--quiet', f'--site-dir={folder}']
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return folder


def test_every_page_is_built(site):
    pages = {path.relative_to(ROOT / 'docs') for path in (ROOT / 'docs').rglob('*.md')}
    assert {page for page in pages if not (site / page).with_suffix('.html').is_file()} == set()


def test_no_page_loads_anything_from_the_network(site):
    pages = {path.name: path.read_text(encoding='utf-8') for path in site.rglob('*.html')}
    assert {
        name: found for name, html in pages.items() if (found := loaded_from_elsewhere(html))
    } == {}


def test_generated_tables_become_tables(site):
    html = (site / 'nodes/detection_node.html').read_text(encoding='utf-8')
    assert html.count('<table>') >= 3
    assert '<td><code>score</code></td>' in html


def test_what_a_page_would_load_is_found():
    html = '<a href="https://a.org">a</a><script src="https://b.org/x.js"></script>'
    assert loaded_from_elsewhere(html) == ['https://b.org/x.js']
