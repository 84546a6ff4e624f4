"""The policy node on real topics: what it listens to, and what it commands."""

import time

import numpy as np
import pytest
from builtin_interfaces.msg import Time
from diagnostic_msgs.msg import DiagnosticArray
from sensor_msgs.msg import JointState
from std_msgs.msg import Float64MultiArray, Header
from std_srvs.srv import SetBool
from toy_policies import JOINTS, PUSH, linear_graph, write_policy
from trajectory_msgs.msg import JointTrajectory

from robot_dl.nodes.policy_node import PolicyNode

pytestmark = pytest.mark.ros

LIMITS = {'position_low': [-3.0], 'position_high': [3.0], 'velocity_max': [1000.0]}
PERIOD_NS = 20_000_000


class Robot:
    """A robot's joint states, by stamps that the test chooses."""

    def __init__(self, session, names=JOINTS):
        self.session, self.names = session, list(names)
        self.publisher = session.node.create_publisher(JointState, 'joint_states', 10)
        self.stamp_ns = 1_000_000_000_000
        self.positions = dict(zip(JOINTS, [0.1, 0.2, 0.3], strict=True))
        self.velocities = dict.fromkeys(JOINTS, 0.0)

    def tell(self, step_ns=PERIOD_NS, **changes):
        """Publish where the joints are, a period later than before."""
        self.stamp_ns += step_ns
        stamp = Time(sec=self.stamp_ns // 10**9, nanosec=self.stamp_ns % 10**9)
        fields = {
            'name': self.names,
            'position': [self.positions[n] for n in self.names],
            'velocity': [self.velocities[n] for n in self.names],
        }
        self.publisher.publish(JointState(header=Header(stamp=stamp), **{**fields, **changes}))

    def tell_until(self, condition, what, **changes):
        """Publish at 100 Hz or so until something holds."""
        state = {'next': 0.0}

        def told():
            if time.monotonic() > state['next']:
                state['next'] = time.monotonic() + 0.01
                self.tell(**changes)
            return condition()

        return self.session.wait(told, what)


def enable(session, node, robot=None, data=True):
    """Call `~/enable` while the robot tells where it is."""
    client = session.node.create_client(SetBool, f'{node.get_name()}/enable')
    session.wait(client.service_is_ready, 'the service enable')
    future = client.call_async(SetBool.Request(data=data))
    if robot is None:
        session.wait(future.done, 'an answer of enable')
    else:
        robot.tell_until(future.done, 'an answer of enable')
    session.node.destroy_client(client)
    return future.result()


def ready(session, node, robot):
    """Wait until the node has heard the robot, and open its gate."""
    robot.tell_until(lambda: node.sensing.readings(0, {}).joint_positions is not None, 'readings')
    answer = enable(session, node, robot)
    assert answer.success, answer.message


@pytest.fixture
def push(tmp_path):
    """Return a policy that always returns 0.4, 0.8 and -0.4."""
    network = linear_graph(np.zeros((9, 3)), np.array([0.4, 0.8, -0.4]))
    return str(write_policy(tmp_path / 'push', PUSH, network))


def test_a_policy_moves_the_joints_it_names(session, push):
    robot = Robot(session)
    sent = session.record(JointTrajectory, 'joint_trajectory')
    node = session.start(PolicyNode, model=push, blend_in_s=0.0, **LIMITS)
    ready(session, node, robot)
    robot.tell_until(lambda: sent, 'a command')
    robot.tell_until(
        lambda: np.allclose(sent[-1].points[0].positions, [0.2, 0.4, 0.2]), 'what it decided'
    )
    assert list(sent[-1].joint_names) == JOINTS


def test_nothing_is_sent_before_enable(session, push):
    robot = Robot(session)
    sent = session.record(JointTrajectory, 'joint_trajectory')
    node = session.start(PolicyNode, model=push, **LIMITS)
    robot.tell_until(lambda: node.sensing.readings(0, {}).joint_positions is not None, 'readings')
    session.spin_for(0.5)
    assert sent == []
