"""Where runtimes may keep what they have built for this machine."""

import os
import tempfile
from pathlib import Path


def kept_folder(kind: str, key: str) -> Path | None:
    """Return a folder of our own that can be written, made if need be; None if there is none.

    It lies in XDG_CACHE_HOME, or in ~/.cache. There is no other place to fall back to: what a
    runtime has built is a program, and a folder such as /tmp could hold that of a stranger.

    Args:
        kind: What is kept, e.g. 'tensorrt'.
        key: What it was built from; equal keys mean that it can be used again.
    """
    try:
        base = os.environ.get('XDG_CACHE_HOME') or Path.home() / '.cache'
        folder = Path(base) / 'robot_dl' / kind / key
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except (OSError, RuntimeError):  # A container's user may have no home at all.
        return None
