"""A lifecycle node that fails no transition silently, and comes back from its errors."""

import traceback
from collections.abc import Callable
from typing import Any

from rclpy.lifecycle import LifecycleNode, LifecycleState, TransitionCallbackReturn

from robot_dl.ros.impossible import survive_impossible_transitions
from robot_dl.ros.opened import Opened

SUCCESS = TransitionCallbackReturn.SUCCESS
FAILURE = TransitionCallbackReturn.FAILURE
ERROR = TransitionCallbackReturn.ERROR


class ResilientNode(LifecycleNode):
    """Calls four methods on its way through the lifecycle, and deals with what they raise.

    rclpy swallows exceptions in transitions. Here they are logged with their traceback, the
    transition fails, and what was opened half-way is closed again.

    Attributes:
        failure: Why the last transition failed, or why the node has given up; else empty.
        has_given_up: Whether it is inactive because of repeated failures.
    """

    def __init__(self, name: str, **options: Any) -> None:
        """Make an unconfigured node.

        Args:
            name: Name of the node unless it is remapped.
            options: As for `rclpy.lifecycle.LifecycleNode`.
        """
        super().__init__(name, **options)
        survive_impossible_transitions(self)
        self.failure = ''
        self.has_given_up = False
        self._configured: Opened | None = None

    def open(self) -> None:
        """Take what the node needs. Called on configure."""

    def wake(self) -> None:
        """Begin to work. Called on activate."""

    def rest(self) -> None:
        """Stop to work. Called on deactivate."""

    def close(self) -> None:
        """Give back what is not an attribute, publisher, service, timer or client. Called last."""

    @property
    def state(self) -> str:
        """Label of the lifecycle state."""
        return str(self._state_machine.current_state[1])

    @property
    def is_active(self) -> bool:
        """Whether the node is to work."""
        return self.state in ('active', 'activating')

    def revive(self) -> bool:
        """Go from wherever the node is to active; return False if that failed."""
        if self.state == 'unconfigured' and self.trigger_configure() != SUCCESS:
            return False
        return self.state == 'active' or self.trigger_activate() == SUCCESS

    def give_up(self, reason: str) -> None:
        """Go through the error state to inactive, with everything opened anew.

        That is active, deactivating, errorprocessing, unconfigured, configuring, inactive, as
        `~/transition_event` tells; only unconfigured if the node cannot be configured again.
        """
        advice = 'Revive it by ~/enable true, or by the transition activate'
        self.get_logger().error(f'gave up: {reason}. {advice}')
        self.has_given_up = True
        self.trigger_deactivate()
        self.trigger_configure()
        self.failure = f'gave up: {reason}. {advice}'

    def on_configure(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Open."""
        self._configured = configured = Opened(self)

        def configure() -> TransitionCallbackReturn:
            with configured.watching():
                self.open()
            return LifecycleNode.on_configure(self, state)

        return self._attempt('configure', configure, self._close)

    def on_activate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Wake."""

        def activate() -> TransitionCallbackReturn:
            result = LifecycleNode.on_activate(self, state)
            self.wake()
            self.has_given_up = False
            return result

        return self._attempt('activate', activate, lambda: self._rest(state))

    def on_deactivate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Rest; or end in the error state if the node has given up."""
        result = self._attempt('deactivate', lambda: self._rest(state), self._close, ERROR)
        return ERROR if self.has_given_up else result

    def on_cleanup(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Give back everything that configure has opened."""
        self.has_given_up = False  # whoever asked for this will also ask for what comes next
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

        FAILURE goes back to the state before; ERROR goes on to `on_error`, where there is no
        way back.
        """
        try:
            result = step()
        except Exception as error:  # a transition fails, the node lives
            self.failure = f'cannot {transition}: {error}'
            if self.context.ok():
                self.get_logger().error(f'{self.failure}\n{traceback.format_exc()}')
            undo()
            return failed
        if transition != 'recover':
            self.failure = ''
        return result

    def _rest(self, state: LifecycleState) -> TransitionCallbackReturn:
        self.rest()
        return LifecycleNode.on_deactivate(self, state)

    def _close(self) -> TransitionCallbackReturn:
        self.close()
        if self._configured is not None:
            self._configured.close()
        self._configured = None
        return SUCCESS


def _nothing() -> None:
    """Undo a step that leaves nothing to undo."""
