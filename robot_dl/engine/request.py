"""What is asked of an engine, and what it is given to open."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from robot_dl.core.names import choose
from robot_dl.core.node_params import DEVICES
from robot_dl.core.tensors import TensorSpec

Announce = Callable[[str], None]

MOST_THREADS = 4
"""More hardly help a network of a camera's size, and other programs want cores, too."""


class EngineError(ValueError):
    """A graph cannot be opened or run as asked."""


def silent(sentence: str) -> None:
    """Tell nobody."""


@dataclass(frozen=True)
class Request:
    """How a graph shall run.

    Attributes:
        device: One of `core.node_params.DEVICES`, e.g. 'cuda:1'.
        require_accelerator: Refuse to fall back to the CPU.
        threads: CPU threads; 0 takes all cores up to four.
        half: Compute in float16 where the device can.
        announce: Is told what takes long, before and after.
    """

    device: str = 'auto'
    require_accelerator: bool = False
    threads: int = 0
    half: bool = False
    announce: Announce = silent

    def __post_init__(self) -> None:
        """Check the device.

        Raises:
            ValueError: If it is unknown; the message names the nearest one.
        """
        choose('device', self.device, dict.fromkeys(DEVICES))

    @property
    def kind(self) -> str:
        """The device without its number: 'cuda' of 'cuda:1'."""
        return self.device.partition(':')[0]

    @property
    def which(self) -> str:
        """Which one of several: '1' of 'cuda:1'; empty for the first."""
        return self.device.partition(':')[2]

    @property
    def cores(self) -> int:
        """How many threads the CPU's part may have."""
        return self.threads or min(MOST_THREADS, len(os.sched_getaffinity(0)))

    def settle(self, on_cpu: bool, missing: str) -> str:
        """Return what a node has to say about where a graph runs: nothing, if as asked.

        Args:
            on_cpu: Whether it runs on the CPU, without anything that makes it faster.
            missing: Why it does not run on the device that was asked for; empty if it does.

        Raises:
            EngineError: If an accelerator is required and this is none.
        """
        if self.require_accelerator and on_cpu:
            raise EngineError(
                missing or f'require_accelerator is set, but device is {self.device!r}'
            )
        return '' if self.device == 'auto' else missing


@dataclass(frozen=True)
class Weights:
    """The content of a model's files, checked against their hashes.

    Attributes:
        content: Of the weights' file.
        sha256: Its hash, hexadecimal.
        suffix: Of its name, lower case, e.g. '.onnx'.
        inputs: What the card gives to the graph.
        files: Content of further files that belong to it, by name.
    """

    content: bytes
    sha256: str
    suffix: str
    inputs: tuple[TensorSpec, ...] = ()
    files: Mapping[str, bytes] = field(default_factory=dict)
