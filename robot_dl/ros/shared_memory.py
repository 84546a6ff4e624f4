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
PORT = re.compile(r'fast(?:rtps|dds)_port\d{1,5}')
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
    removed += [path for path in files if SEGMENT.fullmatch(path.name) and _remove_unlocked(path)]
    # A port without lock has no reader any more, but a writer may not know that yet.
    ports = [path for path in files if PORT.fullmatch(path.name)]
    mapped = _mapped_files() if ports else set()
    for port in ports:
        if str(port) not in mapped and _remove_unlocked(port):
            removed += [port, *_removed(port.with_name(f'sem.{port.name}_mutex'))]
    return removed


def _remove_with_lock(lock: Path) -> list[Path]:
    """Delete what `lock` guards, unless somebody holds it.

    It is held meanwhile: Fast DDS expects that of a cleaner, and then starts afresh.
    """
    name = lock.name[: -len('_el')]
    guarded = [lock.with_name(name), lock.with_name(f'sem.{name}_mutex'), lock]
    try:
        with lock.open('rb') as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return _removed(*guarded)
    except OSError:  # In use, another user's, or just deleted by its owner.
        return []


def _remove_unlocked(path: Path) -> bool:
    locks = [path.with_name(path.name + ending) for ending in ('_el', '_sl')]
    return not any(lock.exists() for lock in locks) and bool(_removed(path))


def _removed(*paths: Path) -> list[Path]:
    """Delete what can be deleted, and return that."""
    done = []
    for path in paths:
        try:
            path.unlink()
        except OSError:
            continue
        done.append(path)
    return done


def _mapped_files() -> set[str]:
    """Return the Fast DDS files that the processes we may look into have in their memory."""
    mapped = set()
    for maps in Path('/proc').glob('[0-9]*/maps'):
        try:
            rows = maps.read_text().splitlines()
        except OSError:  # Another user's process, or one that has just ended.
            continue
        mapped.update(row[row.index('/') :] for row in rows if f'{SHARED_MEMORY}/fast' in row)
    return mapped
