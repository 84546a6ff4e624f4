"""What is known of one image after a node has answered it, and which of many to show."""

from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from robot_dl.cli.demos.verdicts.verdict import Verdict

V = TypeVar('V', bound=Verdict)


@dataclass(frozen=True)
class Frame(Generic[V]):
    """An image, and how the answer to it fits the truth.

    Attributes:
        scene: Number of the scene that it shows.
        at_s: Seconds since the first image of the run.
        latency_ms: From the image's stamp to the arrival of the answer.
        image: RGB [H, W, 3] uint8.
        verdict: What was answered, what is there, and how the two fit.
    """

    scene: int
    at_s: float
    latency_ms: float
    image: NDArray[np.uint8]
    verdict: V


class Gallery(Generic[V]):
    """Keeps few frames of many: the hardest, and the fullest among those without an error.

    Of each scene only one of either kind is kept, because its frames show the same mistake again
    and again.
    """

    def __init__(self, most: int = 8) -> None:
        """Keep up to `most` frames of either kind."""
        self._most = most
        self._hard: dict[int, Frame[V]] = {}
        self._good: dict[int, Frame[V]] = {}

    @property
    def hard(self) -> list[Frame[V]]:
        """Frames with errors, most errors first."""
        return sorted(self._hard.values(), key=_hardness, reverse=True)

    @property
    def good(self) -> list[Frame[V]]:
        """Frames without errors, those that show most first."""
        return sorted(self._good.values(), key=_fullness, reverse=True)

    def offer(self, frame: Frame[V]) -> None:
        """Keep the frame if it tells more than one that is kept."""
        kept, value = (self._hard, _hardness)
        if frame.verdict.is_right:
            kept, value = (self._good, _fullness)
        if frame.scene not in kept or value(frame) > value(kept[frame.scene]):
            kept[frame.scene] = frame
        if len(kept) > self._most:
            del kept[min(kept, key=lambda s: value(kept[s]))]


def _hardness(frame: Frame[V]) -> float:
    return frame.verdict.hardness


def _fullness(frame: Frame[V]) -> float:
    return frame.verdict.fullness
