"""What the detection node is to reach with the small synthetic model, beside what it does."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from robot_dl.cli.benches.models import PREFIX

MODEL = f'{PREFIX}yolo-n'
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


GOALS = (
    Goal('overhead_ratio', 1.15, 'end to end without the floor, per bare call'),
    Goal('around_inference_ms_at_0.25', 2.0, 'all but inference at score 0.25, ms'),
    Goal('around_inference_ms_at_0.001', 4.0, 'all but inference at score 0.001, ms'),
    Goal('together_ratio', 2.3, 'two nodes at once, per one alone'),
)


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
    if model != MODEL or cores != CORES:
        return []
    found = []
    for goal in GOALS:
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
