"""Survive what rclpy of Humble and Jazzy does not."""

from typing import Any

from lifecycle_msgs.srv import ChangeState
from rclpy.lifecycle import LifecycleNode
from rclpy.node import Node


def survive_impossible_transitions(node: LifecycleNode) -> None:
    """Answer a request for a transition that is not possible now with success = False.

    Until Kilted, rclpy lets the exception out of the service and thereby ends the process: a
    second `ros2 lifecycle set NODE activate` is enough. There is no public way to the service.
    """
    service = _change_state_service(node)
    change_state = service.callback

    def answer(request: ChangeState.Request, response: ChangeState.Response) -> Any:
        before = node._state_machine.current_state[1]
        try:
            return change_state(request, response)
        except Exception as error:  # RCLError, which has had several places and bases
            wanted = request.transition.label or request.transition.id
            node.get_logger().error(f'no transition {wanted} from state {before}: {error}')
            response.success = False
            return response

    service.callback = answer


def _change_state_service(node: Node) -> Any:
    return next(s for s in node.services if s.srv_type is ChangeState)
