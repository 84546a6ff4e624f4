"""How detected boxes fit the objects of an image."""

from dataclasses import dataclass
from typing import Any

from robot_dl.cli.demos.matching import Match, Tally, match
from robot_dl.cli.demos.verdicts.verdict import FALSE, MISSED, RIGHT, Verdict
from robot_dl.core.detections import Detections


@dataclass(frozen=True)
class Objects(Verdict):
    """What was found, what is there, and which is which.

    Attributes:
        found: What the node says.
        truth: What is there; score 0 marks objects that do not count.
        matched: Which detection is of which object.
        classes: How many classes there are.
    """

    found: Detections
    truth: Detections
    matched: Match
    classes: int

    @classmethod
    def judge(cls, found: Detections, truth: Detections, classes: int) -> 'Objects':
        """Return the verdict on boxes."""
        return cls(found, truth, match(found, truth), classes)

    @property
    def kind(self) -> str:
        """MISSED before FALSE."""
        if self.matched.is_missed.any():
            return MISSED
        return FALSE if self.matched.is_false_alarm.any() else RIGHT

    @property
    def hardness(self) -> float:
        """Misses and false alarms."""
        return self.matched.errors

    @property
    def fullness(self) -> float:
        """Objects found."""
        return float(self.matched.is_right.sum())

    @property
    def words(self) -> str:
        """How many were found, and how many false alarms there are."""
        matched = self.matched
        right, missed, false = (
            int(mask.sum())
            for mask in (matched.is_right, matched.is_missed, matched.is_false_alarm)
        )
        alarms = f', {false} false alarm{"s" if false > 1 else ""}' if false else ''
        return f'{right} of {right + missed} found{alarms}'

    @property
    def tally(self) -> Tally:
        """Counts of this image for each class."""
        return Tally.of(self.matched, self.found, self.truth, self.classes)

    @property
    def counts(self) -> Any:
        """The tally."""
        return self.tally
