"""Cleanup closes what `load` has opened, and nothing else."""

from builtin_interfaces.msg import Time
from rclpy.parameter import Parameter
from ros_echo import EchoNode
from rosgraph_msgs.msg import Clock
from std_srvs.srv import SetBool

from robot_dl.ros.resilient import SUCCESS


def simulated_s(node) -> float:
    """Return the time of a node's clock."""
    return node.get_clock().now().nanoseconds / 1e9


def test_simulated_time_switched_on_later_survives_a_cleanup(session):
    node = session.start(EchoNode)
    clock = session.node.create_publisher(Clock, '/clock', 1)

    def set_clock(sec):
        clock.publish(Clock(clock=Time(sec=sec)))
        session.wait(lambda: simulated_s(node) == sec, f'time {sec} in the node')

    node.set_parameters([Parameter('use_sim_time', value=True)])
    session.wait(clock.get_subscription_count, 'subscriber of the clock')
    set_clock(100)
    assert node.trigger_deactivate() == SUCCESS
    assert node.trigger_cleanup() == SUCCESS
    set_clock(200)
    assert node.start()
    set_clock(300)


def test_what_a_node_gets_while_it_runs_is_not_closed_by_cleanup(session):
    node = session.start(EchoNode)
    service = node.create_service(SetBool, '~/late', lambda request, response: response)
    node.late = 'an attribute'
    assert node.trigger_deactivate() == SUCCESS
    assert node.trigger_cleanup() == SUCCESS
    assert service in list(node.services)
    assert node.late == 'an attribute'
    assert not hasattr(node, 'resource')
