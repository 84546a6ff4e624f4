"""The command gate: decides what a robot is told, and whether it is told anything."""

from collections import Counter

import numpy as np

from robot_dl.core.motion import Plan, Setpoint
from robot_dl.safety.config import GateConfig, GateReport
from robot_dl.safety.limiters import Bounds, limiter_for, longest_gap_s
from robot_dl.safety.limits import Joints, missing_limits
from robot_dl.safety.measuring import Measured
from robot_dl.safety.reading import PlanReader, RefusedError
from robot_dl.safety.stops import Stopping
from robot_dl.safety.wanting import EARLY_PARTS, SECOND_NS, Blend, Wanted
from robot_dl.safety.watch import Watch

STATES = ('closed', 'blending', 'open', 'stopping', 'fault')
CLOSED, BLENDING, OPEN, STOPPING, FAULT = STATES

# The first decision may need a network to warm up, and the robot rests meanwhile.
FIRST_DECISION_S = 1.0
HALF = 0.5
PRESSED = 'emergency stop'
BEYOND_LIMITS = 'refused_beyond_limits'


class CommandGate:
    """Lets commands through while all is well, and stops the robot when it is not.

    Time is an argument: `now_s` of a steady clock is for the watchdogs, `now_ns` of the clock
    of the stamps for motion. Not thread-safe.

    Attributes:
        state: One of `STATES`.
        reason: Why it is closed, stopping or in fault.
        step_s: The time that the motion to the last setpoint shall take.
        epoch: How often it has been opened.
    """

    def __init__(self, config: GateConfig) -> None:
        """Be closed."""
        self.state, self.reason, self.epoch = CLOSED, '', 0
        self.step_s = config.publish_period_s
        self._config, self._pressed = config, False
        self._counts: Counter[str] = Counter()
        self._counted: set[str] = set()
        self._last_breach = ''
        self._read, self._bounds = PlanReader(config), Bounds(config)
        self._watch = Watch(config.input_timeouts, config.heartbeat_timeout_s)
        self._measured, self._limiter = Measured(config), limiter_for(config)
        self._stopping: Stopping | None = None
        self._wanted: Wanted | None = None
        self._decided_s: float | None = None
        self._sent_ns: int | None = None
        self._forget()

    @property
    def is_open(self) -> bool:
        """Whether decisions are let through."""
        return self.state in (BLENDING, OPEN)

    @property
    def is_silent(self) -> bool:
        """Whether nothing is sent until it is opened."""
        return not self.is_open and self._stopping is None

    @property
    def is_at_rest(self) -> bool:
        """Whether the robot has been told to rest, or is told nothing at all."""
        return not self.is_open and (self._stopping is None or self._stopping.is_at_rest)

    def enable(self, now_s: float) -> str:
        """Open; return why not, or nothing. Without effect if it is open."""
        if self.is_open:
            return ''
        if obstacle := self._obstacle(now_s):
            return obstacle
        self._forget()
        self._opened_s, self.epoch = now_s, self.epoch + 1
        self.state, self.reason = BLENDING, ''
        return ''

    def disable(self, reason: str, now_s: float) -> None:
        """Stop the robot; also takes back a fault."""
        if self.is_open:
            self._stop(STOPPING, reason, now_s)
        elif self.state == FAULT:
            self.state = CLOSED if self._stopping is None else STOPPING
            self.reason = reason

    def emergency_stop(self, pressed: bool, now_s: float) -> None:
        """Stop the robot, and stay closed while the button is pressed."""
        was_pressed, self._pressed = self._pressed, pressed
        if pressed and self.is_open:
            self._stop(STOPPING, PRESSED, now_s)
        elif pressed != was_pressed and self.state == CLOSED:
            self.reason = PRESSED if pressed else f'{PRESSED}, released by now'

    def fault(self, reason: str, now_s: float) -> None:
        """Stop the robot because something is broken."""
        if self.is_open:
            self._stop(FAULT, reason, now_s)

    def fall_silent(self) -> None:
        """Send no more of a stop that is under way: nobody will ask for it."""
        if not self.is_open:
            self._stopping, self._sent_ns = None, None
            self.state = CLOSED if self.state == STOPPING else self.state
            self.reason = PRESSED if self._pressed and self.state == CLOSED else self.reason

    def last_word(self) -> Setpoint | None:
        """Return rest for who goes on with its last command, while a stop is under way.

        Velocities, efforts and twists; a position is a rest by itself.
        """
        if self._stopping is None or self.is_at_rest or self._config.kind == 'position':
            return None
        names = self._config.names
        return Setpoint(self._config.kind, names, np.zeros(len(names)))

    def beat(self, now_s: float) -> None:
        """Note a heartbeat."""
        self._watch.beat(now_s)

    def saw(self, name: str, stamp_ns: int | None, now_s: float) -> None:
        """Note a message of a watched input; one with the stamp of the last one is not new."""
        self._watch.saw(name, stamp_ns, now_s)

    def measured(self, positions: Joints, velocities: Joints | None, now_s: float) -> None:
        """Take the measured state [N], in the controller's order; NaN in it is a fault."""
        if problem := self._measured.take(positions, velocities, now_s):
            self._refuse('refused_state', problem)
            self.fault(problem, now_s)
        else:
            self._limiter.locate(positions)

    def decide(self, plan: Plan, now_s: float) -> None:
        """Take a decision; `tick` sends what comes of it. Ignored unless the gate is open."""
        self._look(now_s)
        if not self.is_open:
            return
        self._counts['decisions'] += 1
        try:
            values = self._read(plan)
        except RefusedError as refusal:
            self._refuse(refusal.what, str(refusal))
            self.fault(f'decision refused: {refusal}', now_s)
            return
        inside = self._bounds.clip(values)
        self._counted.clear()
        if self._config.on_breach == 'refuse' and (why := self._breach(plan, values, inside)):
            self._refuse(BEYOND_LIMITS, why)
            return
        if inside is not values:
            self._count(self._bounds.name, self._bounds.complaint(values))
        wanted = Wanted.of(plan, inside, self._config.publish_period_s)
        self._wanted, self._decided_s, self._is_new = wanted, now_s, True

    def tick(self, now_s: float, now_ns: int) -> Setpoint | None:
        """Run the watchdogs, and return what to send now; None is nothing."""
        self._look(now_s)
        if self._stopping is not None and not (self.is_open and self._wanted):
            return self._stop_step(self._stopping, now_s, now_ns)
        if self._wanted is None or not (self._is_new or self._is_due(now_s)):
            return None
        return self._follow(self._wanted, now_s, now_ns)

    def report(self) -> GateReport:
        """Return how the gate is."""
        return GateReport(self.state, self.reason, dict(self._counts), self._last_breach)

    def _forget(self) -> None:
        """Know nothing of what was decided and sent, but for a stop that is under way."""
        self._wanted = None
        self._blend: Blend | None = None
        self._is_new = False
        self._opened_s, self._decided_s = 0.0, None
        if self._stopping is None:
            self._sent_s, self._sent_ns = 0.0, None

    def _obstacle(self, now_s: float) -> str:
        """Return what keeps the gate from opening."""
        config = self._config
        if self._pressed:
            return 'the emergency stop is pressed'
        if lacking := missing_limits(config.kind, config.names, config.limits):
            return lacking
        if stale := self._watch.complaint(now_s):
            return stale
        if not self._needs_state:
            return ''
        return self._measured.stale(now_s) or self._measured.outside()

    @property
    def _needs_state(self) -> bool:
        return self._config.kind == 'position' or self._limiter.needs_place

    def _look(self, now_s: float) -> None:
        """Stop the robot if something is stale."""
        if not self.is_open:
            return
        if self._watch.complaint(now_s) or self._undecided(now_s):
            # What stopped first is a matter of milliseconds; all of it is worth to be known.
            late = self._watch.complaint(now_s, HALF), self._undecided(now_s, HALF)
            self._stop(STOPPING, '; '.join(filter(None, late)), now_s)
        elif self._limiter.needs_place and (stale := self._measured.stale(now_s)):
            self._stop(STOPPING, stale, now_s)

    def _undecided(self, now_s: float, part: float = 1.0) -> str:
        timeout_s = part * self._config.command_timeout_s
        if self._decided_s is not None:
            late = now_s - self._decided_s > timeout_s
            return f'no decision for {now_s - self._decided_s:.2f} s' if late else ''
        late = now_s - self._opened_s > max(timeout_s, part * FIRST_DECISION_S)
        return f'no decision within {now_s - self._opened_s:.2f} s' if late else ''

    def _breach(self, plan: Plan, values: Joints, inside: Joints) -> str:
        """Say which limit a decision breaks; that of acceleration is always kept by clipping."""
        if inside is not values:
            return self._bounds.complaint(values)
        return self._limiter.complaint(values, plan.period_ns / SECOND_NS, self.state == OPEN)

    def _stop(self, state: str, reason: str, now_s: float) -> None:
        self.state, self.reason = state, reason
        self._counts['stops'] += 1
        self._wanted = None
        if self._stopping is None and self._sent_ns is not None:
            config = self._config
            self._stopping = Stopping(config.stop_behaviour, config.ramp_s, self._limiter, now_s)
            self._is_new = True
        if self._stopping is None and state == STOPPING:
            self.state = CLOSED

    def _stop_step(self, stopping: Stopping, now_s: float, now_ns: int) -> Setpoint | None:
        if stopping.is_over(now_s):
            self.fall_silent()
            return None
        if not (self._is_new or self._is_due(now_s)):
            return None
        # A simulation's clock may stand still, and then the robot is stopped by the steady one.
        dt_s = self._gap_s(now_ns) or min(now_s - self._sent_s, longest_gap_s(self._config))
        self.step_s = max(dt_s, self._config.publish_period_s)
        return self._send(stopping.step(now_s, dt_s), now_s, now_ns)

    def _follow(self, wanted: Wanted, now_s: float, now_ns: int) -> Setpoint:
        # Its stamp is the least that the time can be, if the clock has not been told yet.
        now_ns = max(now_ns, wanted.plan.start_ns)
        target, blend = wanted.at(now_ns), self._blend or self._begin()
        dt_s = self._gap_s(now_ns)
        step = self._limiter.step(blend.mix(target, dt_s), dt_s)
        self.state = OPEN if blend.is_over else BLENDING
        for limit in step.clipped:
            self._count(limit, f'a decision was beyond the limit of {limit}')
        self.step_s = max(dt_s, wanted.interval_s)
        return self._send(step.values, now_s, now_ns)

    def _begin(self) -> Blend:
        """Begin where the robot is, or go on from a stop that is under way."""
        if self._stopping is None:
            count = len(self._config.names)
            positions = self._measured.positions
            known = np.zeros(count) if positions is None else positions
            self._limiter.begin(known, self._measured.velocities)
        self._stopping = None
        self._blend = Blend(self._limiter.value, self._config.blend_in_s)
        return self._blend

    def _send(self, values: Joints, now_s: float, now_ns: int) -> Setpoint:
        self._sent_s, self._sent_ns, self._is_new = now_s, now_ns, False
        return Setpoint(self._config.kind, self._config.names, values)

    def _gap_s(self, now_ns: int) -> float:
        """Return the time since the last command; 0 for the first."""
        if self._sent_ns is None:
            return 0.0
        passed_s = (now_ns - self._sent_ns) / SECOND_NS
        return min(max(0.0, passed_s), longest_gap_s(self._config))

    def _is_due(self, now_s: float) -> bool:
        """Say whether the last command is to be sent again."""
        wanted, period_s = self._wanted, self._config.publish_period_s
        patience_s = EARLY_PARTS * period_s if wanted is None else wanted.patience_s
        return now_s - self._sent_s >= patience_s

    def _refuse(self, what: str, sentence: str) -> None:
        self._counts[what] += 1
        self._last_breach = sentence

    def _count(self, limit: str, sentence: str) -> None:
        """Count a limit that a decision has met, once for each decision."""
        if limit not in self._counted:
            self._counted.add(limit)
            self._counts[f'clipped_{limit}'] += 1
            self._last_breach = sentence
