"""Folders that are there when they are whole, and not before."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def refuse_existing(folder: Path) -> None:
    """Leave alone what is there.

    Raises:
        ValueError: If there is something under that name.
    """
    if folder.exists():
        raise ValueError(f'--to {folder}: expected a folder that is not there yet')


@contextmanager
def becoming(folder: Path) -> Iterator[Path]:
    """Yield an empty folder of the same name that becomes `folder` unless something is raised."""
    parent = folder.resolve().parent
    parent.mkdir(parents=True, exist_ok=True)
    # Beside it, for a folder cannot be renamed into another file system.
    with tempfile.TemporaryDirectory(dir=parent, prefix='.') as scratch:
        unfinished = Path(scratch) / folder.resolve().name
        unfinished.mkdir()
        yield unfinished
        unfinished.rename(folder)
