"""The lifecycle node that every node with a model is derived from."""

import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

from diagnostic_msgs.msg import DiagnosticArray
from rclpy.clock import Clock, ClockType
from rclpy.lifecycle import LifecycleNode, LifecycleState, TransitionCallbackReturn
from sensor_msgs.msg import CompressedImage, Image
from std_msgs.msg import Header
from std_srvs.srv import SetBool

from robot_dl.core.node_params import ModelNodeParams
from robot_dl.ros.compressed import rgb_from_compressed
from robot_dl.ros.diagnostics import (
    NOTHING_LOADED,
    SILENT_AFTER_S,
    Condition,
    LoadedModel,
    diagnostics_msg,
)
from robot_dl.ros.encodings import Rgb
from robot_dl.ros.images import rgb_from_msg
from robot_dl.ros.impossible import survive_impossible_transitions
from robot_dl.ros.inputs import Input
from robot_dl.ros.live_params import LiveParams, unknown_parameters
from robot_dl.ros.opened import Opened
from robot_dl.ros.qos import RESULTS
from robot_dl.ros.statistics import FrameStatistics

TRANSPORTS: dict[str, tuple[type, str, Callable[[Any], Rgb]]] = {
    'raw': (Image, '', rgb_from_msg),
    'compressed': (CompressedImage, '/compressed', rgb_from_compressed),
}
"""Message type, ending of the topic, and reader for each value of `transport`."""

DIAGNOSTICS_PERIOD_S = 1.0
SILENCE_LOG_PERIOD_S = 30.0

SUCCESS = TransitionCallbackReturn.SUCCESS
FAILURE = TransitionCallbackReturn.FAILURE
ERROR = TransitionCallbackReturn.ERROR


