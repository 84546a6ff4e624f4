"""What has happened in a run so far."""

import numpy as np
from numpy.typing import NDArray

from robot_dl.cli.demos.frames import Frame, Gallery
from robot_dl.cli.demos.matching import Tally


class Record:
    """Adds up frames: counts, latencies, and the pictures worth keeping.

    Attributes:
        labels: Name of each class.
        tally: Counts of all frames.
        gallery: Some of the frames.
    """

    def __init__(self, labels: tuple[str, ...]) -> None:
        """Begin with no frames."""
        self.labels = labels
        self.tally = Tally.empty(len(labels))
        self.gallery = Gallery()
        self._rows: list[tuple[float, float, int, int]] = []

    def __len__(self) -> int:
        """Return the number of frames."""
        return len(self._rows)

    def add(self, frame: Frame) -> None:
        """Count a frame."""
        self.tally += frame.tally(len(self.labels))
        self.gallery.offer(frame)
        missed = int(frame.matched.is_missed.sum())
        false_alarms = int(frame.matched.is_false_alarm.sum())
        self._rows.append((frame.at_s, frame.latency_ms, missed, false_alarms))

    @property
    def at_s(self) -> NDArray[np.float64]:
        """When each frame's image was taken [N], seconds since the first."""
        return self._column(0)

    @property
    def latency_ms(self) -> NDArray[np.float64]:
        """Time from each frame's stamp [N] to the arrival of its detections."""
        return self._column(1)

    @property
    def missed(self) -> NDArray[np.int64]:
        """Objects missed in each frame [N]."""
        return self._column(2).astype(np.int64)

    @property
    def false_alarms(self) -> NDArray[np.int64]:
        """Detections of nothing in each frame [N]."""
        return self._column(3).astype(np.int64)

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
        return np.array([row[index] for row in self._rows], np.float64)
