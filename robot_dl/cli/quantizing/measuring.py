"""What a smaller model costs, and what it gains."""

import statistics
import time
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

from robot_dl.cli.eval import EXAMS, score_model
from robot_dl.cli.parities.viewing import Viewer
from robot_dl.engine.card import ModelCard

DIFFERENCES = (
    'agreement',
    'iou_mean',
    'score_greatest_difference',
    'relative_difference_mean',
)
"""What a card tells of a comparison, where the task has it."""

BLOCKS, RUNS = 12, 8


@dataclass(frozen=True)
class Speed:
    """Median times of the bare network, taken in turns.

    Attributes:
        original_ms: Of the original.
        smaller_ms: Of the smaller one.
    """

    original_ms: float
    smaller_ms: float

    @property
    def ratio(self) -> float:
        """How many times faster it has become."""
        return self.original_ms / self.smaller_ms


def has_exam(card: ModelCard) -> bool:
    """Tell whether the truth for this model's classes can be rendered here."""
    return bool(card.world) and card.task in EXAMS and find_spec('mujoco') is not None


def exam_loss(
    original: ModelCard, made: ModelCard, images: int | None, device: str
) -> dict[str, Any]:
    """Return the scores of both on held-out pictures."""
    before = score_model(str(original.folder.resolve()), images, device)
    after = score_model(str(made.folder.resolve()), images, device)
    result: dict[str, Any] = {'scored_on': f'{after["images"]} held-out rendered pictures'}
    for name in EXAMS[original.task].headlines:
        result[name] = round(after[name], 4)
        result[f'{name}_of_original'] = round(before[name], 4)
    return result


def agreement_loss(answers: dict[str, Any], source: str) -> dict[str, Any]:
    """Return how far what is found differs from what the original finds."""
    return {
        'compared_on': source,
        **{name: round(answers[name], 4) for name in DIFFERENCES if name in answers},
    }


def measure_speed(original: Viewer, made: Viewer, tensor: Any) -> Speed:
    """Run both networks in turns on one tensor."""
    times_ms: tuple[list[float], list[float]] = ([], [])
    for block in range(BLOCKS + 1):
        for viewer, taken in zip((original, made), times_ms, strict=True):
            # The first run after the other network finds other numbers in the caches.
            viewer.infer(tensor)
            for _ in range(RUNS):
                taken.append(_time_ms(viewer, tensor))
        if not block:
            times_ms[0].clear()
            times_ms[1].clear()
    return Speed(statistics.median(times_ms[0]), statistics.median(times_ms[1]))


def _time_ms(viewer: Viewer, tensor: Any) -> float:
    started_s = time.perf_counter()
    viewer.infer(tensor)
    return (time.perf_counter() - started_s) * 1e3
