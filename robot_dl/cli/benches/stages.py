"""What a node does for one image, step by step, inside the benchmark's own process."""

import time
import tracemalloc
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from robot_dl.cli.benches.percentiles import percentile
from robot_dl.cli.benches.picture_msg import picture_msg
from robot_dl.cli.benches.tasks import NODES
from robot_dl.core.fit import Fit
from robot_dl.engine.card import ModelCard, load_card
from robot_dl.engine.library import find_model
from robot_dl.ros.images import rgb_from_msg

Step = Callable[[str], AbstractContextManager[None]]
"""Watches one step, which is named."""
Outputs = Mapping[str, NDArray[Any]]
Facts = Callable[[Outputs, Fit, Any], Mapping[str, Any]]

INFER, DECODE, MESSAGE = 'infer', 'decode', 'message'
COMMON = ('convert', 'prepare', INFER, DECODE, MESSAGE)


@dataclass
class Case:
    """One way to answer an image, and what each step of it took.

    Attributes:
        name: What is special, e.g. 'with confidence'.
        answer: From the network's outputs and the fit to what the image shows: the step DECODE.
        publish: The steps after that by their names, from what the image shows to messages.
        facts: What to tell of the answer, from outputs, fit and what the image shows.
        times_ms: What each step took, by its name.
    """

    name: str
    answer: Callable[[Outputs, Fit], Any]
    publish: Mapping[str, Callable[[Any], object]]
    facts: Facts = lambda outputs, fit, found: {}
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

    def stages_ms(self) -> dict[str, float | None]:
        """Return the median of each step."""
        return {step: percentile(ms, 50) for step, ms in self.times_ms.items()}


@dataclass(frozen=True)
class Stages:
    """A model whose steps are timed one by one.

    Attributes:
        model: As the node opens it, an `engine.task_model.TaskModel`.
        msg: The image message to answer.
        cases: The first with the node's default parameters and its fewest subscribers.
    """

    model: Any
    msg: Any
    cases: list[Case]

    @property
    def card(self) -> ModelCard:
        """The model's card."""
        card: ModelCard = self.model.card
        return card

    def tensor(self) -> NDArray[np.float32]:
        """Return the network's input for the image."""
        tensor: NDArray[np.float32] = self.model.prepare(rgb_from_msg(self.msg))[0]
        return tensor

    def measure(self, count: int) -> None:
        """Do `count` times in each case what the node does for one message."""
        for case in self.cases:
            for _ in range(count):
                self._answer(case, case.timed)

    def summary(self) -> dict[str, Any]:
        """Return the medians, and what memory is taken.

        Steps that not every node has are also told by their own names, as in 'points_ms'.
        """
        cases = [self._case_summary(case) for case in self.cases]
        first, *_ = self.cases
        return {
            'stages_ms': first.stages_ms(),
            'allocated_bytes': self.allocated_bytes(),
            'around_inference_ms': first.around_inference_ms(),
            **{
                f'around_inference_ms_at_{case["score"]:g}': case['around_inference_ms']
                for case in cases
                if 'score' in case
            },
            **{
                f'{step}_ms': ms
                for case in cases
                for step, ms in case['stages_ms'].items()
                if step not in COMMON
            },
            'cases': cases,
        }

    def _case_summary(self, case: Case) -> dict[str, Any]:
        tensor, fit = self.model.prepare(rgb_from_msg(self.msg))
        outputs = self.model.infer(tensor)
        return {
            'case': case.name,
            **case.facts(outputs, fit, case.answer(outputs, fit)),
            'around_inference_ms': case.around_inference_ms(),
            'stages_ms': case.stages_ms(),
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
            self._answer(self.cases[0], traced)
        finally:
            tracemalloc.stop()
        return found

    def _answer(self, case: Case, step: Step) -> None:
        with step('convert'):
            image = rgb_from_msg(self.msg)
        with step('prepare'):
            tensor, fit = self.model.prepare(image)
        with step(INFER):
            outputs = self.model.infer(tensor)
        with step(DECODE):
            found = case.answer(outputs, fit)
        for name, publish in case.publish.items():
            with step(name):
                publish(found)


def open_stages(model: str, size: str, image: Path | None) -> Stages:
    """Return a model as its node opens it by default, and an image for it."""
    msg = picture_msg(size, image)
    task = NODES[load_card(find_model(model)).task]
    opened, cases = task.open_cases(model, msg)
    return Stages(opened, msg, cases)
