"""A deployment that runs: `robot_dl up` with its nodes, their cameras, and a listener."""

import os
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from robot_dl.cli.benches.asking import ask
from robot_dl.cli.benches.fleet.stations import NODE, Station, deployment_text
from robot_dl.cli.processes import Process, python_module, running, stack_with_sure_end
from robot_dl.ros.environment import local_environment, unused_domain, without_profile
from robot_dl.ros.shared_memory import remove_dead_segments

START_S = 60.0
POLL_S = 0.002
LAST_WORDS = 2000
SAID_WHEN_REVIVED = 'starting it again'

CameraCommand = Callable[[Station], list[str]]


@dataclass(frozen=True)
class Fleet:
    """The processes of one case, in a ROS domain of their own.

    Attributes:
        stations: The nodes.
        up: The supervisor, parent of the nodes.
        log: What supervisor and nodes have written.
        cameras: One worker for each station, in the same order.
        listener: Hears all results and diagnostics.
    """

    stations: tuple[Station, ...]
    up: Process
    log: Path
    cameras: tuple[Process, ...]
    listener: Process

    def pids(self) -> dict[str, int]:
        """Return the process of each node that runs, by the name of its namespace."""
        found = dict(_children(self.up.pid))
        return {s.namespace: found[s.namespace] for s in self.stations if s.namespace in found}

    def wait_for_pid(self, station: Station, patience_s: float = START_S) -> int:
        """Return the node's process, once there is one."""
        self.wait_until(lambda: station.namespace in self.pids(), f'{station.name}', patience_s)
        return self.pids()[station.namespace]

    def wait_for_answers(self) -> int:
        """Return the time at which every node has answered since the last report, in ns."""
        self.wait_until(lambda: ask(self.listener, 'heard'), 'an answer of every node', START_S)
        return time.time_ns()

    def health(self, after_ns: int) -> dict[str, dict[str, Any]]:
        """Return what each node says of itself, said after that system time."""
        names = [station.name for station in self.stations]
        health: dict[str, dict[str, Any]] = {}

        def all_said() -> bool:
            health.update(ask(self.listener, 'health'))
            return all(health.get(name, {}).get('came_ns', 0) > after_ns for name in names)

        self.wait_until(all_said, 'diagnostics of every node', 10.0)
        return {station.namespace: health[station.name] for station in self.stations}

    def wait_until(self, condition: Callable[[], bool], what: str, patience_s: float) -> None:
        """Return when the condition holds.

        Raises:
            OSError: If that takes longer than `patience_s`, or if all nodes have ended; the
                message says what they have written last.
        """
        try:
            wait_until(lambda: condition() or self.up.poll() is not None, what, patience_s)
        except TimeoutError as error:
            raise OSError(f'{error}\n{self._last_words()}') from None
        if self.up.poll() is not None:
            raise OSError(f'no node is left\n{self._last_words()}')

    def _last_words(self) -> str:
        return self.log.read_text(errors='replace')[-LAST_WORDS:]

    def revivals(self) -> int:
        """Return how often the supervisor has started a node again."""
        return self.log.read_text(errors='replace').count(SAID_WHEN_REVIVED)


@contextmanager
def fleet(
    stations: Sequence[Station], model: str, camera: CameraCommand, respawn: bool = False
) -> Iterator[Fleet]:
    """Run stations for the duration of the block.

    Args:
        stations: The nodes to deploy.
        model: Name or folder of the detectors' model.
        camera: Returns the command of a station's camera.
        respawn: Whether a node that has ended is started again.
    """
    env = local_environment(unused_domain(), without_profile(os.environ))
    with tempfile.TemporaryDirectory() as folder, stack_with_sure_end() as stack:
        stack.callback(remove_dead_segments)
        file, log = Path(folder, 'deployment.yaml'), Path(folder, 'log')
        file.write_text(deployment_text(stations, model, respawn))
        topics = [f'{station.result}={station.result_type}' for station in stations]

        def start(command: list[str], log: Path | None = None) -> Process:
            return stack.enter_context(running(command, env, log))

        listener_command = ('robot_dl.cli.benches.fleet.listener', '--topics', *topics)
        listener = start(python_module(*listener_command))
        cameras = tuple(start(camera(station)) for station in stations)
        up = start(python_module('robot_dl.cli.main', 'up', str(file), '--no-color'), log)
        yield Fleet(tuple(stations), up, log, cameras, listener)


def wait_until(condition: Callable[[], bool], what: str, patience_s: float) -> None:
    """Return when the condition holds.

    Raises:
        TimeoutError: If that takes longer than `patience_s`.
    """
    deadline_s = time.monotonic() + patience_s
    while not condition():
        if time.monotonic() > deadline_s:
            raise TimeoutError(f'{what}: not within {patience_s:g} s')
        time.sleep(POLL_S)


def is_alive(pid: int) -> bool:
    """Tell whether a process runs; one that has ended and waits to be reaped does not."""
    return _state_and_parent(pid)[0] not in ('', 'Z', 'X')


def _children(parent: int) -> Iterator[tuple[str, int]]:
    """Yield namespace and process id of each node that `parent` has started."""
    for entry in Path('/proc').glob('[0-9]*'):
        state, its_parent = _state_and_parent(int(entry.name))
        if its_parent == parent and state != 'Z':
            words = _command(int(entry.name))
            spaces = [w.removeprefix('__ns:=/') for w in words if w.startswith('__ns:=/')]
            if f'__node:={NODE}' in words and spaces:
                yield spaces[0], int(entry.name)


def _state_and_parent(pid: int) -> tuple[str, int]:
    try:
        words = Path(f'/proc/{pid}/stat').read_text().rpartition(')')[2].split()
    except OSError:
        return '', 0
    return words[0], int(words[1])


def _command(pid: int) -> list[str]:
    try:
        return Path(f'/proc/{pid}/cmdline').read_bytes().decode(errors='replace').split('\0')
    except OSError:
        return []
