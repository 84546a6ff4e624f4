"""The README says what the code says."""

import re
import subprocess
from pathlib import Path

import pytest

from robot_dl.cli.tables import filled, tables

ROOT = Path(__file__).resolve().parents[1]
README = ROOT / 'README.md'


def test_generated_tables_are_up_to_date():
    text = README.read_text(encoding='utf-8')
    assert text == filled(text), 'run `make tables`'


def test_every_generated_table_has_its_place():
    text = README.read_text(encoding='utf-8')
    for name, table in tables().items():
        assert f'<!-- {name} -->\n{table}<!-- end -->' in text


def test_no_text_still_waits_for_its_numbers():
    command = ['git', 'ls-files', '-z', '*.md']
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        pytest.skip('no git checkout')
    texts = {name: (ROOT / name).read_text('utf-8') for name in done.stdout.split('\0') if name}
    assert {name: found for name, text in texts.items() if (found := places(text))} == {}


def test_a_place_for_a_number_is_found():
    assert places('takes @RATIO@ times as long; mail a@b.org') == ['@RATIO@']


def test_every_link_to_a_file_leads_somewhere():
    links = re.findall(r'\]\(([^)\s]+)', README.read_text(encoding='utf-8'))
    files = [link.partition('#')[0] for link in links if '://' not in link]
    assert [name for name in files if name and not (ROOT / name).exists()] == []
    assert any(files)


def places(text: str) -> list[str]:
    """Return the places that were kept free for measured numbers."""
    return re.findall(r'@[A-Z][A-Z0-9_]*@', text)
