"""What a detection node does for one image, step by step, inside the benchmark's own process."""

import time
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from robot_dl.cli.benches.percentiles import percentile
from robot_dl.cli.benches.picture_msg import picture_msg
from robot_dl.detection.params import DetectionParams
from robot_dl.detection.pipeline import Detector, open_detector
from robot_dl.ros.detections import detections_to_msg
from robot_dl.ros.images import rgb_from_msg

Step = Callable[[str], AbstractContextManager[None]]
"""Watches one step, which is named."""

INFER = 'infer'
LEAST_SCORES = {0.25: 100, 0.001: 300}
"""Scores to measure besides the node's own, as for a robot and for an evaluation, with the most
objects that are kept."""


@dataclass
class Case:
    """What each step took with certain parameters.

    Attributes:
        params: The parameters.
        candidates: How many objects the decoder gave in the last image.
        found: How many were left of them.
        times_ms: What each step took, by its name.
    """

    params: DetectionParams
    candidates: int = 0
    found: int = 0
    times_ms: dict[str, list[float]] = field(default_factory=dict)

    @contextmanager
    def timed(self, step: str) -> Iterator[None]:
        """Note how long the block takes."""
        started_s = time.perf_counter()
        yield
        taken_ms = (time.perf_counter() - started_s) * 1e3
        self.times_ms.setdefault(step, []).append(taken_ms)

    def around_inference_ms(self) -> float | None:
        """Return the median of what an image took without the inference."""
        others = [values for step, values in self.times_ms.items() if step != INFER]
        return percentile([sum(steps) for steps in zip(*others, strict=True)], 50)


@dataclass(frozen=True)
class Stages:
    """A detector whose steps are timed one by one.

    Attributes:
        detector: As the node opens it.
        msg: The image message to detect in.
        cases: With the node's parameters, and with those of `LEAST_SCORES`.
    """

    detector: Detector
    msg: Any
    cases: tuple[Case, ...]

    def tensor(self) -> NDArray[np.float32]:
        """Return the network's input for the image."""
        tensor, _ = self.detector.prepare(rgb_from_msg(self.msg))
        return tensor

    def detect(self, count: int) -> None:
        """Do `count` times in each case what the node does for one message."""
        for case in self.cases:
            for _ in range(count):
                self._detect(case, case.timed)

    def summary(self) -> dict[str, Any]:
        """Return the medians, and what memory is taken."""
        steps_ms = [
            {step: percentile(ms, 50) for step, ms in case.times_ms.items()} for case in self.cases
        ]
        cases = [
            {
                'score': case.params.score,
                'candidates': case.candidates,
                'found': case.found,
                'around_inference_ms': case.around_inference_ms(),
                'stages_ms': ms,
            }
            for case, ms in zip(self.cases, steps_ms, strict=True)
        ]
        sums = {
            f'around_inference_ms_at_{case.params.score:g}': case.around_inference_ms()
            for case in self.cases
        }
        return {
            'stages_ms': steps_ms[0],
            'allocated_bytes': self.allocated_bytes(),
            **sums,
            'cases': cases,
        }

    def allocated_bytes(self) -> dict[str, int]:
        """Return the most memory that each step has allocated anew at one time.

        Of NumPy, OpenCV's results and Python, not of the runtime, whose arena does not move.
        """
        found: dict[str, int] = {}

        @contextmanager
        def traced(step: str) -> Iterator[None]:
            tracemalloc.reset_peak()
            before, _ = tracemalloc.get_traced_memory()
            yield
            found[step] = tracemalloc.get_traced_memory()[1] - before

        tracemalloc.start()
        try:
            self._detect(self.cases[0], traced)
        finally:
            tracemalloc.stop()
        return found

    def _detect(self, case: Case, step: Step) -> None:
        with step('convert'):
            image = rgb_from_msg(self.msg)
        with step('prepare'):
            tensor, fit = self.detector.prepare(image)
        with step(INFER):
            outputs = self.detector.infer(tensor)
        with step('decode'):
            found = self.detector.answer(outputs, fit, case.params)
        with step('message'):
            detections_to_msg(found, self.msg.header, self.detector.card.labels)
        decoded = self.detector.decoder.decode(outputs, case.params, fit.model_hw)
        case.candidates, case.found = len(decoded), len(found)


def open_stages(model: str, size: str, image: Path | None) -> Stages:
    """Return a detector with the node's default parameters, and an image for it."""
    params = DetectionParams(model=model)
    detector = open_detector(
        params.model, params.device, params.require_accelerator, params.threads
    )
    others = [
        replace(params, score=score, max_detections=most) for score, most in LEAST_SCORES.items()
    ]
    return Stages(detector, picture_msg(size, image), tuple(map(Case, [params, *others])))
