"""Start processes that always end: with the block that started them, or with this process."""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

PR_SET_PDEATHSIG = 1  # linux/prctl.h
# Fast DDS needs a moment to leave its domain; one that takes longer hangs.
PATIENCE_S = 5.0

Process = subprocess.Popen[str]


@contextmanager
def running(
    command: Sequence[str], env: Mapping[str, str], log: Path | None = None
) -> Iterator[Process]:
    """Run `command` for the duration of the block.

    The process is interrupted at the end of the block, and killed if that does not help. Should
    this process be killed, the kernel kills the child with it. Ctrl-C reaches this process only.

    Args:
        command: What to run.
        env: Its whole environment.
        log: Where its output goes. Without it there are text pipes to its input and output.
    """
    with _streams(log) as streams:
        process: Process = subprocess.Popen(
            command,
            env=dict(env),
            text=True,
            start_new_session=True,
            preexec_fn=dying_with(os.getpid()),
            **streams,
        )
    try:
        yield process
    finally:
        end(process)


@contextmanager
def sigterm_as_interrupt() -> Iterator[None]:
    """Let SIGTERM raise KeyboardInterrupt in the block, so that it ends what the block began."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def stack_with_sure_end() -> Iterator[ExitStack]:
    """Yield a stack of contexts; while they are left, SIGINT and SIGTERM are ignored.

    So an impatient second Ctrl-C cannot interrupt the end of a process. What is on the stack must
    not take long to end.
    """
    stack = ExitStack()
    try:
        yield stack
    finally:
        numbers = (signal.SIGINT, signal.SIGTERM)
        before = [signal.signal(number, signal.SIG_IGN) for number in numbers]
        try:
            stack.close()
        finally:
            for number, handler in zip(numbers, before, strict=True):
                signal.signal(number, handler)


def python_module(module: str, *arguments: str) -> list[str]:
    """Return the command that runs `module` in this Python."""
    return [sys.executable, '-m', module, *arguments]


def end(process: Process) -> None:
    """Interrupt `process`, and kill it if it still runs five seconds later."""
    interrupt([process])
    try:
        process.communicate(timeout=PATIENCE_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()


def interrupt(processes: Iterable[Process]) -> None:
    """Ask those of the processes that still run to end."""
    for process in processes:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)


@contextmanager
def _streams(log: Path | None) -> Iterator[dict[str, Any]]:
    if log is None:
        yield {'stdin': subprocess.PIPE, 'stdout': subprocess.PIPE}
        return
    with log.open('w') as file:
        yield {'stdin': subprocess.DEVNULL, 'stdout': file, 'stderr': subprocess.STDOUT}


def dying_with(parent: int) -> Callable[[], None]:
    """Return what a new process must do first so that it does not outlive `parent`."""
    prctl = ctypes.CDLL(None).prctl

    def arrange() -> None:
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # It died before the kernel knew.
            os._exit(1)

    return arrange
