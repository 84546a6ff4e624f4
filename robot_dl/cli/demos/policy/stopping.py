"""Press the emergency stop in the middle of a motion, and see what the robot is told."""

from __future__ import annotations

import time

import numpy as np

from robot_dl.cli.demos.policy.act import Stop
from robot_dl.cli.demos.policy.recorder import Notes, Recorder, Told
from robot_dl.cli.rollouts.live import ACTIVE, REST, Arena
from robot_dl.cli.rollouts.trace import Series

TRIES = 3
SHARE_OF_EPISODE, LATEST_S = 0.16, 2.0
"""It is pressed after this part of an episode, simulated seconds of motion."""
SETTLE_S, WATCH_S = 0.3, 0.6
"""How long to look after the gate has closed, and after the stop was released, seconds."""
SAME = 1e-9


def stop_in_motion(arena: Arena, recorder: Recorder) -> Stop | None:
    """Return what an emergency stop does; None if no motion lasted until it was pressed."""
    at_s = min(LATEST_S, SHARE_OF_EPISODE * arena.contest.stand.episode_s)
    for _ in range(TRIES):
        arena.begin()
        recorder.clear()
        if not arena.open_gate() and _moves_until(arena, recorder, at_s):
            return _press(arena, recorder)
        arena.close_gate()
    return None


def _moves_until(arena: Arena, recorder: Recorder, at_s: float) -> bool:
    """Let the robot move for some simulated seconds; return whether it still does."""
    referee, commands = arena.referee, recorder.notes.trace.commands

    def has_moved() -> bool:
        return bool(commands) and recorder.elapsed_s - commands[0][0] >= at_s

    def is_over() -> bool:
        return referee.outcome not in ('waiting', 'running')

    arena.spin_until(lambda: has_moved() or is_over(), 10 + 4 * at_s / arena.contest.speed)
    return has_moved() and not is_over() and referee.gate in ACTIVE


def _press(arena: Arena, recorder: Recorder) -> Stop:
    referee, at_s, pressed_ns = arena.referee, recorder.elapsed_s, time.time_ns()
    referee.press(True)
    arena.need(lambda: referee.gate in REST, 'a gate that an emergency stop closes')
    arena.spin_until(lambda: False, SETTLE_S)
    notes = recorder.notes
    answer = arena.answer_to(referee.ask_gate(True), 'an answer while the stop is pressed')
    before = len(notes.told)
    referee.press(False)
    arena.spin_until(lambda: False, WATCH_S)
    resumed = len(notes.told) - before
    stop = stop_of(notes, pressed_ns, at_s, '' if answer.success else answer.message, resumed)
    arena.close_gate()
    return stop


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
    first = [told for told in after if state_ns and told.sent_ns >= state_ns[0]]

    def ms(ns: int) -> float:
        return (ns - pressed_ns) / 1e6

    return Stop(
        trace=notes.trace,
        at_s=at_s,
        state_ms=ms(state_ns[0]) if state_ns else None,
        stop_ms=ms(first[0].sent_ns) if first else None,
        settled_ms=ms(settled(after).sent_ns) if after else None,
        silent_ms=ms(after[-1].sent_ns) if after else None,
        told=after[-1].row if after else {},
        travel=travel_of(notes, at_s),
        commands=len(after),
        refusal=refusal,
        resumed=resumed,
    )


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
