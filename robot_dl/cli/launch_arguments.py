"""The arguments of launch files, read from their source: launch itself may not be here."""

import ast
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

TABLE = 'ARGUMENTS'
"""A launch file states its arguments in a table of this name: default and meaning of each."""


def launch_arguments(file: Path) -> list[tuple[str, str, str]]:
    """Return name, default and meaning of each argument of a launch file.

    A default that is no text, such as a path that is put together at launch, is left empty.
    """
    tree = ast.parse(file.read_text(encoding='utf-8'))
    return list(_entries(_table(tree, TABLE), tree))


def _table(tree: ast.Module, name: str) -> ast.Dict:
    for node in tree.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name:
            assert isinstance(node.value, ast.Dict)
            return node.value
    raise ValueError(f'expected a table {name}, found none')


def _entries(table: ast.Dict, tree: ast.Module) -> Iterator[tuple[str, str, str]]:
    for key, value in zip(table.keys, table.values, strict=True):
        if key is None:  # a table that several launch files share
            shared = _imported(tree, ast.unparse(value))
            yield from _entries(_table(shared, ast.unparse(value)), shared)
        else:
            assert isinstance(value, ast.Tuple)
            default, meaning = value.elts
            yield _text(key), _text(default), _text(meaning)


def _imported(tree: ast.Module, name: str) -> ast.Module:
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and name in [alias.name for alias in node.names]:
            spec = find_spec(str(node.module))
            assert spec is not None
            assert spec.origin is not None
            return ast.parse(Path(spec.origin).read_text(encoding='utf-8'))
    raise ValueError(f'expected an import of {name}, found none')


def _text(node: ast.expr) -> str:
    return str(node.value) if isinstance(node, ast.Constant) else ''
