"""Worker: a robot that publishes joint states at a steady pace and hears what it is told.

It measures, so what could disturb it is kept out of it: one thread publishes and hears, on a node
without services, and nothing collects garbage meanwhile. Whoever answers is on a lane, the
namespace of its topics. Orders:

`look LANE` answers whether somebody is there; `open LANE RATE_HZ` opens the command gate of
whoever is on the lane, and answers with what it says, '' if it did; `shut LANE RATE_HZ` closes
it; `turn LANE PLACE TICKS RATE_HZ` takes the carrier's command from that place of the commands,
publishes until answers come, then for TICKS ticks, and answers with the fields of `Samples`, or
with what is wrong if no answers come.
"""

import argparse
import ctypes
import gc
import time
from array import array
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from sensor_msgs.msg import JointState
from std_msgs.msg import Float64MultiArray
from std_srvs.srv import SetBool

from robot_dl.cli.benches.control.network import CARRIER, JOINTS, RESTS_RAD
from robot_dl.cli.benches.control.summary import Samples
from robot_dl.cli.benches.control.ticks import STEADY_TICKS, Tally
from robot_dl.cli.benches.control.topics import COMMANDS, ENABLE, JOINT_STATES
from robot_dl.cli.benches.worker import Orders, bench_node, obey, qos

PR_SET_TIMERSLACK = 29  # linux/prctl.h
ON_TIME_NS = 1000
"""As it comes, Linux wakes a thread that sleeps up to 50 µs late, to save power."""
SPARE_S = 100e-6
"""So long before a tick nothing is heard any more: it sleeps until then, to be punctual."""
PATIENCE_S = 20.0


class Lane:
    """The topics of one program that answers.

    Attributes:
        tally: What came of the ticks of this turn.
        place: Where in its commands that of the carrier stands.
        heard: Whether a command came at all.
    """

    def __init__(self, node: Node, name: str) -> None:
        """Announce the topics, and subscribe."""
        profile = qos('reliable', depth=1)
        self.tally, self.place, self.heard = Tally(), 0, False
        self.output = node.create_publisher(JointState, f'{name}/{JOINT_STATES}', profile)
        self.input = node.create_subscription(
            Float64MultiArray, f'{name}/{COMMANDS}', self.on_commands, profile
        )

    @property
    def is_taken(self) -> bool:
        """Whether somebody answers on it."""
        counts = self.output.get_subscription_count(), self.input.get_publisher_count()
        return bool(min(counts) > 0)

    def on_commands(self, msg: Float64MultiArray) -> None:
        """Note when a command came."""
        now_s = time.perf_counter()
        self.heard = True
        if len(msg.data) == len(JOINTS):
            self.tally.come(msg.data[self.place], now_s)


