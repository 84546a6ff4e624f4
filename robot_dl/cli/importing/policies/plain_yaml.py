"""Read YAML that Python wrote with tags, without obeying a single one of them.

Isaac Lab and mjlab dump their configurations with `!!python/tuple`, `!!python/name:…` and
`!!python/object…`. The usual loaders either refuse those or build what they name. This one takes
the plain sequence, mapping or text below a tag; of a name it keeps the name, as text.
"""

from pathlib import Path
from typing import Any

import yaml

from robot_dl.engine.card_checks import CardError

MOST_BYTES = 8_000_000
NAME = 'python/name:'


class _TagFree(yaml.SafeLoader):
    """Builds plain lists, mappings and texts, whatever a tag asks for."""


def _plain(loader: yaml.SafeLoader, tag: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    if isinstance(node, yaml.MappingNode):
        return loader.construct_mapping(node, deep=True)
    text = loader.construct_scalar(node)  # type: ignore[arg-type]
    return tag.partition(NAME)[2] if NAME in tag and not text else text


_TagFree.add_multi_constructor('', _plain)
_TagFree.add_multi_constructor('!', _plain)


def read_plain_yaml(path: Path) -> Any:
    """Return what a YAML file holds, as lists, mappings, numbers and texts.

    Raises:
        CardError: If it is missing, too large, or not YAML.
    """
    if not path.is_file():
        raise CardError(f'{path}: no such file')
    if path.stat().st_size > MOST_BYTES:
        raise CardError(f'{path}: expected at most {MOST_BYTES} bytes')
    loader = _TagFree(path.read_text(encoding='utf-8', errors='replace'))
    try:
        return loader.get_single_data()
    except (yaml.YAMLError, ValueError, TypeError, RecursionError) as error:
        raise CardError(f'{path}: not valid YAML: {error}') from error
    finally:
        loader.dispose()


def inside(content: Any, *keys: str) -> Any:
    """Return what lies at the end of a path of keys; None if anything is missing."""
    for key in keys:
        content = content.get(key) if isinstance(content, dict) else None
    return content
