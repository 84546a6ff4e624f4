"""The processes of a demo: a simulated camera, the nodes, and one that cleans up after a kill."""

import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from robot_dl.bringup.catalogue import node_kinds
from robot_dl.cli.demos.janitor import DONE
from robot_dl.cli.processes import Process, interrupt, python_module, running
from robot_dl.ros.shared_memory import remove_dead_segments

TAIL_LINES = 15


class DemoError(OSError):
    """The demo cannot go on; the message says why and shows what the process said last."""


@dataclass(frozen=True)
class Crew:
    """The running nodes, and where each writes its log."""

    processes: Mapping[str, Process]
    logs: Mapping[str, Path]

    def check(self) -> None:
        """Check that every node still runs.

        Raises:
            DemoError: If one has ended; the message has the end of its log.
        """
        for name, process in self.processes.items():
            if process.poll() is not None:
                reason = f'{name} has ended with code {process.returncode}'
                raise DemoError(f'{reason}; it said:\n{self.tail(name)}')

    def tail(self, name: str) -> str:
        """Return the last lines of a node's log, indented."""
        lines = self.logs[name].read_text(errors='replace').splitlines()
        return '\n'.join(f'    {line}' for line in lines[-TAIL_LINES:]) or '    (nothing)'


@contextmanager
def crew(
    commands: Mapping[str, list[str]], env: Mapping[str, str], log_folder: Path
) -> Iterator[Crew]:
    """Run the nodes of a demo for the duration of the block, with a log file each.

    They end with the block, and with this process however it ends.
    """
    log_folder.mkdir(parents=True, exist_ok=True)
    logs = {name: log_folder / f'{name}.log' for name in commands}
    with ExitStack() as stack:
        stack.enter_context(_janitor())
        processes = {n: stack.enter_context(running(c, env, logs[n])) for n, c in commands.items()}
        # All at once, so that the end takes as long as the slowest and not as all of them.
        stack.callback(interrupt, processes.values())
        yield Crew(processes, logs)


def sim_command(world: str, seed: int, rate_hz: float, scene_period_s: float) -> list[str]:
    """Return the command of the simulated camera."""
    parameters = {'world': world, 'seed': seed, 'rate_hz': rate_hz}
    return node_command('sim_node', {**parameters, 'scene_period_s': scene_period_s}, {})


def node_command(
    executable: str, parameters: Mapping[str, object], remaps: Mapping[str, str]
) -> list[str]:
    """Return the command of a node."""
    given = [word for key, value in parameters.items() for word in ('-p', f'{key}:={value}')]
    renamed = [word for key, name in remaps.items() for word in ('-r', f'{key}:={name}')]
    return python_module(node_kinds()[executable].module, '--ros-args', *given, *renamed)


@contextmanager
def _janitor() -> Iterator[None]:
    command = [sys.executable, '-m', 'robot_dl.cli.demos.janitor']
    pipe, nowhere = subprocess.PIPE, subprocess.DEVNULL
    with subprocess.Popen(
        command, stdin=pipe, stdout=nowhere, stderr=nowhere, start_new_session=True
    ) as process:
        assert process.stdin
        try:
            yield
        finally:
            remove_dead_segments()
            with suppress(BrokenPipeError):
                process.stdin.write(DONE)
                process.stdin.flush()
