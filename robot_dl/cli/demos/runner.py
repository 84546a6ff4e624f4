"""Run a demo: start the nodes, watch them, and return what was seen."""

import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import rclpy
from rclpy.executors import SingleThreadedExecutor
from rclpy.signals import SignalHandlerOptions

from robot_dl.cli.demos.crew import Crew, DemoError, crew, node_command, sim_command
from robot_dl.cli.demos.display import Display
from robot_dl.cli.demos.role import AnyFrame, Role, nodes_of
from robot_dl.cli.demos.spectator import Spectator
from robot_dl.cli.processes import stack_with_sure_end
from robot_dl.ros.environment import local_environment, unused_domain

START_PATIENCE_S = 60.0
DRAIN_S = 1.5
REFRESH_S = 0.25


@dataclass(frozen=True)
class Scenery:
    """What the simulator shows.

    Attributes:
        world: Name of the world.
        first: Seed of the first scene.
        rate_hz: Images a second.
        scene_period_s: Seconds until the scene changes.
    """

    world: str
    first: int
    rate_hz: float
    scene_period_s: float


@dataclass(frozen=True)
class Course:
    """How a run went, besides what is in the records.

    Attributes:
        seconds: How long it compared.
        start_s: From the start of the processes until every node had answered, seconds.
        images: Images that should have been answered in that time.
        moment: The best image that all nodes have answered: the frame of each.
        statuses: What each node said of itself last.
        env: The environment of the processes.
    """

    seconds: float
    start_s: float
    images: int
    moment: Mapping[str, AnyFrame]
    statuses: dict[str, dict[str, str]]
    env: dict[str, str]


def run_demo(
    roles: Mapping[str, Role], scenery: Scenery, seconds: float, log_folder: Path, display: Display
) -> Course:
    """Compare live answers with the truth for some seconds; frames go into the records.

    Args:
        roles: The nodes, which have done nothing yet.
        scenery: What the simulator shows.
        seconds: How long to compare.
        log_folder: Where the nodes' logs go.
        display: Where progress is shown.

    Raises:
        DemoError: If a node ends, or one does not answer.
    """
    env = local_environment(unused_domain())
    commands = commands_of(roles, scenery)
    display.say(
        f'{", ".join(commands)} start in ROS domain {env["ROS_DOMAIN_ID"]}, on this machine only; '
        f'their logs are in {log_folder}'
    )
    started_s = time.monotonic()
    with stack_with_sure_end() as stack:
        nodes = stack.enter_context(crew(commands, env, log_folder))
        watch = Watch(stack.enter_context(_spectator(roles, env)), nodes)
        start_s = watch.until_all_answer(started_s, display)
        watch.for_seconds(seconds, display)
        seen = watch.spectator
        return Course(seconds, start_s, seen.images, seen.moments.best, seen.statuses, env)


def commands_of(roles: Mapping[str, Role], scenery: Scenery) -> dict[str, list[str]]:
    """Return the commands of all processes by the names of their nodes."""
    world, first = scenery.world, scenery.first
    commands = {'sim_node': sim_command(world, first, scenery.rate_hz, scenery.scene_period_s)}
    for executable, (parameters, remaps) in nodes_of(roles).items():
        commands[executable] = node_command(executable, parameters, remaps)
    return commands


class Watch:
    """Runs the spectator, and looks after the nodes meanwhile."""

    def __init__(self, spectator: Spectator, nodes: Crew) -> None:
        """Watch `nodes` through `spectator`."""
        self.spectator = spectator
        self._nodes = nodes
        self._executor = SingleThreadedExecutor(context=spectator.context)
        self._executor.add_node(spectator)

    def until_all_answer(self, started_s: float, display: Display) -> float:
        """Wait for a comparison of each node; return how long after `started_s` all were there."""

        def show() -> None:
            display.live(f'starting, waiting for {", ".join(self._waiting()) or "nothing"}')

        self._spin(lambda: not self._waiting(), START_PATIENCE_S, show)
        if self._waiting():
            raise DemoError(self._silence())
        self.spectator.begin()
        return time.monotonic() - started_s

    def for_seconds(self, seconds: float, display: Display) -> None:
        """Compare for some seconds, and wait a moment for the last answers."""
        begun_s = time.monotonic()
        roles = self.spectator.roles

        def show() -> None:
            display.live(live_line(roles, time.monotonic() - begun_s, seconds))

        self._spin(lambda: False, seconds, show)
        self.spectator.stop_after_now()
        self._spin(self._is_complete, DRAIN_S, lambda: None)

    def _is_complete(self) -> bool:
        records = [role.record for role in self.spectator.roles.values()]
        return all(len(record) >= self.spectator.images for record in records)

    def _waiting(self) -> list[str]:
        roles = self.spectator.roles.items()
        return [role.part.answer for name, role in roles if name not in self.spectator.ready]

    def _spin(self, is_done: Callable[[], bool], seconds: float, show: Callable[[], None]) -> None:
        deadline_s = time.monotonic() + seconds
        next_s = time.monotonic()
        while not is_done() and time.monotonic() < deadline_s:
            self._executor.spin_once(timeout_sec=0.05)
            if time.monotonic() >= next_s:
                self._nodes.check()
                show()
                next_s += REFRESH_S

    def _silence(self) -> str:
        silent = [topic for topic, count in self.spectator.seen.items() if not count]
        reason = f'nothing came on {", ".join(silent)}'
        if not silent:
            waiting = ', '.join(self._waiting())
            reason = f'no message of {waiting} had the stamp of an image and its truth'
        said = '\n'.join(f'  {name}:\n{self._nodes.tail(name)}' for name in self._nodes.logs)
        return (
            f'nothing to compare after {START_PATIENCE_S:.0f} s: {reason}. The logs end:\n{said}'
        )


def live_line(roles: Mapping[str, Role], elapsed_s: float, seconds: float) -> str:
    """Return the state of a run in one line."""
    parts = [f'{min(elapsed_s, seconds):.0f} of {seconds:.0f} s']
    for name, role in roles.items():
        latency_ms = role.record.latency_percentile_ms(50)
        age = '' if latency_ms is None else f' {latency_ms:.0f} ms'
        frames = f'{len(role.record)} frames'
        parts.append(f'{name} {frames} {role.part.live(role.record.total)}{age}')
    return ' | '.join(parts)


@contextmanager
def _spectator(roles: Mapping[str, Role], env: dict[str, str]) -> Iterator[Spectator]:
    """Yield the spectator in the ROS domain that `env` chooses."""
    # The middleware reads the environment of the process, once, when it is initialised.
    os.environ.update(env)
    rclpy.init(args=[], signal_handler_options=SignalHandlerOptions.NO)
    spectator = Spectator(roles)
    try:
        yield spectator
    finally:
        spectator.destroy_node()
        rclpy.shutdown()
