"""A thread of its own for the one input that a model answers."""

import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from rclpy.executors import ExternalShutdownException, SingleThreadedExecutor
from rclpy.lifecycle import LifecycleNode
from rclpy.node import Node
from rclpy.qos import QoSProfile

from robot_dl.ros.qos import NEWEST_IMAGE


class HotInput:
    """Answers a topic in a thread of its own, as fast as that can be done in Python.

    The thread spins a second, small node, for two reasons. rclpy looks at every entity of a node
    before each callback, so that one with little to look at answers sooner. And what hangs there
    keeps nothing else from being heard: an emergency stop, `~/enable`, the lifecycle. Messages
    that come meanwhile replace each other in the middleware.
    """

    def __init__(self, node: LifecycleNode, on_error: Callable[[Exception], None]) -> None:
        """Make the small node; nothing runs before `start`.

        Args:
            node: The node that hears the topic; its name, its namespace and remappings count.
            on_error: Told, in the thread, what a callback has raised.
        """
        self._main, self._on_error = node, on_error
        self._node = Node(
            f'{node.get_name()}_input',
            namespace=node.get_namespace(),
            context=node.context,
            use_global_arguments=False,
            start_parameter_services=False,
            enable_rosout=False,
        )
        # While the topic is silent nothing else makes the thread look whether it has to end:
        # an executor that is woken up goes on to wait unless there is a callback to run.
        self._bell = self._node.create_guard_condition(_nothing)
        self._executor: Any = None
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None

    def listen(
        self,
        msg_type: type,
        topic: str,
        callback: Callable[[Any], None],
        qos: QoSProfile = NEWEST_IMAGE,
    ) -> None:
        """Answer the messages of a topic, named as the main node would name it."""
        name = self._main.resolve_topic_name(topic)
        self._node.create_subscription(msg_type, name, callback, qos)

    def start(self) -> None:
        """Begin to answer."""
        self._ended.clear()  # a thread that still hangs goes on when it has come to an end
        if self._thread is None or not self._thread.is_alive():
            self._executor = SingleThreadedExecutor(context=self._main.context)
            self._executor.add_node(self._node)
            self._thread = threading.Thread(target=self._spin, name='input')
            self._thread.start()

    def stop(self, patience_s: float = 2.0) -> bool:
        """Answer no more; return whether what was being answered has come to an end by now."""
        if self._thread is None:
            return True
        self._ended.set()
        self._bell.trigger()
        self._thread.join(patience_s)
        ended = not self._thread.is_alive()
        self._thread = None if ended else self._thread
        return ended

    def close(self) -> None:
        """Answer no more, and give the small node back."""
        self.stop()
        self._node.destroy_node()

    def _spin(self) -> None:
        executor, context = self._executor, self._main.context
        while context.ok() and not self._ended.is_set():
            try:
                executor.spin_once()
            except ExternalShutdownException:
                break
            except Exception as error:
                with suppress(Exception):  # a thread that ends would answer nothing any more
                    self._on_error(error)
        executor.remove_node(self._node)
        executor.shutdown()


def _nothing() -> None:
    """Be called, and thus end a wait."""
