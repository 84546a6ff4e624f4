"""A part of the demo with what it has done, and the moment that all parts have seen."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from robot_dl.cli.demos.frames import Frame
from robot_dl.cli.demos.pairing import Pairing
from robot_dl.cli.demos.parts import PARTS
from robot_dl.cli.demos.parts.part import Cards, Part
from robot_dl.cli.demos.record import Record

AnyFrame = Frame[Any]


@dataclass(frozen=True)
class Role:
    """A node of the demo: what is known of it, and what it has done so far."""

    part: Part[Any]
    record: Record[Any]


def roles_of(names: Iterable[str], cards: Cards) -> dict[str, Role]:
    """Return the roles of the parts of these names, none of which has done anything yet."""
    parts = [PARTS[name](cards) for name in names]
    return {part.name: Role(part, Record(part.nothing())) for part in parts}


def nodes_of(roles: Mapping[str, Role]) -> dict[str, tuple[dict[str, str], dict[str, str]]]:
    """Return parameters and remaps of each node by its executable; it may play several parts."""
    nodes: dict[str, tuple[dict[str, str], dict[str, str]]] = {}
    for role in roles.values():
        parameters, remaps = nodes.setdefault(role.part.executable, ({}, {}))
        parameters.update(role.part.parameters)
        remaps.update(role.part.remaps)
    return nodes


class Moments:
    """Keeps one image that every node has answered: the best to show what all of them do.

    Attributes:
        best: Its frame of each part; empty until there is one.
    """

    def __init__(self, names: Iterable[str]) -> None:
        """Wait for the frames of these parts."""
        self.best: Mapping[str, AnyFrame] = {}
        self._pairing: Pairing[AnyFrame] = Pairing(tuple(names))

    def add(self, stamp_ns: int, name: str, frame: AnyFrame) -> None:
        """Take the frame of a part."""
        frames = self._pairing.add(stamp_ns, name, frame)
        if frames and (not self.best or _value(frames) > _value(self.best)):
            self.best = frames


def _value(frames: Mapping[str, AnyFrame]) -> tuple[int, float]:
    """Return how good an image is: where most is right, and of those where most is seen."""
    verdicts = [frame.verdict for frame in frames.values()]
    return sum(verdict.is_right for verdict in verdicts), verdicts[0].fullness
