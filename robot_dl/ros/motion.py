"""The command gate of a running node: the only thing that sends its commands."""

import math
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import numpy as np
from numpy.typing import NDArray

from robot_dl.core.motion import Plan
from robot_dl.ros.commands import Send
from robot_dl.ros.gate_state import GateState
from robot_dl.ros.joint_order import JointOrder
from robot_dl.safety.config import GateConfig, GateReport
from robot_dl.safety.gate import CommandGate

Values = NDArray[np.float64]

# So long may braking take when the node is deactivated, or ends.
LAST_PATIENCE_S = 2.0
# The watchdogs run at least so often, however seldom commands are repeated.
LONGEST_BEAT_S = 0.025


class Motion:
    """A command gate that any thread may use, and a thread that keeps it going.

    A decision is sent at once by the thread that made it. A thread of its own repeats commands
    and runs the watchdogs, so that neither a model nor an executor that hangs keeps the robot
    from being stopped.
    """

    def __init__(
        self,
        config: GateConfig,
        send: Send,
        state: GateState,
        clock_ns: Callable[[], int],
        on_open: Callable[[], None] = lambda: None,
        on_error: Callable[[Exception], None] = lambda error: None,
    ) -> None:
        """Be closed, and send nothing.

        Args:
            config: How the gate works.
            send: Publishes a setpoint.
            state: Tells people how the gate is.
            clock_ns: The clock of the stamps.
            on_open: Called when the gate has been opened, before the first decision passes.
            on_error: Told what goes wrong in the thread.
        """
        self._gate, period_s = CommandGate(config), config.publish_period_s
        self._period_s = period_s / math.ceil(period_s / LONGEST_BEAT_S)
        self._order = JointOrder(config.names)
        self._send, self._state, self._clock_ns = send, state, clock_ns
        self._on_open, self._on_error = on_open, on_error
        self._lock = threading.RLock()
        self._ticked = threading.Condition(self._lock)
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None
        self._known = '', ''
        self._state.tell(self.report())

    @property
    def is_open(self) -> bool:
        """Whether decisions are let through; without, there is no need to make any."""
        return self._gate.is_open

    @property
    def epoch(self) -> int:
        """How often the gate has been opened; what a model remembers from before is void."""
        return self._gate.epoch

    def start(self) -> None:
        """Begin to run the watchdogs."""
        if self._thread is None:
            self._ended.clear()
            self._thread = threading.Thread(target=self._beat, name='command gate', daemon=True)
            self._thread.start()

    def end(self, reason: str) -> None:
        """Stop the robot, wait until it has been told to rest, and end the thread.

        A stop that takes longer than there is patience ends at once where silence would not.
        """
        self.disable(reason)
        with self._ticked:
            thread = self._thread
            if thread is not None:
                self._ticked.wait_for(lambda: self._gate.is_at_rest, LAST_PATIENCE_S)
            self._ended.set()
            if rest := self._gate.last_word():
                self._send(rest, self._gate.step_s)
            self._gate.fall_silent()
            self._tell()
        if thread is not None:
            thread.join()
        with self._lock:
            self._thread = None if self._thread is thread else self._thread

    def enable(self) -> str:
        """Open the gate; return why not, or nothing. Without effect if it is open."""
        with self._acting() as now_s:
            was_open = self._gate.is_open
            obstacle = self._gate.enable(now_s)
            if not obstacle and not was_open:
                self._on_open()
        return obstacle

    def disable(self, reason: str) -> None:
        """Stop the robot."""
        with self._acting() as now_s:
            self._gate.disable(reason, now_s)

    def emergency_stop(self, pressed: bool) -> None:
        """Stop the robot, and keep the gate closed while the button is pressed."""
        with self._acting() as now_s:
            self._gate.emergency_stop(pressed, now_s)

    def fault(self, reason: str) -> None:
        """Stop the robot because something is broken."""
        with self._acting() as now_s:
            self._gate.fault(reason, now_s)

    def beat(self) -> None:
        """Note a heartbeat."""
        with self._lock:
            self._gate.beat(time.monotonic())

    def saw(self, name: str, stamp_ns: int | None) -> None:
        """Note a message of a watched input; one without a stamp is always new."""
        with self._lock:
            self._gate.saw(name, stamp_ns, time.monotonic())

    def measured(
        self, names: tuple[str, ...], positions: Values, velocities: Values | None = None
    ) -> None:
        """Take the measured state of joints, in the order of `names`; more joints do no harm.

        NaN, or a joint that is missing, is a fault.
        """
        try:
            mine = self._order(names, positions)
            speeds = None if velocities is None else self._order(names, velocities)
        except ValueError as error:
            self.fault(str(error))
            return
        with self._lock:
            self._gate.measured(mine, speeds, time.monotonic())
            if self._gate.state != self._known[0]:
                self._tick(time.monotonic())

    def decide(self, plan: Plan) -> None:
        """Send what comes of a decision, at once; nothing unless the gate is open."""
        with self._lock:
            now_s = time.monotonic()
            self._gate.decide(plan, now_s)
            self._tick(now_s)

    def report(self) -> GateReport:
        """Return how the gate is."""
        with self._lock:
            return self._gate.report()

    @contextmanager
    def _acting(self) -> Iterator[float]:
        """Do something to the gate, and send what comes of it."""
        with self._lock:
            now_s = time.monotonic()
            yield now_s
            self._tick(now_s)

    def _tick(self, now_s: float) -> None:
        setpoint = self._gate.tick(now_s, self._clock_ns())
        if setpoint is not None:
            self._send(setpoint, self._gate.step_s)
        self._tell()

    def _tell(self) -> None:
        if (self._gate.state, self._gate.reason) != self._known:
            self._known = self._gate.state, self._gate.reason
            self._state.tell(self._gate.report())

    def _beat(self) -> None:
        while not self._ended.wait(self._period_s):
            try:
                with self._ticked:
                    self._tick(time.monotonic())
                    self._state.tell(self._gate.report())
                    self._ticked.notify_all()
            except Exception as error:  # without this thread nobody would stop the robot
                with suppress(Exception):
                    self._on_error(error)
