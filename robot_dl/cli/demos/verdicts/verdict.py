"""What is said of every answer to an image, whatever it answers."""

from abc import ABC, abstractmethod
from typing import Any

RIGHT, MISSED, FALSE = 'right', 'missed', 'false'


class Verdict(ABC):
    """How the answer to one image fits the truth."""

    @property
    @abstractmethod
    def kind(self) -> str:
        """RIGHT; or MISSED or FALSE for what went wrong."""

    @property
    @abstractmethod
    def hardness(self) -> float:
        """How much is wrong: of the frames that are not right the hardest ones are shown."""

    @property
    @abstractmethod
    def fullness(self) -> float:
        """How much is to be seen: of the frames that are right the fullest ones are shown."""

    @property
    @abstractmethod
    def words(self) -> str:
        """What was right and wrong, in some words."""

    @property
    @abstractmethod
    def counts(self) -> Any:
        """What adds up over images, by `+`."""

    @property
    def is_right(self) -> bool:
        """Whether nothing is wrong."""
        return self.kind == RIGHT
