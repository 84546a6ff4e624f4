"""Remove the shared memory that killed Fast DDS processes leave behind.

A participant that ends properly removes its own files in /dev/shm. One that is killed cannot, and
its segment then occupies memory until the machine is restarted. The command `fastdds shm clean`
does the same, but is not installed everywhere.
"""

import fcntl
import re
from pathlib import Path

SHARED_MEMORY = Path('/dev/shm')

# Fast DDS 2 names its files fastrtps_…, Fast DDS 3 fastdds_…; a segment has 16 letters and digits,
# a port its number. Beside each lies a lock, <name>_el (one owner) or <name>_sl (several), that is
# created first, deleted last, and flocked by whoever uses it.
SEGMENT = re.compile(r'fast(?:rtps|dds)_[0-9a-z]{16}')
LOCK = re.compile(r'(fast(?:rtps|dds)_(?:[0-9a-z]{16}|port\d{1,5}))_[es]l')


def remove_dead_segments(folder: Path = SHARED_MEMORY) -> list[Path]:
    """Delete the Fast DDS files in `folder` whose owner is dead.

    Files in use, files of other users and files of other programs stay.

    Returns:
        The deleted files.
    """
    files = sorted(folder.glob('fast*'))
    removed = []
    for lock in [path for path in files if LOCK.fullmatch(path.name)]:
        removed += _remove_with_lock(lock)
    segments = [path for path in files if SEGMENT.fullmatch(path.name)]
    return removed + [path for path in segments if not _has_lock(path) and _remove(path)]


def _remove_with_lock(lock: Path) -> list[Path]:
    """Delete what `lock` guards, unless somebody holds it.

    It is held meanwhile: Fast DDS expects that of a cleaner, and then starts afresh.
    """
    name = lock.name[: -len('_el')]
    guarded = [lock.with_name(name), lock.with_name(f'sem.{name}_mutex'), lock]
    try:
        with lock.open('rb') as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return [path for path in guarded if _remove(path)]
    except OSError:  # In use, another user's, or just deleted by its owner.
        return []


def _has_lock(segment: Path) -> bool:
    return segment.with_name(f'{segment.name}_el').exists()


def _remove(path: Path) -> bool:
    try:
        path.unlink()
    except OSError:
        return False
    return True
