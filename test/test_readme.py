"""The README says what the code says."""

from pathlib import Path

from robot_dl.cli.tables import filled, tables

README = Path(__file__).parents[1] / 'README.md'


def test_generated_tables_are_up_to_date():
    text = README.read_text(encoding='utf-8')
    assert text == filled(text), 'run `make tables`'


def test_every_generated_table_has_its_place():
    text = README.read_text(encoding='utf-8')
    for name, table in tables().items():
        assert f'<!-- {name} -->\n{table}<!-- end -->' in text
