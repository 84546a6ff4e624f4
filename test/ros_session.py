"""Real nodes on real topics, in a ROS domain that no other test uses."""

import fcntl
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rclpy
from builtin_interfaces.msg import Time
from rcl_interfaces.srv import SetParametersAtomically
from rclpy.context import Context
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rclpy.parameter import Parameter
from rclpy.qos import QoSProfile
from sensor_msgs.msg import Image
from std_msgs.msg import Header

from robot_dl.ros.environment import local_environment, prepare, unused_domain
from robot_dl.ros.images import image_to_msg

TIMEOUT_S = 60.0
"""Patience with what must happen: long, for it costs nothing where it happens."""
SPIN_S = 0.02


@contextmanager
def own_domain() -> Iterator[int]:
    """Hold a ROS domain, 1 to 101, that nobody listens in and no other test holds meanwhile."""
    deadline = time.monotonic() + TIMEOUT_S
    while time.monotonic() < deadline:
        domain = unused_domain()
        path = Path(tempfile.gettempdir(), f'robot_dl_test_domain_{domain}_{os.getuid()}.lock')
        with path.open('w') as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            yield domain
            return
    raise RuntimeError(f'no free ROS domain within {TIMEOUT_S} s')


class NodeProcess:
    """A process of its own, whose output is kept, and which ends with the block."""

    def __init__(self, command: list[str], domain_id: int, folder: Path, **env: str) -> None:
        """Start `python COMMAND` in a domain; its output goes to a file in `folder`."""
        self.output = folder / f'output_{time.monotonic_ns()}.txt'
        root = str(Path(__file__).parents[1])
        path = os.pathsep.join([root, *filter(None, [os.environ.get('PYTHONPATH')])])
        variables = {**local_environment(domain_id), 'PYTHONPATH': path, **env}
        with self.output.open('w') as stream:
            self.process = subprocess.Popen(
                [sys.executable, *command],
                env=variables,
                stdout=stream,
                stderr=stream,
                start_new_session=True,
            )

    def __enter__(self) -> 'NodeProcess':
        return self

    def __exit__(self, *_: object) -> None:
        # With everything that it has started: launch would leave its nodes behind.
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def text(self) -> str:
        """Return what it has written so far."""
        return self.output.read_text(errors='replace')

    def wait_for(self, words: str) -> None:
        """Wait until it has written `words`."""
        deadline = time.monotonic() + TIMEOUT_S
        while words not in self.text():
            if time.monotonic() > deadline or self.process.poll() is not None:
                pytest.fail(f'expected {words!r} in: {self.text()}')
            time.sleep(0.02)

    def end(self, number: int = signal.SIGTERM) -> int:
        """Send it a signal, and return its exit code."""
        self.process.send_signal(number)
        return self.process.wait(TIMEOUT_S)


