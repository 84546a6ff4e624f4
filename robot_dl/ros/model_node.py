"""The lifecycle node that every node with a model is derived from."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

from std_msgs.msg import Header

from robot_dl.core.node_params import ModelNodeParams
from robot_dl.ros.diagnostics import NOTHING_LOADED, LoadedModel
from robot_dl.ros.encodings import Rgb
from robot_dl.ros.input_node import InputNode
from robot_dl.ros.memory import release_memory
from robot_dl.ros.opened import Opened


class ModelNode(InputNode):
    """An `InputNode` that opens a model, which is in memory only while the node is enabled.

    A derived class overrides `load`, too.

    Attributes:
        loaded: The model in use, for diagnostics; set it in `load`.
    """

    Params: ClassVar[type[ModelNodeParams]] = ModelNodeParams

    loaded: LoadedModel = NOTHING_LOADED

    def __init__(self, name: str, **options: Any) -> None:
        """Make an unconfigured node; arguments as for `InputNode`. The model is not opened yet."""
        self._model: Opened | None = None
        super().__init__(name, **options)

    def load(self) -> None:
        """Open the model. Called on configure, and on `~/enable true`.

        Attributes that are set here are dropped on `~/enable false`, to free the memory.
        """

    def listen_images(self, topic: str, callback: Callable[[Rgb, Header], None]) -> None:
        """Answer the newest image of a topic, raw or compressed as `transport` says.

        For `announce`. The compressed topic is the resolved name of the raw one with
        '/compressed' behind it, as with image_transport, so that one remapping serves both.

        Args:
            topic: Name of the raw topic.
            callback: Called with RGB [H, W, 3] uint8 and the header of the image.
        """
        self._ears.add_images(self.params.transport, topic, callback)

    @contextmanager
    def inference(self) -> Iterator[None]:
        """Time the network, for diagnostics."""
        started_s = time.perf_counter()
        yield
        self.frames.infer((time.perf_counter() - started_s) * 1000)

    @property
    def is_equipped(self) -> bool:
        """Whether the model is open."""
        return self._model is not None

    def equip(self) -> None:
        """Open the model."""
        self._model, inputs = Opened(self), len(self._ears)
        with self._model.watching():
            self.load()
        if len(self._ears) != inputs:
            raise RuntimeError('listen in announce(), not in load(), which is called again')
        self.check_params(self.params)
        if self.loaded.notice:
            self.get_logger().warning(self.loaded.notice)
        if self.loaded.name:
            self.get_logger().info(f'model {self.loaded.name} runs on {self.loaded.provider}')

    def unequip(self) -> None:
        """Drop the model."""
        if self._model is not None:
            self._model.close()
            release_memory()
        self._model = None
