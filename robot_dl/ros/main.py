"""Run a node as a process."""

import gc
import signal
from collections.abc import Sequence

import rclpy
from rclpy.executors import ExternalShutdownException, SingleThreadedExecutor
from rclpy.logging import get_logger

from robot_dl.core.params import ParamError
from robot_dl.ros.environment import prepare
from robot_dl.ros.farewell import Farewell
from robot_dl.ros.input_node import InputNode
from robot_dl.ros.memory import keep_freed_memory

BAD_PARAMETERS, CANNOT_START = 2, 1


def run(node_class: type[InputNode], args: Sequence[str] | None = None) -> int:
    """Run a node until SIGINT or SIGTERM.

    Args:
        node_class: The node; it takes no arguments.
        args: Command line; that of the process when not given.

    Returns:
        Exit code of the process: 0 after a signal, 1 if the node was to start by itself and
        could not, 2 if its ROS arguments or parameters are unusable. The log says why.
    """
    prepare()
    keep_freed_memory()
    # The simulator is a node of its own kind: it commands nothing, and has nothing to say.
    farewell = Farewell() if getattr(node_class, 'says_farewell', False) else None
    try:
        rclpy.init(args=args, signal_handler_options=farewell and farewell.handlers)
    except Exception as error:  # RCLError and others, which have no public name
        get_logger(node_class.__name__).fatal(' '.join(str(error).split()))
        return BAD_PARAMETERS
    try:
        return _run(node_class, farewell)
    except (KeyboardInterrupt, ExternalShutdownException):
        return 0
    except Exception:
        if rclpy.ok():
            raise
        return 0  # SIGTERM closed the context under something that was being made
    finally:
        # An impatient second Ctrl-C must not end in a traceback.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        rclpy.try_shutdown()


def _run(node_class: type[InputNode], farewell: Farewell | None) -> int:
    # Made first: one that is made after a signal has closed the context cannot be deleted quietly.
    executor = SingleThreadedExecutor()
    if farewell:
        farewell.begin()
    try:
        node = node_class()
    except ParamError as error:
        get_logger(node_class.__name__).fatal(str(error))
        return BAD_PARAMETERS
    if farewell:
        farewell.speak = node.farewell
    try:
        if not node.start():
            return CANNOT_START if node.context.ok() else 0
        executor.add_node(node)
        # A full collection would walk all that is imported, and hold up an image by 25 ms.
        gc.freeze()
        _spin(executor, node)
    finally:
        node.destroy_node()
    return 0


def _spin(executor: SingleThreadedExecutor, node: InputNode) -> None:
    """Run the node's callbacks until the context ends; what they raise does not end it."""
    while node.context.ok():
        try:
            executor.spin()
        except (KeyboardInterrupt, ExternalShutdownException):
            raise
        except Exception as error:
            if not node.context.ok() or not isinstance(node, InputNode):
                raise
            node.report_exception(error)
