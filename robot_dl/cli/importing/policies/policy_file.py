"""What is known of a policy's file before anybody is asked."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from robot_dl.cli.importing.draft import Draft
from robot_dl.core.tensors import TensorSpec

GRAPH = 'graph.'
"""Begins the keys of what goes into the graph, and so not into the card."""

LATER = '~'
"""Stands before a key that will follow from the answers to other questions: nobody is asked."""

NOTE = '!'
"""Stands before a key about which people are told something: the value is the sentence."""


Network = Callable[[NDArray[np.float32], bool], NDArray[np.float32]]
"""From an observation [D] to what the graph shall return; told whether to forget before."""


@dataclass(frozen=True)
class PolicyFile:
    """A policy's graph, and what its file and its neighbours say of it.

    Attributes:
        content: The graph as it will be installed; empty if something must be known first.
        suffix: Kind of file, '.onnx' or one of torch's.
        inputs: What the graph takes.
        outputs: What it gives.
        draft: What is known, by key of the card; below '?' what has to be asked for.
        kind: What the file is, for people.
        notes: What has been done to it, or what to look at twice.
        size: Numbers in an observation; None if the file does not tell.
        actions: Numbers in an action, or choices; None if the file does not tell.
        reference: The same network, computed by something else than the graph; None without.
    """

    content: bytes
    suffix: str
    inputs: tuple[TensorSpec, ...]
    outputs: tuple[TensorSpec, ...]
    draft: Draft
    kind: str
    notes: tuple[str, ...] = ()
    size: int | None = None
    actions: int | None = None
    reference: Network | None = None
