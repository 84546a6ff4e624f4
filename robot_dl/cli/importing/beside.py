"""The files that exporters and hubs leave beside a graph."""

import json
from pathlib import Path
from typing import Any

import yaml

MOST_BYTES = 4_000_000
JSON_FILES = ('config.json', 'preprocessor_config.json')


def read_beside(path: Path) -> dict[str, Any]:
    """Return what lies beside a graph and tells of it, by the name of the file.

    Hubs keep graphs in a folder `onnx` below the files that tell of them. What cannot be read is
    left out: it was written for others.
    """
    folder = path.resolve().parent
    folders = [folder, *([folder.parent] if folder.name == 'onnx' else [])]
    found: dict[str, Any] = {}
    for place in folders:
        for name in JSON_FILES:
            content = _json(place / name)
            if isinstance(content, dict):
                found.setdefault(name, content)
        front = _front_matter(place / 'README.md')
        if front:
            found.setdefault('README.md', front)
    return found


def _json(path: Path) -> Any:
    text = _text(path)
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _front_matter(path: Path) -> dict[str, Any]:
    """Return the YAML between two lines of '---' with which a model card of a hub begins."""
    head, _, rest = _text(path).partition('---\n')
    matter, end, _ = rest.partition('\n---')
    if head.strip() or not end:
        return {}
    try:
        content = yaml.safe_load(matter)
    except (ValueError, RecursionError, yaml.YAMLError):
        return {}
    return content if isinstance(content, dict) else {}


def _text(path: Path) -> str:
    if not path.is_file() or path.stat().st_size > MOST_BYTES:
        return ''
    return path.read_text(encoding='utf-8', errors='replace')