class Session:
    """A test's own node, and an executor that runs it and the nodes under test in one thread."""

    def __init__(self, domain_id: int) -> None:
        prepare()
        self.context = Context()
        rclpy.init(context=self.context, domain_id=domain_id)
        self.executor = SingleThreadedExecutor(context=self.context)
        self.node = self.add(Node('test', context=self.context))

    def add(self, node: Node) -> Any:
        """Run a node, and destroy it with the session."""
        self.executor.add_node(node)
        return node

    def start(self, node_class: type, cli: list[str] | None = None, **parameters: Any) -> Any:
        """Run a node under test with these parameters, and start it as `main` would."""
        overrides = [Parameter(key, value=value) for key, value in parameters.items()]
        options = {'context': self.context, 'cli_args': cli, 'parameter_overrides': overrides}
        node = self.add(node_class(**options))
        node.start()
        return node

    def spin(self) -> None:
        """Run one callback, or wait a moment for one; see `robot_dl.ros.spinning`."""
        self.executor.spin_once(timeout_sec=SPIN_S)

    def spin_for(self, seconds: float) -> None:
        """Run the nodes for some time."""
        self.until(lambda: False, seconds)

    def until(self, condition: Callable[[], Any], seconds: float) -> Any:
        """Run the nodes until the condition holds or the time is over; return its last value."""
        deadline = time.monotonic() + seconds
        while not (value := condition()) and time.monotonic() < deadline:
            self.spin()
        return value

    def wait(self, condition: Callable[[], Any], what: str, timeout_s: float = TIMEOUT_S) -> Any:
        """Run the nodes until the condition holds, and return its value."""
        value = self.until(condition, timeout_s)
        if not value:
            pytest.fail(f'{what}: not within {timeout_s} s')
        return value

    def record(self, msg_type: type, topic: str, qos: QoSProfile | int = 10) -> list[Any]:
        """Return a list that grows by every message of a topic."""
        received: list[Any] = []
        self.node.create_subscription(msg_type, topic, received.append, qos)
        return received

    def call(self, srv_type: type, name: str, request: Any) -> Any:
        """Call a service and return its response."""
        client = self.node.create_client(srv_type, name)
        self.wait(client.service_is_ready, f'service {name}')
        future = client.call_async(request)
        self.wait(future.done, f'answer of {name}')
        self.node.destroy_client(client)
        return future.result()

    def set_parameters(self, node: str, **values: Any) -> Any:
        """Set parameters of a node in one request; return whether that worked, and why not."""
        parameters = [Parameter(k, value=value).to_parameter_msg() for k, value in values.items()]
        request = SetParametersAtomically.Request(parameters=parameters)
        name = f'{node}/set_parameters_atomically'
        return self.call(SetParametersAtomically, name, request).result

    def expect_refusal(self, node: Any, values: dict[str, Any], reason: str) -> None:
        """Set parameters of a node, and check that it says why not and stays as it was."""
        before = node.params
        result = self.set_parameters(node.get_name(), **values)
        assert not result.successful
        assert reason in result.reason
        assert node.params == before

    def close(self) -> None:
        """Destroy every node, and leave the domain."""
        nodes = list(self.executor.get_nodes())
        self.executor.shutdown()
        for node in nodes:
            node.destroy_node()
        rclpy.shutdown(context=self.context)


class Camera:
    """Publishes images, and knows which answer belongs to which."""

    def __init__(self, session: Session, topic: str = 'image', msg_type: type = Image) -> None:
        self.session = session
        self.publisher = session.node.create_publisher(msg_type, topic, 1)
        self.count = 0

    def header(self) -> Header:
        """Return a header that no other image has."""
        self.count += 1
        return Header(
            stamp=Time(sec=1000 + self.count, nanosec=5), frame_id='camera_optical_frame'
        )

    def send(self, image: np.ndarray | Any) -> Header:
        """Publish RGB [H, W, 3] or a message under a new header, which is returned."""
        self.session.wait(self.publisher.get_subscription_count, 'subscriber of the camera')
        if isinstance(image, np.ndarray):
            image = image_to_msg(image, Header())
        image.header = self.header()
        self.publisher.publish(image)
        return image.header

    def ask(self, image: np.ndarray | Any, answers: list[Any]) -> Any:
        """Publish an image until it is answered, and return the answer; see `ask_again`."""

        def ask(patience_s: float) -> Any:
            return self.answer_within(self.send(image), answers, patience_s)

        return ask_again(ask)

    def answer_within(self, header: Header, answers: list[Any], seconds: float) -> Any:
        """Return the answer to the image with this header, or None."""

        def found() -> list[Any]:
            return [answer for answer in answers if answer.header == header]

        return next(iter(self.session.until(found, seconds)), None)


def ask_again(ask: Callable[[float], Any]) -> Any:
    """Ask until there is an answer, each time with more patience, and return the answer.

    The first questions may be lost: discovery ends on either side at its own time. A slow machine
    needs longer for an answer than one should wait for that of a lost question.
    """
    deadline, patience_s = time.monotonic() + TIMEOUT_S, 0.5
    while time.monotonic() < deadline:
        if answer := ask(patience_s):
            return answer
        patience_s *= 1.5
    pytest.fail(f'no answer within {TIMEOUT_S} s')