class ModelNode(LifecycleNode):
    """Lifecycle, parameters, diagnostics and survival, so that a node only says what it does.

    A derived class sets `Params`, overrides `load` to open its model and announce its topics,
    and answers what it listens to. An exception in an answer is logged, counted and reported,
    and the next message is answered. An exception in a transition is logged, the transition
    fails, and everything that `load` opened is closed again.

    Subscriptions exist only while the node is active and enabled, so a camera that publishes
    on demand can rest meanwhile.

    Attributes:
        loaded: The model in use, for diagnostics; set it in `load`.
        frames: What happened to the images so far.
    """

    Params: ClassVar[type[ModelNodeParams]] = ModelNodeParams

    loaded: LoadedModel = NOTHING_LOADED

    def __init__(self, name: str, **options: Any) -> None:
        """Declare parameters, `~/enable` and diagnostics. The model is not opened yet.

        Args:
            name: Name of the node unless it is remapped.
            options: As for `rclpy.lifecycle.LifecycleNode`.

        Raises:
            ParamError: If a given parameter does not fit.
        """
        super().__init__(name, **options)
        survive_impossible_transitions(self)
        self._live = LiveParams(self, self.Params, self.check_params, self.on_params)
        for sentence in unknown_parameters(self, self.Params):
            self.get_logger().warning(f'{sentence}. It is ignored')
        self.frames = FrameStatistics(time.monotonic())
        self._inputs: list[Input] = []
        self._opened = Opened(self)
        self._active = False
        self._enabled = True
        self._failure = ''
        self._diagnostics = self.create_publisher(DiagnosticArray, '/diagnostics', RESULTS)
        self.create_service(SetBool, '~/enable', self._on_enable)
        # The simulation's clock may stand still, and that too must be reported.
        steady = Clock(clock_type=ClockType.STEADY_TIME)
        self.create_timer(DIAGNOSTICS_PERIOD_S, self._publish_diagnostics, clock=steady)

    def load(self) -> None:
        """Open the model and announce the topics. Called on configure."""

    def begin(self) -> None:
        """Publish what subscribers need first. Called on activate, before any image."""

    def check_params(self, params: Any) -> None:
        """Refuse parameters that do not fit the model, by ParamError."""

    def on_params(self, params: Any) -> None:
        """Act on parameters that have been set."""

    @property
    def params(self) -> Any:
        """The parameters now, an instance of `Params`."""
        return self._live.value

    def start(self) -> bool:
        """Configure and activate if `autostart` is set; return False if that failed."""
        if not self.params.autostart:
            return True
        steps = (self.trigger_configure, self.trigger_activate)
        return all(step() == SUCCESS for step in steps)

    def listen(self, msg_type: type, topic: str, callback: Callable[[Any], None]) -> None:
        """Answer the newest message of a topic, while active and enabled. For `load`."""
        self._inputs.append(Input(self, msg_type, topic, callback, self.frames))

    def listen_images(self, topic: str, callback: Callable[[Rgb, Header], None]) -> None:
        """Answer the newest image of a topic, raw or compressed as `transport` says. For `load`.

        The compressed topic is the resolved name of the raw one with '/compressed' behind it,
        as with image_transport, so that one remapping serves both.

        Args:
            topic: Name of the raw topic.
            callback: Called with RGB [H, W, 3] uint8 and the header of the image.
        """
        msg_type, ending, rgb_of = TRANSPORTS[self.params.transport]
        full_name = self.resolve_topic_name(topic) + ending
        self.listen(msg_type, full_name, lambda msg: callback(rgb_of(msg), msg.header))

    @contextmanager
    def inference(self) -> Iterator[None]:
        """Time the network, for diagnostics."""
        started_s = time.perf_counter()
        yield
        self.frames.infer((time.perf_counter() - started_s) * 1000)

    def on_configure(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Load the model."""

        def configure() -> TransitionCallbackReturn:
            with self._opened.watching():
                self.load()
            self.check_params(self.params)
            self._announce_model()
            return LifecycleNode.on_configure(self, state)

        return self._attempt('configure', configure, self._close)

    def on_activate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Start to listen."""

        def activate() -> TransitionCallbackReturn:
            result = LifecycleNode.on_activate(self, state)
            self.begin()
            self._active = True
            self._listen_if_wanted()
            return result

        return self._attempt('activate', activate, lambda: self._rest(state))

    def on_deactivate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Stop to listen."""
        return self._attempt('deactivate', lambda: self._rest(state), self._close, ERROR)

    def on_cleanup(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Give back everything that configure has opened."""
        return self._attempt('clean up', self._close, _nothing, ERROR)

    def on_shutdown(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Give back everything, for good."""
        return self._attempt('shut down', self._close, _nothing, ERROR)

    def on_error(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Give back everything, so that the node can be configured anew."""
        return self._attempt('recover', self._close, _nothing, ERROR)

    def _attempt(
        self,
        transition: str,
        step: Callable[[], TransitionCallbackReturn],
        undo: Callable[[], object],
        failed: TransitionCallbackReturn = FAILURE,
    ) -> TransitionCallbackReturn:
        """Return what `step` returns; if it raises, log why, `undo` it, and return `failed`.

        rclpy swallows exceptions in transitions. FAILURE goes back to the state before; ERROR
        goes on to `on_error`, where there is no way back.
        """
        try:
            result = step()
        except Exception as error:  # a transition fails, the node lives
            self._failure = f'cannot {transition}: {error}'
            if self.context.ok():
                self.get_logger().error(f'{self._failure}\n{traceback.format_exc()}')
            undo()
            return failed
        if transition != 'recover':
            self._failure = ''
        return result

    def _rest(self, state: LifecycleState) -> TransitionCallbackReturn:
        self._active = False
        self._listen_if_wanted()
        return LifecycleNode.on_deactivate(self, state)

    def _close(self) -> TransitionCallbackReturn:
        self._active = False
        self._listen_if_wanted()
        self._inputs.clear()
        self._opened.close()
        return SUCCESS

    def _listen_if_wanted(self) -> None:
        for source in self._inputs:
            if self._active and self._enabled:
                source.open()
            else:
                source.close()

    def _announce_model(self) -> None:
        model = self.loaded
        if model.notice:
            self.get_logger().warning(model.notice)
        if model.name:
            self.get_logger().info(f'model {model.name} runs on {model.provider}')

    def _on_enable(self, request: SetBool.Request, response: SetBool.Response) -> Any:
        self._enabled = request.data
        self._listen_if_wanted()
        word = 'enabled' if self._enabled else 'disabled'
        response.success = True
        response.message = word if self._active else f'{word}, once the node is active'
        return response

    def _publish_diagnostics(self) -> None:
        frames = self.frames.summary(time.monotonic())
        silent = self._active and self._enabled and frames.silent_s > SILENT_AFTER_S
        condition = Condition(
            state=self._state_machine.current_state[1],
            enabled=self._enabled,
            failure=self._failure,
            model=self.loaded,
            silence='; '.join(i.why_silent() for i in self._inputs) if silent else '',
        )
        if silent:
            self.get_logger().warning(
                f'no image for {frames.silent_s:.0f} s: {condition.silence}',
                throttle_duration_sec=SILENCE_LOG_PERIOD_S,
            )
        name = self.get_fully_qualified_name().lstrip('/')
        stamp = self.get_clock().now().to_msg()
        self._diagnostics.publish(diagnostics_msg(name, condition, frames, stamp))


def _nothing() -> None:
    """Undo a step that leaves nothing to undo."""
