"""Run the nodes of a deployment: start, log, start again, and end all of them in order."""

import asyncio
import os
import signal
import time
from asyncio.subprocess import PIPE, STDOUT, Process
from collections.abc import AsyncIterator

from robot_dl.bringup.commands import added_variables, command
from robot_dl.bringup.deployment import Deployment, NodeSpec
from robot_dl.bringup.respawn import Respawn
from robot_dl.cli.processes import dying_with
from robot_dl.cli.supervision.console import Console
from robot_dl.ros.environment import profile_variable
from robot_dl.ros.shared_memory import remove_dead_segments

ENDING = ((signal.SIGTERM, 7.0), (signal.SIGKILL, 2.0))
"""How a process is asked to end, and how long each request is given, in seconds.

SIGINT would do as well once rclpy is there, but before that Python answers it by a traceback.
"""
STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def supervise(deployment: Deployment, colored: bool | None = None) -> int:
    """Run a deployment until one of `STOPS`, nobody reads the log, or no node is left.

    Returns:
        0 if every node ended well, 1 if one failed and was not or could not be revived.
    """
    try:
        return asyncio.run(_Supervisor(deployment, colored).run())
    finally:
        remove_dead_segments()


class _Supervisor:
    def __init__(self, deployment: Deployment, colored: bool | None) -> None:
        self._stop = asyncio.Event()
        names = [node.full_name for node in deployment.nodes]
        self._console = Console(names, colored, lost=self._stop.set)
        self._nodes = [_Keeper(deployment, node, self._console) for node in deployment.nodes]

    async def run(self) -> int:
        loop = asyncio.get_running_loop()
        for number in STOPS:
            if signal.getsignal(number) != signal.SIG_IGN:  # as nohup sets it for SIGHUP
                loop.add_signal_handler(number, self._stop.set)
        kept = asyncio.create_task(self._keep_all())
        stopped = asyncio.create_task(self._stop.wait())
        await asyncio.wait((kept, stopped), return_when=asyncio.FIRST_COMPLETED)
        if not kept.done() or kept.exception():
            await self._end()
        stopped.cancel()
        return 0 if await kept else 1

    async def _keep_all(self) -> bool:
        return all(await asyncio.gather(*(node.keep() for node in self._nodes)))

    async def _end(self) -> None:
        """End the nodes that look first, and those that command motion last."""
        for last in (False, True):
            nodes = [node for node in self._nodes if node.commands_motion is last]
            if nodes:
                self._console.say(f'ending {", ".join(node.name for node in nodes)}')
                await asyncio.gather(*(node.end() for node in nodes))


class _Keeper:
    """Keeps one node running."""

    def __init__(self, deployment: Deployment, node: NodeSpec, console: Console) -> None:
        self.name, self.commands_motion = node.full_name, node.kind.commands_motion
        self._node, self._console = node, console
        self._env = {
            **os.environ,
            **added_variables(deployment, node, profile_variable(os.environ)),
        }
        self._process: Process | None = None
        self._ending = asyncio.Event()

    async def keep(self) -> bool:
        """Run the node, again and again if it is to be respawned; return whether it ended well."""
        memory = Respawn()
        while True:
            started_s = time.monotonic()
            code = await self._run_once()
            if self._ending.is_set():
                return code in (0, -signal.SIGTERM)
            memory = memory.after(time.monotonic() - started_s)
            if not self._node.respawn or memory.gives_up:
                self._say_last_words(code, memory)
                return code == 0 and not self._node.respawn
            self._console.line(
                self.name, f'{_ending_of(code)}; starting it again in {memory.delay_s:.1f} s'
            )
            if await self._is_ending_within(memory.delay_s):
                return True

    async def end(self) -> None:
        """Ask the process to end, more firmly each time, until it has."""
        self._ending.set()
        for number, patience_s in ENDING:
            if self._process is None or self._process.returncode is not None:
                return
            self._process.send_signal(number)
            try:
                await asyncio.wait_for(self._process.wait(), patience_s)
            except asyncio.TimeoutError:
                self._console.line(self.name, f'still runs {patience_s:.0f} s after {number.name}')

    async def _run_once(self) -> int:
        self._process = process = await asyncio.create_subprocess_exec(
            *command(self._node),
            env=self._env,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=PIPE,
            stderr=STDOUT,
            start_new_session=True,
            preexec_fn=dying_with(os.getpid()),
        )
        assert process.stdout
        log = asyncio.create_task(self._log(process.stdout))
        if self._ending.is_set():  # The end was asked for while the process was being made.
            await self.end()
        code = await process.wait()
        await log
        if code < 0:  # Killed: its shared memory is still there.
            remove_dead_segments()
        return code

    async def _log(self, stream: asyncio.StreamReader) -> None:
        async for line in _lines(stream):
            self._console.line(self.name, line.decode(errors='replace').rstrip())

    async def _is_ending_within(self, seconds: float) -> bool:
        try:
            await asyncio.wait_for(self._ending.wait(), seconds)
        except asyncio.TimeoutError:
            return False
        return True

    def _say_last_words(self, code: int, memory: Respawn) -> None:
        why = f', {memory.failures} times in a row: giving up' if memory.gives_up else ''
        self._console.line(self.name, f'{_ending_of(code)}{why}')


def _ending_of(code: int) -> str:
    return f'ended by {signal.Signals(-code).name}' if code < 0 else f'ended with code {code}'


async def _lines(stream: asyncio.StreamReader) -> AsyncIterator[bytes]:
    """Yield what a process writes, line by line; a line without end comes in pieces."""
    while not stream.at_eof():
        try:
            yield await stream.readuntil()
        except asyncio.IncompleteReadError as error:
            if error.partial:
                yield error.partial
        except asyncio.LimitOverrunError as error:
            yield await stream.readexactly(error.consumed)
