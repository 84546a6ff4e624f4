"""YAML files that remember the line of every value, so that a mistake can be pointed at."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

KeyPath = tuple[str | int, ...]

MAX_BYTES = 1_000_000


class DeploymentError(ValueError):
    """A deployment file is unreadable or wrong; the message lists every mistake with its line."""


@dataclass(frozen=True)
class Document:
    """A YAML file as plain values.

    Attributes:
        file: Where it was read.
        content: Its value: dicts, lists and scalars.
        lines: Line of each value by its path from the root, e.g. ('nodes', 0, 'name'); 1-based.
        twice: Paths of keys that stand twice in one mapping.
    """

    file: Path
    content: Any
    lines: Mapping[KeyPath, int]
    twice: tuple[KeyPath, ...]

    def line(self, path: KeyPath) -> int:
        """Return the line of a value, or of the nearest thing around it that has one."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def read_document(file: Path) -> Document:
    """Read a YAML file.

    Raises:
        DeploymentError: If it is missing, too large, or not YAML.
    """
    try:
        if file.stat().st_size > MAX_BYTES:
            raise DeploymentError(f'{file}: expected at most {MAX_BYTES} bytes')
        text = file.read_text(encoding='utf-8')
        content = yaml.safe_load(text)
        root = yaml.compose(text, yaml.SafeLoader)
    except (OSError, UnicodeDecodeError) as error:
        raise DeploymentError(f'{file}: cannot be read: {error}') from error
    except (yaml.YAMLError, RecursionError) as error:
        raise DeploymentError(f'{file}: not valid YAML: {error}') from error
    lines: dict[KeyPath, int] = {}
    twice: list[KeyPath] = []
    for path, line in _places(root, (), set()):
        if path in lines:
            twice.append(path)
        lines[path] = line
    return Document(file, content, lines, tuple(twice))


def _places(
    node: yaml.Node | None, path: KeyPath, seen: set[int]
) -> Iterator[tuple[KeyPath, int]]:
    """Yield every key and item with its line. An alias is followed only once."""
    if node is None or id(node) in seen:
        return
    seen.add(id(node))
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            inner = (*path, str(key.value))
            yield inner, key.start_mark.line + 1
            yield from _places(value, inner, seen)
    elif isinstance(node, yaml.SequenceNode):
        for i, value in enumerate(node.value):
            yield (*path, i), value.start_mark.line + 1
            yield from _places(value, (*path, i), seen)
