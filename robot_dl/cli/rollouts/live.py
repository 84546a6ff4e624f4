"""Episodes over real topics: a simulator and a policy's node, each in a process of its own."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import rclpy
from rclpy.context import Context
from rclpy.executors import SingleThreadedExecutor
from rclpy.signals import SignalHandlerOptions

from robot_dl.cli.demos.crew import Crew, DemoError, crew
from robot_dl.cli.processes import stack_with_sure_end
from robot_dl.cli.rollouts.contest import Contest
from robot_dl.cli.rollouts.episode import FAILED, NO_CHANGES, SUCCEEDED, UNFINISHED, Episode
from robot_dl.cli.rollouts.referee import Referee
from robot_dl.cli.rollouts.stand import POLICY
from robot_dl.cli.rollouts.states import ACTIVE, REST
from robot_dl.ros.environment import local_environment, unused_domain
from robot_dl.ros.qos import RESULTS

START_PATIENCE_S, ANSWER_PATIENCE_S = 60.0, 10.0
SLACK = 4.0
"""An episode may take so many times as long as it should on a machine that is busy."""
CHECK_S = 0.25
OVER = (SUCCEEDED, FAILED)
QUEUED = RESULTS.depth
"""So many commands may wait in the simulator."""


class Arena:
    """Both processes, running, and the referee between them.

    Attributes:
        contest: What is played.
        referee: Opens and closes the gate.
        domain: Their ROS domain.
        running_s: For how long episodes have run, by the clock on the wall.
    """

    def __init__(self, contest: Contest, nodes: Crew, referee: Referee, domain: int) -> None:
        """Play with running processes."""
        self.contest, self.referee, self.domain = contest, referee, domain
        self._nodes, self._next_seed, self.running_s = nodes, contest.first_seed, 0.0
        self._breaches = 0
        self._executor = SingleThreadedExecutor(context=referee.context)
        self._executor.add_node(referee)

    def add(self, node: Any) -> None:
        """Run a further node beside the referee."""
        self._executor.add_node(node)

    def wait_for_nodes(self) -> None:
        """Return when both processes answer.

        Raises:
            DemoError: If one ends, or does not answer within a minute.
        """
        missing = self.referee.missing
        if not self.spin_until(lambda: not missing(), START_PATIENCE_S):
            said = '\n'.join(f'  {name}:\n{self._nodes.tail(name)}' for name in self._nodes.logs)
            raise DemoError(
                f'no {", ".join(missing())} after {START_PATIENCE_S:.0f} s. The logs end:\n{said}'
            )

    def play(self, ready: Callable[[], None] = lambda: None) -> Episode:
        """Play the episode of the next seed from beginning to end.

        Args:
            ready: Is called when the world is there, before the gate is opened.
        """
        seed = self.begin()
        ready()
        counts = counts_of(self.referee.gate_values)
        reason, began_s = self.open_gate(), time.monotonic()
        if not reason:
            reason = self._let_run()
        self.running_s += time.monotonic() - began_s
        result = (
            self.referee.outcome if self.referee.outcome in OVER and not reason else UNFINISHED
        )
        facts = {name: float(value) for name, value in self.referee.facts.items()}
        self.close_gate()
        after, before = counts_of(self.referee.gate_values), self._breaches
        self._breaches = self.referee.breaches
        return Episode(
            seed,
            result,
            facts.get('elapsed_s', facts.get('survived_s', 0.0)),
            self._breaches - before,
            facts,
            {
                name: n - counts.get(name, 0)
                for name, n in after.items()
                if n > counts.get(name, 0)
            },
            reason,
        )

    def begin(self) -> int:
        """Go on to the world of the next seed, which waits for its first command; return it."""
        seed, self._next_seed = self._next_seed, self._next_seed + 1
        name = f'{self.contest.stand.world} {seed}'
        if self.referee.world != name:
            self.answer_to(self.referee.ask_next(), 'another world')
        waits = f'{name} that waits'
        self.need(lambda: (self.referee.world, self.referee.outcome) == (name, 'waiting'), waits)
        return seed

    def open_gate(self) -> str:
        """Ask the gate to open until it does; return why it does not, or nothing.

        What the node has not yet heard of the new world is a reason not to open that goes by.
        """
        deadline_s = time.monotonic() + ANSWER_PATIENCE_S
        while True:
            answer = self.answer_to(self.referee.ask_gate(True), 'the opening of the gate')
            if answer.success:
                return ''
            if time.monotonic() > deadline_s:
                return f'the gate did not open: {answer.message}'
            self.spin_until(lambda: False, 0.05)

    def close_gate(self) -> None:
        """Ask the gate to close, and return when the robot has heard the last of its commands.

        Each turn of the simulator's executor takes one message of a topic and answers one request.
        What waits there when the next world comes would be the first command in it.
        """
        self.answer_to(self.referee.ask_gate(False), 'the closing of the gate')
        self.need(lambda: self.referee.gate == REST, 'a closed gate')
        for _ in range(QUEUED):
            self.answer_to(self.referee.ask_simulator(), 'an answer of the simulator')

    def _let_run(self) -> str:
        """Return when the episode is over; say why, if the world did not end it."""
        referee, seconds = self.referee, self.contest.stand.episode_s / self.contest.speed
        was_active = False

        def is_done() -> bool:
            nonlocal was_active
            was_active = was_active or referee.gate in ACTIVE
            return referee.outcome in OVER or (was_active and referee.gate not in ACTIVE)

        limit_s = SLACK * seconds + ANSWER_PATIENCE_S
        if not self.spin_until(is_done, limit_s):
            return f'not over after {limit_s:.0f} s'
        if referee.outcome in OVER:
            return ''
        return referee.gate_values.get('gate_reason', '') or f'the gate is {referee.gate}'

    def answer_to(self, future: Any, what: str) -> Any:
        """Return the answer to a request.

        Raises:
            DemoError: If there is none.
        """
        self.need(future.done, what)
        return future.result()

    def need(self, condition: Callable[[], bool], what: str) -> None:
        """Return when a condition holds.

        Raises:
            DemoError: If it does not within ten seconds, or a process has ended.
        """
        if not self.spin_until(condition, ANSWER_PATIENCE_S):
            said = self._nodes.tail(POLICY)
            raise DemoError(f'no {what} within {ANSWER_PATIENCE_S:.0f} s; {POLICY} said:\n{said}')

    def spin_until(self, condition: Callable[[], bool], seconds: float) -> bool:
        """Listen until a condition holds, or for some seconds; return whether it does.

        Raises:
            DemoError: If a process has ended.
        """
        deadline_s = checked_s = time.monotonic()
        deadline_s += seconds
        while not condition():
            now_s = time.monotonic()
            if now_s > deadline_s:
                return False
            if now_s > checked_s + CHECK_S:
                self._nodes.check()
                checked_s = now_s
            self._executor.spin_once(timeout_sec=min(0.05, max(deadline_s - now_s, 0.0)))
        return True


@contextmanager
def arena(contest: Contest, log_folder: Path) -> Iterator[Arena]:
    """Run both processes in a ROS domain of their own, on this machine, for the block.

    Raises:
        DemoError: If one ends, or does not answer.
    """
    domain = unused_domain()
    env = local_environment(domain)
    with stack_with_sure_end() as stack:
        nodes = stack.enter_context(crew(contest.commands(), env, log_folder))
        referee = _referee(stack, env, domain)
        running = Arena(contest, nodes, referee, domain)
        running.wait_for_nodes()
        yield running


def counts_of(values: Mapping[str, str]) -> dict[str, int]:
    """Return how often the gate has changed or refused something, from what it tells."""
    counts = {name: int(value) for name, value in values.items() if value.isdigit()}
    return {name: count for name, count in counts.items() if name not in NO_CHANGES}


def _referee(stack: ExitStack, env: Mapping[str, str], domain: int) -> Referee:
    # The middleware reads the environment of the process when a context is initialised.
    os.environ.update(env)
    context = Context()
    rclpy.init(
        args=[],
        context=context,
        domain_id=domain,
        signal_handler_options=SignalHandlerOptions.NO,
    )
    stack.callback(rclpy.shutdown, context=context)
    referee = Referee(context=context)
    stack.callback(referee.destroy_node)
    return referee
