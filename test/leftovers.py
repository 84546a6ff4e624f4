"""What a process that was ended may leave behind: children, and shared memory."""

import time
from collections.abc import Callable
from pathlib import Path


def children_of(pid: int) -> list[int]:
    children = Path(f'/proc/{pid}/task/{pid}/children').read_text().split()
    return [int(child) for child in children]


def is_running(pid: int) -> bool:
    try:
        return Path(f'/proc/{pid}/stat').read_text().rpartition(')')[2].split()[0] != 'Z'
    except (FileNotFoundError, ProcessLookupError):
        return False


def shared_memory_of(pids: list[int]) -> set[Path]:
    found = set()
    for pid in pids:
        try:
            rows = Path(f'/proc/{pid}/maps').read_text().splitlines()
        except OSError:  # Another user's, or just ended.
            continue
        found |= {Path(row[row.index('/') :]) for row in rows if '/dev/shm/fast' in row}
    return found


def left_of(files: set[Path]) -> set[Path]:
    """Return which of the files are still there and used by nobody: ports are shared by all."""
    pids = [int(path.name) for path in Path('/proc').glob('[0-9]*')]
    return {path for path in files if path.exists()} - shared_memory_of(pids)


def wait(condition: Callable[[], bool], what: str, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f'{what}: not within {seconds} s'
        time.sleep(0.05)
