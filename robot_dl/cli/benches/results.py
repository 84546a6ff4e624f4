"""The topics on which a node answers, as the processes of a benchmark tell each other of them."""

from dataclasses import dataclass
from importlib import import_module
from typing import Any

IMAGE_TYPE = 'sensor_msgs/msg/Image'


@dataclass(frozen=True)
class Result:
    """One topic of an answer.

    Attributes:
        topic: Its name.
        type: Message type, e.g. 'sensor_msgs/msg/Image'.
        encoding: Of an image, e.g. 'mono8': it is as large as the one that is answered.
    """

    topic: str
    type: str
    encoding: str = ''

    @property
    def message_type(self) -> Any:
        """The class of its messages."""
        return message_type(self.type)

    @property
    def text(self) -> str:
        """The topic as an argument of a process."""
        return '='.join(filter(None, (self.topic, self.type, self.encoding)))

    @classmethod
    def parse(cls, text: str) -> 'Result':
        """Return what has `text`."""
        return cls(*text.split('='))

    def below(self, namespace: str) -> 'Result':
        """Return the same topic in a namespace."""
        return Result(f'{namespace}/{self.topic}', self.type, self.encoding)


Answer = tuple[Result, ...]
"""The topics that together are the answer to one image, under its stamp."""


def text_of(answer: Answer) -> str:
    """Return an answer as an argument of a process."""
    return '+'.join(result.text for result in answer)


def parse_answer(text: str) -> Answer:
    """Return the answer that has `text`."""
    return tuple(map(Result.parse, text.split('+')))


def message_type(name: str) -> Any:
    """Return the class of a type such as 'std_msgs/msg/Header'."""
    package, _, kind = name.split('/')
    return getattr(import_module(f'{package}.msg'), kind)
