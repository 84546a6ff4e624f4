"""What was seen of a policy, and what that tells of an emergency stop."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from robot_dl.cli.demos.policy.act import Stop
from robot_dl.cli.rollouts.states import ACTIVE
from robot_dl.cli.rollouts.trace import Series, Trace

SAME = 1e-9


@dataclass
class Told:
    """A command: when it was sent, by the system's clock, and what it said by joint."""

    sent_ns: int
    row: Mapping[str, float]


@dataclass
class Notes:
    """What was seen since the recorder was cleared.

    Attributes:
        trace: The same for people, in simulated time.
        told: Every command.
        states: When the gate's states came, by the system's clock, and which they were.
        ages_ms: How much later than the newest state of the joints a new command was sent.
    """

    trace: Trace = field(default_factory=Trace)
    told: list[Told] = field(default_factory=list)
    states: list[tuple[int, str]] = field(default_factory=list)
    ages_ms: list[float] = field(default_factory=list)


def stop_of(notes: Notes, pressed_ns: int, at_s: float, refusal: str, resumed: int) -> Stop:
    """Return what the notes tell of an emergency stop.

    Args:
        notes: What was seen.
        pressed_ns: When it was published, by the system's clock.
        at_s: The same in simulated seconds of the trace.
        refusal: Why the gate could not be opened while it was pressed.
        resumed: Commands after it was released.
    """
    after = [told for told in notes.told if told.sent_ns > pressed_ns]
    after = after[: len(after) - resumed]
    state_ns = [at for at, state in notes.states if at > pressed_ns and state not in ACTIVE]
    first = first_of_stop(after, state_ns[0]) if state_ns else None

    def ms(ns: int) -> float:
        return (ns - pressed_ns) / 1e6

    return Stop(
        trace=notes.trace,
        at_s=at_s,
        state_ms=ms(state_ns[0]) if state_ns else None,
        stop_ms=ms(first.sent_ns) if first else None,
        settled_ms=ms(settled(after).sent_ns) if after else None,
        silent_ms=ms(after[-1].sent_ns) if after else None,
        told=after[-1].row if after else {},
        travel=travel_of(notes, at_s),
        commands=len(after),
        refusal=refusal,
        resumed=resumed,
    )


def first_of_stop(after: list[Told], state_ns: int) -> Told | None:
    """Return the first command of a stop; None if there was none.

    The gate sends it, and then tells its state, and nobody else can send in between; what was
    decided before the stop had arrived comes before both.
    """
    before = [told for told in after if told.sent_ns <= state_ns]
    later = after[len(before) :]
    return before[-1] if before else next(iter(later), None)


def settled(after: list[Told]) -> Told:
    """Return the first of the commands at the end that are all the same."""
    last = after[-1]
    found = last
    for told in reversed(after):
        if any(abs(told.row.get(k, np.nan) - v) > SAME for k, v in last.row.items()):
            break
        found = told
    return found


def travel_of(notes: Notes, at_s: float) -> dict[str, float]:
    """Return how far each joint was at most from where it was at a time, from then on."""
    series = Series.of(notes.trace.positions)
    later = series.values[series.times_s >= at_s]
    if not len(later):
        return {}
    ways = np.abs(later - later[0]).max(axis=0)
    return dict(zip(series.names, ways.tolist(), strict=True))
