"""Run a demo: start the nodes, watch them, and return what was seen."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import rclpy
from rclpy.executors import SingleThreadedExecutor
from rclpy.signals import SignalHandlerOptions

from robot_dl.cli.demos.crew import Crew, DemoError, crew, detection_command, sim_command
from robot_dl.cli.demos.display import Display
from robot_dl.cli.demos.record import Record
from robot_dl.cli.demos.spectator import TOPICS, Spectator
from robot_dl.cli.processes import stack_with_sure_end
from robot_dl.ros.environment import local_environment, unused_domain

START_PATIENCE_S = 60.0
DRAIN_S = 1.0
REFRESH_S = 0.25
RATE_HZ = 10.0
SCENE_PERIOD_S = 1.5

MISSING = {
    'image': 'the camera publishes no images',
    'found': 'the detector answers no images',
    'truth': 'the simulator publishes no truth',
}


@dataclass(frozen=True)
class Course:
    """How a run went, besides what is in the record.

    Attributes:
        seconds: How long it compared.
        start_s: From the start of the processes to the first comparison, seconds.
        images: Images that should have been answered in that time.
        status: What the detection node said of itself last.
        env: The environment of the processes.
    """

    seconds: float
    start_s: float
    images: int
    status: dict[str, str]
    env: dict[str, str]


def run_demo(
    record: Record, model: str, seed: int, seconds: float, log_folder: Path, display: Display
) -> Course:
    """Compare live detections with the truth for some seconds; frames go into `record`.

    Args:
        record: Empty.
        model: Bundled model's name, or a folder.
        seed: Seed of the first world.
        seconds: How long to compare.
        log_folder: Where the nodes' logs go.
        display: Where progress is shown.

    Raises:
        DemoError: If a node ends, or nothing arrives.
    """
    env = local_environment(unused_domain())
    display.say(
        f'sim_node and detection_node start in ROS domain {env["ROS_DOMAIN_ID"]}, on this machine '
        f'only; their logs are in {log_folder}'
    )
    commands = {
        'sim_node': sim_command(seed, RATE_HZ, SCENE_PERIOD_S),
        'detection_node': detection_command(model),
    }
    started_s = time.monotonic()
    with stack_with_sure_end() as stack:
        nodes = stack.enter_context(crew(commands, env, log_folder))
        watch = Watch(stack.enter_context(_spectator(record, env)), nodes)
        start_s = watch.until_first(started_s, display)
        watch.for_seconds(seconds, display)
        spectator = watch.spectator
        return Course(seconds, start_s, spectator.images, dict(spectator.status), env)


class Watch:
    """Runs the spectator, and looks after the nodes meanwhile."""

    def __init__(self, spectator: Spectator, nodes: Crew) -> None:
        """Watch `nodes` through `spectator`."""
        self.spectator = spectator
        self._nodes = nodes
        self._executor = SingleThreadedExecutor(context=spectator.context)
        self._executor.add_node(spectator)

    def until_first(self, started_s: float, display: Display) -> float:
        """Wait for the first comparison; return how long after `started_s` it was there."""
        record, seen = self.spectator.record, self.spectator.seen

        def show() -> None:
            waiting = [topic for part, (_, topic) in TOPICS.items() if not seen[part]]
            display.live(f'starting, waiting for {", ".join(waiting) or "the first comparison"}')

        self._spin(lambda: len(record) > 0, START_PATIENCE_S, show)
        if not len(record):
            raise DemoError(self._silence())
        return time.monotonic() - started_s

    def for_seconds(self, seconds: float, display: Display) -> None:
        """Compare for some seconds, and wait a moment for the last answers."""
        begun_s = time.monotonic()
        record = self.spectator.record

        def show() -> None:
            display.live(live_line(record, time.monotonic() - begun_s, seconds))

        self._spin(lambda: False, seconds, show)
        self.spectator.stop_after_now()
        self._spin(lambda: len(record) >= self.spectator.images, DRAIN_S, lambda: None)

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
        seen = self.spectator.seen
        reasons = [reason for part, reason in MISSING.items() if not seen[part]]
        said = '\n'.join(f'  {name}:\n{self._nodes.tail(name)}' for name in self._nodes.logs)
        reason = ', '.join(reasons) or 'no image, answer and truth had the same stamp'
        return (
            f'nothing to compare after {START_PATIENCE_S:.0f} s: {reason}. The logs end:\n{said}'
        )


def live_line(record: Record, elapsed_s: float, seconds: float) -> str:
    """Return the state of a run in one line."""
    rate_hz, latency_ms = record.rate_hz, record.latency_percentile_ms(50)
    parts = [
        f'{min(elapsed_s, seconds):4.0f} of {seconds:.0f} s',
        f'{len(record)} frames',
        '' if rate_hz is None else f'{rate_hz:.1f} Hz',
        f'precision {_percent(record.tally.precision)}',
        f'recall {_percent(record.tally.recall)}',
        '' if latency_ms is None else f'latency {latency_ms:.0f} ms',
    ]
    return '  '.join(part for part in parts if part)


def _percent(value: float | None) -> str:
    return '-' if value is None else f'{value:.1%}'


@contextmanager
def _spectator(record: Record, env: dict[str, str]) -> Iterator[Spectator]:
    """Yield the spectator in the ROS domain that `env` chooses."""
    # The middleware reads the environment of the process, once, when it is initialised.
    os.environ.update(env)
    rclpy.init(args=[], signal_handler_options=SignalHandlerOptions.NO)
    spectator = Spectator(record)
    try:
        yield spectator
    finally:
        spectator.destroy_node()
        rclpy.shutdown()
