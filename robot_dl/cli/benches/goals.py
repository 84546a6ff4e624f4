"""What the nodes are to reach with certain models, beside what they do."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from robot_dl.cli.benches.models import PREFIX

CORES = 2


@dataclass(frozen=True)
class Goal:
    """A limit of one result.

    Attributes:
        result: Name of the result.
        limit: The most it may be.
        meaning: What it is, for the table.
    """

    result: str
    limit: float
    meaning: str


DETECTION = (
    Goal('overhead_ratio', 1.15, 'end to end without the floor, per bare call'),
    Goal('around_inference_ms_at_0.25', 2.0, 'all but inference at score 0.25, ms'),
    Goal('around_inference_ms_at_0.001', 4.0, 'all but inference at score 0.001, ms'),
    Goal('together_ratio', 2.3, 'two nodes at once, per one alone'),
)
PIXELS = (Goal('overhead_ms', 1.0, 'end to end - floor - 1.25 bare calls, ms'),)
POINTS = (Goal('points_ms', 4.0, 'a cloud of a depth image, ms'),)
POLICY = (
    Goal('latency_ms.p50', 0.5, 'joint states to commands, median, ms'),
    Goal('latency_ms.p99', 1.5, 'the same, 99th percentile'),
    Goal('missed', 0.001, 'share of ticks without a timely command'),
)
"""Of the policy node, with 12 joints at 500 Hz on `CORES` cores."""

GOALS: dict[str, tuple[Goal, ...]] = {
    f'{PREFIX}yolo-n': DETECTION,
    'tabletop_segmenter': PIXELS,
    'rooms_segmenter': PIXELS,
    'tabletop_instances': PIXELS,
    'tabletop_depth': PIXELS + POINTS,
    'rooms_depth': PIXELS + POINTS,
}
"""By the model that they are for, on `CORES` cores and with images of 640 x 480."""


@dataclass(frozen=True)
class Verdict:
    """Whether a goal is reached; None where its result could not be measured."""

    result: str
    meaning: str
    measured: float | None
    limit: float
    met: bool | None


def verdicts(model: str, cores: int, results: Mapping[str, Any]) -> list[Verdict]:
    """Return a verdict for each goal, for the model and the number of cores that they are for."""
    return judged(GOALS.get(model, ()) if cores == CORES else (), results)


def judged(goals: Iterable[Goal], results: Mapping[str, Any]) -> list[Verdict]:
    """Return a verdict for each of some goals."""
    found = []
    for goal in goals:
        measured = results[goal.result]
        met = None if measured is None else measured <= goal.limit
        found.append(Verdict(goal.result, goal.meaning, measured, goal.limit, met))
    return found


def verdict_lines(found: list[Verdict]) -> list[str]:
    """Return a line per goal for the terminal."""
    words = {True: 'met', False: 'missed', None: 'not measured'}
    return [f'{v.meaning:<44} {v.measured!s:>8}   goal {v.limit:g}: {words[v.met]}' for v in found]


def as_json(found: list[Verdict]) -> list[dict[str, Any]]:
    """Return what goes into the file."""
    return [asdict(verdict) for verdict in found]
