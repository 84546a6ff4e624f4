"""What is known of one image after it went through the detector."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from robot_dl.cli.demos.matching import Match, Tally, match
from robot_dl.core.detections import Detections


@dataclass(frozen=True)
class Frame:
    """An image, what was found in it, what is there, and how the two fit.

    Attributes:
        scene: Number of the scene that it shows.
        at_s: Seconds since the first image of the run.
        latency_ms: From the image's stamp to the arrival of its detections.
        image: RGB [H, W, 3] uint8.
        found: What the detector says.
        truth: What is there; score 0 marks objects that do not count.
        matched: Which detection is of which object.
    """

    scene: int
    at_s: float
    latency_ms: float
    image: NDArray[np.uint8]
    found: Detections
    truth: Detections
    matched: Match

    @classmethod
    def judge(
        cls,
        scene: int,
        at_s: float,
        latency_ms: float,
        image: NDArray[np.uint8],
        found: Detections,
        truth: Detections,
    ) -> 'Frame':
        """Return the frame with its detections compared to the truth."""
        return cls(scene, at_s, latency_ms, image, found, truth, match(found, truth))

    def tally(self, classes: int) -> Tally:
        """Return the counts of this frame for each class."""
        return Tally.of(self.matched, self.found, self.truth, classes)


class Gallery:
    """Keeps few frames of many: the hardest, and the fullest among those without an error.

    Of each scene only one of either kind is kept, because its frames show the same mistake again
    and again.
    """

    def __init__(self, most: int = 8) -> None:
        """Keep up to `most` frames of either kind."""
        self._most = most
        self._hard: dict[int, Frame] = {}
        self._good: dict[int, Frame] = {}

    @property
    def hard(self) -> list[Frame]:
        """Frames with errors, most errors first."""
        return sorted(self._hard.values(), key=_hardness, reverse=True)

    @property
    def good(self) -> list[Frame]:
        """Frames without errors, most objects first."""
        return sorted(self._good.values(), key=_fullness, reverse=True)

    def offer(self, frame: Frame) -> None:
        """Keep the frame if it tells more than one that is kept."""
        kept, value = (self._hard, _hardness) if frame.matched.errors else (self._good, _fullness)
        if frame.scene not in kept or value(frame) > value(kept[frame.scene]):
            kept[frame.scene] = frame
        if len(kept) > self._most:
            del kept[min(kept, key=lambda s: value(kept[s]))]


def _hardness(frame: Frame) -> float:
    return frame.matched.errors


def _fullness(frame: Frame) -> float:
    return float(frame.matched.is_right.sum())
