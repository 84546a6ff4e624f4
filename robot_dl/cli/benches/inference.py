"""The bare ONNX Runtime call, with all settings that may be the fastest."""

import itertools
import os
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from robot_dl.engine.card import ModelCard
from robot_dl.engine.onnx_engine import spinning

TRIAL_TURNS, TRIAL_RUNS, WARM_UP_RUNS = 3, 5, 2

SPIN, STOP = 'session.intra_op.allow_spinning', 'session.force_spinning_stop'
WAITING: dict[str, dict[str, str]] = {
    'asleep': {SPIN: '0'},
    'spinning': {SPIN: '1'},
    'spinning within a run': {SPIN: '1', STOP: '1'},
    'as in the node': spinning(ort.__version__),
}
"""How the threads of ONNX Runtime may wait for work, and the settings for that."""


@dataclass(frozen=True)
class BareRuntime:
    """An ONNX Runtime session with the settings that were the fastest.

    Attributes:
        run: Executes the graph once.
        threads: How many threads it uses.
        waiting: How they wait for work, one of `WAITING`.
    """

    run: Callable[[], object]
    threads: int
    waiting: str

    def times_ms(self, count: int, rest_s: float = 0.0) -> list[float]:
        """Return how long each of `count` runs took, with `rest_s` seconds before each."""
        return [_time_ms(self.run, rest_s) for _ in range(count)]


def fastest_runtime(card: ModelCard, tensor: NDArray[np.float32]) -> BareRuntime:
    """Try threads and spinning in turns, and return what has the least median."""
    cores = len(os.sched_getaffinity(0))
    threads = sorted({1, 2, 4, cores} & set(range(1, cores + 1)))
    tried = [
        bare_runtime(card, tensor, count, way)
        for count, way in itertools.product(threads, WAITING)
    ]
    times_ms: list[list[float]] = [[] for _ in tried]
    for _ in range(TRIAL_TURNS):
        for runtime, taken_ms in zip(tried, times_ms, strict=True):
            runtime.times_ms(WARM_UP_RUNS)
            taken_ms += runtime.times_ms(TRIAL_RUNS)
    return tried[int(np.argmin([statistics.median(taken_ms) for taken_ms in times_ms]))]


def bare_runtime(
    card: ModelCard, tensor: NDArray[np.float32], threads: int, waiting: str
) -> BareRuntime:
    """Return a session of the card's weights on the CPU, whose threads wait as in `WAITING`."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    for key, value in WAITING[waiting].items():
        options.add_session_config_entry(key, value)
    session = ort.InferenceSession(
        str(card.weights_path), options, providers=['CPUExecutionProvider']
    )
    arrays = {card.image.name: tensor}
    return BareRuntime(lambda: session.run(None, arrays), threads, waiting)


def _time_ms(run: Callable[[], object], rest_s: float) -> float:
    time.sleep(rest_s)
    started_s = time.perf_counter()
    run()
    return (time.perf_counter() - started_s) * 1e3
