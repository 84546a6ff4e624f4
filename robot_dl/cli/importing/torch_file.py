"""What the archives of torch say of themselves, read without torch: JSON in a zip archive."""

import zipfile
from pathlib import Path
from typing import Any

from robot_dl.cli.importing.labels import literal

MOST_BYTES = 4_000_000


def extra_metadata(path: Path) -> dict[str, Any]:
    """Return the JSON that Ultralytics puts into its archives as `extra/config.txt`."""
    with zipfile.ZipFile(path) as archive:
        for member in archive.infolist():
            if member.filename.endswith('/extra/config.txt') and member.file_size <= MOST_BYTES:
                text = archive.read(member).decode('utf-8', errors='replace')
                content = literal(text)
                return content if isinstance(content, dict) else {}
    return {}
