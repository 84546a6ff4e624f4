"""A node of the demo: how it is started, what its answers are compared with, how that is told."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Generic

from robot_dl.cli.demos.frames import Frame, V
from robot_dl.cli.demos.section import Goal, Panel, Section
from robot_dl.engine.card import ModelCard

IMAGE, CAMERA_INFO = 'camera/image_raw', 'camera/camera_info'
CAMERA_REMAPS = {'image': IMAGE}

Cards = Mapping[str, ModelCard]
Messages = Mapping[str, Any]


class Part(ABC, Generic[V]):
    """A node whose answers are compared with the truth while it runs.

    Attributes:
        name: Name of the part; its executable is `<name>_node`.
        title: What it does, for the headline of its section.
        words: The same for somebody who knows nothing of it.
        task: Task of the models that it runs; '' for a node without a model.
        remaps: Topics that are called something else in the demo.
        topics: Type of each message that a comparison consists of, by topic, all of one stamp.
        answer: Which of those topics is the answer.
        goals: What makes the demo pass.
        method: How right and wrong are told apart.
        right: What a frame without an error is, in some words.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    words: ClassVar[str]
    task: ClassVar[str]
    remaps: ClassVar[Mapping[str, str]] = CAMERA_REMAPS
    topics: ClassVar[Mapping[str, type]]
    answer: ClassVar[str]
    goals: ClassVar[Sequence[Goal]]
    method: ClassVar[str]
    right: ClassVar[str]

    def __init__(self, cards: Cards) -> None:
        """Take part with a model.

        Args:
            cards: Cards of the models of all parts of the run, by part.
        """
        self.card = cards.get(self.name)

    @property
    def executable(self) -> str:
        """Name of the node."""
        return f'{self.name}_node'

    @property
    def parameters(self) -> Mapping[str, str]:
        """Parameters of the node, without those that every node of the demo has."""
        return {} if self.card is None else {'model': str(self.card.folder)}

    def check(self, true_labels: Sequence[str]) -> None:
        """Check that answers and truth speak of the same classes.

        Args:
            true_labels: What the classes of pixels are called in the world, by their ids.

        Raises:
            ValueError: If they do not.
        """

    @abstractmethod
    def judge(self, messages: Messages) -> V:
        """Compare an answer with the truth.

        Args:
            messages: What came under one stamp, by topic.

        Raises:
            ValueError: If a message is not what it should be.
        """

    @abstractmethod
    def nothing(self) -> Any:
        """Return the counts of no images."""

    @abstractmethod
    def scores(self, total: Any) -> dict[str, float | None]:
        """Return the scores that matter most; the goals name some of them."""

    def details(self, total: Any) -> dict[str, Any]:
        """Return what else the summary says of the counts."""
        return {}

    @abstractmethod
    def live(self, total: Any) -> str:
        """Return the scores so far in a few characters."""

    @abstractmethod
    def headline(self, total: Any) -> str:
        """Return the scores in a sentence's end, such as '93 % of the objects found'."""

    @abstractmethod
    def section(self, total: Any) -> Section:
        """Return what the report says of the counts."""

    @abstractmethod
    def panels(self, frame: Frame[V]) -> list[Panel]:
        """Return a frame as people see it, the panel that says most first."""
