"""What a node has done in a run so far."""

from typing import Any, Generic

import numpy as np
from numpy.typing import NDArray

from robot_dl.cli.demos.frames import Frame, Gallery, V


class Record(Generic[V]):
    """Adds up frames: counts, latencies, and the pictures worth keeping.

    Attributes:
        total: Counts of all frames.
        gallery: Some of the frames.
        kinds: Kind of each frame [N], as its verdict says.
        words: What the verdict says of each frame [N].
    """

    def __init__(self, nothing: Any) -> None:
        """Begin with no frames, whose counts are `nothing`."""
        self.total = nothing
        self.gallery: Gallery[V] = Gallery()
        self.kinds: list[str] = []
        self.words: list[str] = []
        self._times: list[tuple[float, float]] = []

    def __len__(self) -> int:
        """Return the number of frames."""
        return len(self._times)

    def add(self, frame: Frame[V]) -> None:
        """Count a frame."""
        self.total = self.total + frame.verdict.counts
        self.gallery.offer(frame)
        self.kinds.append(frame.verdict.kind)
        self.words.append(frame.verdict.words)
        self._times.append((frame.at_s, frame.latency_ms))

    @property
    def at_s(self) -> NDArray[np.float64]:
        """When each frame's image was taken [N], seconds since the first of the run."""
        return self._column(0)

    @property
    def latency_ms(self) -> NDArray[np.float64]:
        """Time from each frame's stamp [N] to the arrival of the answer."""
        return self._column(1)

    @property
    def rate_hz(self) -> float | None:
        """Frames per second between the first and the last; None if there are fewer than two."""
        if len(self) < 2 or self.at_s[-1] <= self.at_s[0]:
            return None
        return float((len(self) - 1) / (self.at_s[-1] - self.at_s[0]))

    def latency_percentile_ms(self, percent: float) -> float | None:
        """Return a percentile of the latency; None without frames."""
        return float(np.percentile(self.latency_ms, percent)) if len(self) else None

    def _column(self, index: int) -> NDArray[np.float64]:
        return np.array([row[index] for row in self._times], np.float64)
