"""Start processes that always end: with the block that started them, or with this process."""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

PR_SET_PDEATHSIG = 1  # linux/prctl.h
# Fast DDS needs a moment to leave its domain; one that takes longer hangs.
PATIENCE_S = 5.0

Process = subprocess.Popen[str]


@contextmanager
def running(command: Sequence[str], env: Mapping[str, str]) -> Iterator[Process]:
    """Run `command` for the duration of the block, with text pipes to its input and output.

    The process is interrupted at the end of the block, and killed if that does not help. Should
    this process be killed, the kernel kills the child with it. Ctrl-C reaches this process only.
    """
    process = subprocess.Popen(
        command,
        env=dict(env),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=_dying_with(os.getpid()),
    )
    try:
        yield process
    finally:
        end(process)


def python_module(module: str, *arguments: str) -> list[str]:
    """Return the command that runs `module` in this Python."""
    return [sys.executable, '-m', module, *arguments]


def end(process: Process) -> None:
    """Interrupt `process`, and kill it if it still runs five seconds later."""
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
    try:
        process.communicate(timeout=PATIENCE_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()


def _dying_with(parent: int) -> Callable[[], None]:
    """Return what a new process must do first so that it does not outlive `parent`."""
    prctl = ctypes.CDLL(None).prctl

    def arrange() -> None:
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # It died before the kernel knew.
            os._exit(1)

    return arrange
