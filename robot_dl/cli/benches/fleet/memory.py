"""How much memory a process has, and what kind."""

from dataclasses import dataclass
from pathlib import Path

FIELDS = {'VmRSS': 'rss_mib', 'RssAnon': 'own_mib', 'RssShmem': 'shared_mib', 'VmHWM': 'peak_mib'}


@dataclass(frozen=True)
class Memory:
    """Resident memory in units of 2**20 bytes.

    Attributes:
        rss_mib: All of it.
        own_mib: What no other process has: heap, stacks, the model.
        shared_mib: What lies in /dev/shm: images on their way, its own and those of the cameras.
        peak_mib: The most that `rss_mib` has been.
    """

    rss_mib: float
    own_mib: float
    shared_mib: float
    peak_mib: float


def memory_of(pid: int) -> Memory:
    """Return the memory of a process.

    Raises:
        OSError: If there is no such process.
    """
    rows = [row.split() for row in Path(f'/proc/{pid}/status').read_text().splitlines()]
    found = {FIELDS[row[0][:-1]]: row[1] for row in rows if row and row[0][:-1] in FIELDS}
    if len(found) < len(FIELDS):
        raise ProcessLookupError(f'process {pid} has ended')
    return Memory(**{name: round(int(kib) / 1024, 2) for name, kib in found.items()})
