"""What an interface package says about itself: package.xml and the interface files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

KINDS = ('msg', 'srv', 'action')


@dataclass(frozen=True)
class Definition:
    """An interface package as its author wrote it."""

    folder: Path
    name: str
    version: str
    description: str
    license: str
    depends: tuple[str, ...]
    interfaces: tuple[Path, ...]
    """Paths relative to `folder`, such as msg/Point2D.msg."""


def read_definition(folder: Path) -> Definition:
    """Read package.xml and list the interface files beside it.

    Raises:
        ValueError: There is no interface file.
    """
    root = ElementTree.parse(folder / 'package.xml').getroot()
    interfaces = tuple(
        path.relative_to(folder)
        for kind in KINDS
        for path in sorted((folder / kind).glob(f'*.{kind}'))
    )
    if not interfaces:
        raise ValueError(f'{folder}: expected interface files in msg/, srv/ or action/, got none')
    return Definition(
        folder=folder,
        name=root.findtext('name', ''),
        version=root.findtext('version', ''),
        description=root.findtext('description', ''),
        license=root.findtext('license', ''),
        depends=tuple(element.text or '' for element in root.findall('depend')),
        interfaces=interfaces,
    )
