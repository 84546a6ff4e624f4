"""The lifecycle node that every node with inputs is derived from."""

import time
import traceback
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from rclpy.clock import Clock, ClockType
from rclpy.qos import QoSProfile
from std_srvs.srv import SetBool

from robot_dl.core.admission import UNWATCHED, Admission
from robot_dl.core.node_params import NodeParams
from robot_dl.ros.answering import Answering
from robot_dl.ros.audience import Audience
from robot_dl.ros.clocks import clock_complaint
from robot_dl.ros.diagnostics import Condition, LoadedModel
from robot_dl.ros.ears import Ears
from robot_dl.ros.latency import Arrival
from robot_dl.ros.live_params import LiveParams, unknown_parameters
from robot_dl.ros.memory import Tidying
from robot_dl.ros.qos import NEWEST_IMAGE
from robot_dl.ros.reporter import Reporter
from robot_dl.ros.resilient import ResilientNode
from robot_dl.ros.together import Due, at_once

# How late a new subscriber, or that the node has to give up, may be noticed.
TENDING_PERIOD_S = 0.1
# Callbacks other than answers do not tell when they succeed; after this time they have.
FORGIVEN_AFTER_S = 60.0
CALLBACK = 'a callback'


class InputNode(ResilientNode):
    """Lifecycle, parameters, inputs, diagnostics and survival: a node only says what it does.

    A derived class sets `Params`, overrides `announce` to make its publishers and to say what
    it listens to, and answers messages. An exception in an answer is logged, counted and
    reported, and the next message is answered; the same one ten times in a row takes the node
    out of work (see `ResilientNode.give_up`).

    Subscriptions exist only while the node is active and enabled and somebody subscribes to a
    result, so a camera that publishes on demand can rest meanwhile.

    Attributes:
        loaded: The model in use, for diagnostics; None for a node that has none.
        frames: What happened to the images so far.
        tending_period_s: How often it looks whether there is work, and whether it has to give up.
    """

    Params: ClassVar[type[NodeParams]] = NodeParams

    loaded: LoadedModel | None = None
    tending_period_s = TENDING_PERIOD_S
    says_farewell: ClassVar[bool] = False
    """Whether `farewell` has to be called before the context of the process is shut down."""

    def __init__(self, name: str, **options: Any) -> None:
        """Declare parameters, `~/enable` and diagnostics. Nothing is opened yet.

        Args:
            name: Name of the node unless it is remapped.
            options: As for `rclpy.lifecycle.LifecycleNode`.

        Raises:
            ParamError: If a given parameter does not fit.
        """
        super().__init__(name, **options)
        self._live = LiveParams(self, self.Params, self.check_params, self.on_params)
        for sentence in unknown_parameters(self, self.Params):
            self.get_logger().warning(f'{sentence}. It is ignored')
        self._answering = Answering(self, self._refusal)
        self.frames = self._answering.frames
        self._ears = Ears(self, self._answering)
        self._audience, self._admission = Audience(self), Admission()
        self._tidying = Tidying()
        self._enabled = True
        self._callback_failed_s = time.monotonic()
        Reporter(self, self.frames, self._condition)
        self.create_service(SetBool, '~/enable', self._on_enable)
        steady = Clock(clock_type=ClockType.STEADY_TIME)
        self.create_timer(self.tending_period_s, self._tend, clock=steady)

    def announce(self) -> None:
        """Make publishers, and say what to listen to. Called on configure, before `equip`."""

    def equip(self) -> None:
        """Take what only an enabled node needs. Called on configure, and on `~/enable true`."""

    def unequip(self) -> None:
        """Give that back. Called on `~/enable false` and on cleanup, maybe more than once."""

    @property
    def is_equipped(self) -> bool:
        """Whether the node has what it needs to work."""
        return True

    def begin(self) -> None:
        """Publish what subscribers need first. Called when an equipped node begins to work."""

    def attend(self) -> None:
        """Begin to hear what else is needed. Called with every opening of the inputs."""

    def ignore(self) -> None:
        """Stop that. Called with every closing of the inputs, maybe more than once."""

    def complaint(self) -> str:
        """Return what is wrong beyond inputs and clocks, for diagnostics; empty if nothing is."""
        return ''

    def details(self) -> Mapping[str, str]:
        """Return what diagnostics tell of this node beyond what they tell of all."""
        return {}

    def farewell(self) -> None:
        """Do what needs ROS and must be done before the process ends."""

    def enable(self) -> tuple[bool, str]:
        """Do what `~/enable true` asks for; return whether that worked, and a sentence."""
        self._enabled = True
        if not self.is_equipped and self.state in ('inactive', 'active'):
            self.equip()
            if self.state == 'active':
                self.begin()
        if self.has_given_up and not self.revive():
            raise RuntimeError(self.failure)
        self._audience.expect(time.monotonic())
        self._listen_if_wanted()
        return True, f'enabled{self._once_active}'

    def disable(self) -> tuple[bool, str]:
        """Do what `~/enable false` asks for; return whether that worked, and a sentence."""
        self._enabled = False
        self._stop_listening()
        self.unequip()
        return True, f'disabled{self._once_active}'

    @property
    def is_lazy(self) -> bool:
        """Whether the node rests while nobody subscribes to a result."""
        return bool(self.params.lazy)

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
        return not self.params.autostart or self.revive()

    def listen(
        self,
        msg_type: type,
        topic: str,
        callback: Callable[[Any], None],
        qos: QoSProfile = NEWEST_IMAGE,
    ) -> None:
        """Answer the newest message of a topic, while there is work. For `announce`.

        Args:
            msg_type: Type of the messages.
            topic: Name of the topic.
            callback: Answers a message, and may raise.
            qos: What to ask for; less where a publisher offers less.
        """
        self._ears.add(msg_type, topic, callback, qos)

    def listen_together(
        self, topics: Mapping[str, type], callback: Callable[..., None], is_due: Due = at_once
    ) -> None:
        """Answer messages of several topics that belong to one moment. For `announce`.

        `Params` must be derived from `SyncParams`; `core.synchroniser` says what belongs
        together.

        Args:
            topics: Message type of each topic by its name. The first one leads: its messages
                are those that diagnostics count, and its age is the age of the answer.
            callback: Called with one message of each topic, in their order.
            is_due: Tells of messages that have waited for so many seconds whether to answer them
                now; asked again a few times a second, and by `look_again`.
        """
        self._ears.add_together(topics, self.params.sync_slop_s, callback, is_due)

    def look_again(self) -> None:
        """Answer what has waited for something that has come now."""
        self._ears.look()

    def report_exception(self, error: Exception) -> None:
        """Log, count and remember what a timer, a service or another callback has raised."""
        now_s = time.monotonic()
        if now_s - self._callback_failed_s > FORGIVEN_AFTER_S:
            self._answering.forgive(CALLBACK)
        self._callback_failed_s = now_s
        self._answering.report(CALLBACK, error)

    def open(self) -> None:
        """Announce the topics and equip the node. Called on configure."""
        self.announce()
        if self._enabled:
            self.equip()

    def wake(self) -> None:
        """Start to listen. Called on activate."""
        self._answering.begin_anew()
        if self.is_equipped:
            self.begin()
        self._audience.expect(time.monotonic())
        self._listen_if_wanted()

    def rest(self) -> None:
        """Stop to listen. Called on deactivate."""
        self._stop_listening()

    def close(self) -> None:
        """Stop to listen for good, and give back what the node is equipped with."""
        self._stop_listening()
        self._ears.forget()
        self.unequip()

    def _tend(self) -> None:
        """Give up if there is no hope; else listen while there is work. Tidy up after failures."""
        if hopeless := self._answering.hopeless:
            self._answering.begin_anew()
            if self.state == 'active':
                self.give_up(hopeless)
        self._listen_if_wanted()
        self._ears.look()
        self._tidying.look(self.frames.errors, time.monotonic())

    def _listen_if_wanted(self) -> None:
        if not self._has_work():
            self._stop_listening()
        elif not self._ears.are_open:
            self._ears.open()
            self.attend()

    def _stop_listening(self) -> None:
        self._ears.close()
        self.ignore()

    def _has_work(self) -> bool:
        if not self.is_active or not self._enabled:
            return False
        return not self.is_lazy or self._audience.was_there(time.monotonic())

    def _refusal(self, arrival: Arrival) -> str:
        """Return why an image is not answered; empty if it is."""
        params = self.params
        if self.is_lazy and not self._audience.is_there():
            return UNWATCHED
        return self._admission.refusal(
            time.monotonic(), arrival.age_ns / 1e9, params.max_age_s, params.max_rate_hz
        )

    def _condition(self) -> Condition:
        """Return how the node is, besides its images."""
        timeout_s = self.params.input_timeout_s
        self._ears.refit()
        warnings = (clock_complaint(self), self._ears.warning(timeout_s), self.complaint())
        return Condition(
            state=self.state,
            enabled=self._enabled,
            failure=self.failure,
            model=self.loaded,
            resting=self.state == 'active' and not self._has_work(),
            silence=self._ears.silence(timeout_s),
            warning='; '.join(filter(None, warnings)),
            details=self.details(),
        )

    def _on_enable(self, request: SetBool.Request, response: SetBool.Response) -> Any:
        try:
            answer = self.enable() if request.data else self.disable()
            response.success, response.message = answer
        except Exception as error:  # the caller learns why, and the node lives
            self.disable()
            self.get_logger().error(f'cannot enable: {error}\n{traceback.format_exc()}')
            response.message = f'cannot enable: {error}'
            response.success = False
        return response

    @property
    def _once_active(self) -> str:
        return '' if self.state == 'active' else ', once the node is active'
