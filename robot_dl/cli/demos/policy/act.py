"""What a policy did in the demo, and what it was told when it was stopped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from robot_dl.cli.rollouts.episode import Episode
from robot_dl.cli.rollouts.trace import Trace


@dataclass(frozen=True)
class Stop:
    """What came of an emergency stop in the middle of an episode.

    Times are from the moment in which the stop was published to that in which the answer was, by
    the clock of the system, so the way through the middleware to the node is in them.

    Attributes:
        trace: What happened before and after, in simulated time.
        at_s: When it was pressed, simulated seconds of the trace.
        state_ms: Until the gate said that it stops; None if it never did.
        stop_ms: Until the first command of the stop; None if there was none.
        settled_ms: Until the first of the commands that did not change any more.
        silent_ms: Until the last command.
        told: What the robot was told in the end, by joint, in the unit of its controller.
        travel: How far each joint still moved, rad or m.
        commands: How many commands came after it.
        refusal: Why the gate could not be opened while it was pressed; empty if it could.
        resumed: How many commands came after it was released, without a new enable.
    """

    trace: Trace
    at_s: float
    state_ms: float | None
    stop_ms: float | None
    settled_ms: float | None
    silent_ms: float | None
    told: Mapping[str, float]
    travel: Mapping[str, float]
    commands: int
    refusal: str
    resumed: int


@dataclass(frozen=True)
class Act:
    """A policy's part of the demo.

    Attributes:
        model: Name, licence and hash of the model, as a report has them.
        world: The simulated world.
        kind: What it commands: 'position', 'velocity', 'effort' or 'twist'.
        topic: Where its commands go.
        rate_hz: Decisions a second.
        episodes: How its episodes ended.
        trace: The first of them.
        stop: What the emergency stop did; None if that episode never began.
        decision_ms: Age of the decisions in real time: 'p50' and 'p95', None where nobody knows.
        status: What the node said of itself last.
    """

    model: Mapping[str, str]
    world: str
    kind: str
    topic: str
    rate_hz: float
    episodes: Sequence[Episode]
    trace: Trace
    stop: Stop | None
    decision_ms: Mapping[str, float | None]
    status: Mapping[str, str] = field(default_factory=dict)


Summary = dict[str, Any]
