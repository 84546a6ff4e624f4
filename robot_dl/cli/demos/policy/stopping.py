"""Press the emergency stop in the middle of a motion, and see what the robot is told."""

from __future__ import annotations

import time

from robot_dl.cli.demos.policy.act import Stop
from robot_dl.cli.demos.policy.notes import stop_of
from robot_dl.cli.demos.policy.recorder import Recorder
from robot_dl.cli.rollouts.live import Arena
from robot_dl.cli.rollouts.states import ACTIVE, REST

TRIES = 3
SHARE_OF_EPISODE, LATEST_S = 0.16, 2.0
"""It is pressed after this part of an episode, simulated seconds of motion."""
SETTLE_S, WATCH_S = 0.3, 0.6
"""How long to look after the gate has closed, and after the stop was released, seconds."""


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
    arena.need(lambda: referee.gate == REST, 'a gate that an emergency stop closes')
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