class Robot:
    """Twelve joints on several lanes, one at a time."""

    def __init__(self, node: Node, switches: Node, lanes: list[str]) -> None:
        """Announce the topics.

        Args:
            node: Whose topics they are; it should have nothing else.
            switches: The node for services.
            lanes: The names of the lanes.
        """
        self.switches = switches
        self.lanes = {name: Lane(node, name) for name in lanes}
        self.executor, self.aside = SingleThreadedExecutor(), SingleThreadedExecutor()
        self.executor.add_node(node)
        self.aside.add_node(switches)
        self.msg = JointState(name=JOINTS, effort=array('d', [0.0] * len(JOINTS)))
        self.positions = array('d', RESTS_RAD)
        self.msg.velocity = array('d', [0.0] * len(JOINTS))
        self.carrier = JOINTS.index(CARRIER)

    def look(self, lane: str) -> bool:
        """Return whether somebody answers on a lane, after a moment if nobody does yet."""
        if not self.lanes[lane].is_taken:
            self.executor.spin_once(timeout_sec=0.05)
        return self.lanes[lane].is_taken

    def open(self, lane: str, rate_hz: str) -> str:
        """Open the gate of a lane, which must be told meanwhile where the joints are."""
        return self._switch(lane, True, float(rate_hz))

    def shut(self, lane: str, rate_hz: str) -> str:
        """Close the gate of a lane."""
        return self._switch(lane, False, float(rate_hz))

    def turn(self, lane: str, place: str, ticks: str, rate_hz: str) -> Any:
        """Return what came of so many ticks, or what is wrong."""
        line, period_s = self.lanes[lane], 1.0 / float(rate_hz)
        line.tally, line.place, line.heard = Tally(), int(place), False
        with no_garbage_collection():
            most = int(PATIENCE_S / period_s)
            due_s = self._go_on(line, time.perf_counter(), period_s, most, until_steady=True)
            if not line.tally.is_steady():
                came = 'few that answer one' if line.heard else 'none'
                return f'{came} within {PATIENCE_S:g} s of joint states'
            first, before = len(line.tally.sent_s), line.tally.odd
            # One more: the last one ends the period of the one before.
            self._go_on(line, due_s, period_s, int(ticks) + 1)
        tally = line.tally
        odd = (after - first for after, first in zip(tally.odd, before, strict=True))
        return asdict(Samples(tally.latencies_ms(first), tally.periods_ms(first), *odd))

    def _go_on(
        self, line: Lane, due_s: float, period_s: float, ticks: int, until_steady: bool = False
    ) -> float:
        """Publish ticks and hear answers; return when the next tick is due."""
        for _ in range(ticks):
            self._hear_until(due_s)
            self._tick(line)
            # After a long interruption it goes on from there: no burst makes up for it.
            due_s = max(due_s + period_s, time.perf_counter())
            if until_steady and line.tally.is_steady():
                break
        return due_s

    def _hear_until(self, due_s: float) -> None:
        while (left_s := due_s - SPARE_S - time.perf_counter()) > 0:
            self.executor.spin_once(timeout_sec=left_s)
        time.sleep(max(0.0, due_s - time.perf_counter()))

    def _tick(self, line: Lane) -> None:
        self.positions[self.carrier] = line.tally.next_position
        self.msg.position = self.positions
        stamp = self.msg.header.stamp
        stamp.sec, stamp.nanosec = divmod(time.time_ns(), 1_000_000_000)
        line.tally.send(time.perf_counter())
        line.output.publish(self.msg)

    def _switch(self, lane: str, wanted: bool, rate_hz: float) -> str:
        """Call the service of a lane while its robot goes on; return why it refuses."""
        line, client = self.lanes[lane], self.switches.create_client(SetBool, f'{lane}/{ENABLE}')
        deadline_s, asked = time.monotonic() + PATIENCE_S, None
        # A gate opens only when it knows where the robot is.
        due_s = self._go_on(line, time.perf_counter(), 1 / rate_hz, STEADY_TICKS)
        while (asked is None or not asked.done()) and time.monotonic() < deadline_s:
            if asked is None and client.service_is_ready():
                asked = client.call_async(SetBool.Request(data=wanted))
            due_s = self._go_on(line, due_s, 1 / rate_hz, 1)
            self.aside.spin_once(timeout_sec=0.0)
        self.switches.destroy_client(client)
        if asked is None or not asked.done():
            return f'no answer to {lane}/{ENABLE} within {PATIENCE_S:g} s'
        return '' if asked.result().success else asked.result().message


@contextmanager
def no_garbage_collection() -> Iterator[None]:
    """Let nothing look for garbage in the block: that would count as latency of the others."""
    gc.collect()
    gc.freeze()
    gc.disable()
    yield
    gc.enable()


def be_punctual() -> None:
    """Let this thread sleep no longer than it wants to, where the system can do that."""
    prctl = getattr(ctypes.CDLL(None), 'prctl', None)
    if prctl is not None:
        prctl(PR_SET_TIMERSLACK, ON_TIME_NS, 0, 0, 0)


def main() -> None:
    """Obey until the input ends."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--lanes', nargs='+', required=True)
    args = parser.parse_args()
    be_punctual()
    orders = Orders()
    with bench_node('bench_switches') as switches:
        node = Node('bench_robot', start_parameter_services=False, enable_rosout=False)
        robot = Robot(node, switches, args.lanes)
        verbs: dict[str, Callable[..., object]] = {
            'look': robot.look,
            'open': robot.open,
            'shut': robot.shut,
            'turn': robot.turn,
        }
        obey(orders, verbs)
        node.destroy_node()


if __name__ == '__main__':
    main()
