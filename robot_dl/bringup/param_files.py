"""Check a ROS parameter file for a node, before the node starts.

Which sections apply to a node is rcl's rule: a key is a node's full name, a slash at its start may
be left out, keys may be nested, `*` stands for one part of a name and `**` for any number.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from robot_dl.bringup.catalogue import NodeKind
from robot_dl.bringup.document import DeploymentError, KeyPath, read_document
from robot_dl.bringup.keys import parameter_problem
from robot_dl.core.names import unknown_name

PARAMETERS = 'ros__parameters'
MOST_SECTIONS = 10_000


def file_problems(
    file: Path, full_name: str, kind: NodeKind, known_elsewhere: tuple[str, ...] = ()
) -> list[str]:
    """Return what is wrong with a parameter file for a node, each with file and line.

    Args:
        file: The file.
        full_name: Name of the node with its namespace, such as /front/detector.
        kind: What the node is.
        known_elsewhere: Parameters of other nodes, if the file is shared with them; then it need
            not say anything about this one either.
    """
    try:
        document = read_document(file)
        sections = dict(_sections(document.content))
    except DeploymentError as error:
        return [str(error)]
    applying = {path: values for path, values in sections.items() if applies(path, full_name)}
    if not applying and not known_elsewhere:
        names = ', '.join('/'.join(path) for path in sections) or 'none'
        return [f'{file}: no section applies to {full_name}, only to {names}; write /**:']
    return [
        f'{file}:{document.line((*path, PARAMETERS, name))}: {problem}'
        for path, values in applying.items()
        for name, value in values.items()
        if (problem := _problem(kind, str(name), value, known_elsewhere))
    ]


def applies(path: KeyPath, full_name: str) -> bool:
    """Tell whether a section, e.g. ('front', 'detector') or ('/**',), is for a node."""
    parts = [part for key in path for part in str(key).split('/') if part]
    pattern = ''.join(_pattern(part) for part in parts)
    return re.fullmatch(pattern, full_name) is not None


def _pattern(part: str) -> str:
    return {'*': '/[^/]+', '**': '(/[^/]+)*'}.get(part, '/' + re.escape(part))


def _sections(content: Any) -> Iterator[tuple[tuple[str, ...], Mapping[Any, Any]]]:
    """Yield the path and the parameters of each section."""
    waiting: list[tuple[tuple[str, ...], Any]] = [((), content)]
    # Aliases can make a few lines into a tree without end.
    for _ in range(MOST_SECTIONS):
        if not waiting:
            return
        path, found = waiting.pop(0)
        for key, value in found.items() if isinstance(found, dict) else ():
            if key == PARAMETERS:
                yield path, value if isinstance(value, dict) else {}
            else:
                waiting.append(((*path, str(key)), value))


def _problem(kind: NodeKind, name: str, value: Any, known_elsewhere: tuple[str, ...]) -> str:
    """Return why a parameter does not fit; empty if it does. Dotted names belong to rclpy."""
    specs = {spec.name: spec for spec in kind.parameter_specs}
    if name in specs:
        return parameter_problem(specs[name], value)
    if '.' in name or isinstance(value, dict) or name in known_elsewhere:
        return ''
    return unknown_name('parameter', name, specs)
