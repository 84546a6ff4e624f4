"""How far two models are apart in what they find."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from robot_dl.core.names import choose


@dataclass
class Agreement(ABC):
    """What two models say of the same pictures.

    Attributes:
        pictures: How many they have looked at.
        failures: What could not be read from the outputs of one of them.
    """

    pictures: int = 0
    failures: list[str] = field(default_factory=list)

    def add(self, a: Any, b: Any) -> None:
        """Compare the answers for one more picture."""
        self.pictures += 1
        self.compare(a, b)

    @abstractmethod
    def compare(self, a: Any, b: Any) -> None:
        """Compare two answers of the task's type."""

    @property
    @abstractmethod
    def share(self) -> float:
        """Part of all that is said that both say."""

    @property
    def overlap(self) -> float:
        """Mean overlap of what both have found, in [0, 1]; 1 where nothing can overlap."""
        return 1.0

    @property
    @abstractmethod
    def numbers(self) -> dict[str, Any]:
        """What `--json` has of the task, besides `agreement`."""

    @property
    @abstractmethod
    def lines(self) -> list[str]:
        """The same as lines of text."""

    @property
    def as_json(self) -> dict[str, Any]:
        """What `--json` has."""
        return {
            'pictures': self.pictures,
            'agreement': self.share,
            **self.numbers,
            'failures': self.failures[:5],
        }


def agreement_for(task: str) -> Agreement:
    """Return what compares the answers of a task, with nothing compared yet.

    Raises:
        ValueError: If there is none.
    """
    return choose('task', task, AGREEMENTS)()


def _objects() -> Agreement:
    from robot_dl.cli.parities.objects import ObjectAgreement

    return ObjectAgreement()


def _masks() -> Agreement:
    from robot_dl.cli.parities.pixels import MaskAgreement

    return MaskAgreement()


def _metres() -> Agreement:
    from robot_dl.cli.parities.pixels import DepthAgreement

    return DepthAgreement()


AGREEMENTS: dict[str, Callable[[], Agreement]] = {
    'detection': _objects,
    'classification': _objects,
    'instance_segmentation': _objects,
    'segmentation': _masks,
    'depth': _metres,
}
"""By task: what compares two answers."""
