"""A robot on real topics for the policy node: it tells of three joints, and moves them."""

import time

from diagnostic_msgs.msg import DiagnosticStatus
from sensor_msgs.msg import JointState
from std_msgs.msg import Bool, Float64MultiArray
from std_srvs.srv import SetBool
from toy_policies import JOINTS
from trajectory_msgs.msg import JointTrajectory

from robot_dl.ros.qos import LATCHED

LIMITS = {
    'position_low': [-3.0],
    'position_high': [3.0],
    'velocity_max': [5.0],
    'acceleration_max': [100.0],
    'effort_max': [10.0],
}


class Robot:
    """Publishes joint_states at 100 Hz, goes where it is told at once, and remembers when.

    Attributes:
        told: Time and positions by name of each command, from `joint_trajectory` or `commands`.
        states: Time and message of each `~/gate_state`.
        changes: Fields of the messages that are other than they should be.
        period_ns: Time between two stamps.
    """

    def __init__(self, session, names=JOINTS, node='policy_node', period_s=0.01):
        self.session, self.names, self.node_name = session, list(names), node
        self.positions = dict(zip(JOINTS, (0.1, 0.2, 0.3), strict=True))
        self.velocities = dict.fromkeys(JOINTS, 0.0)
        self.told, self.states, self.changes = [], [], {}
        self.is_sending, self.is_frozen, self.stamp = True, False, None
        host = session.node
        self.publisher = host.create_publisher(JointState, 'joint_states', 10)
        self.stop = host.create_publisher(Bool, 'emergency_stop', 10)
        host.create_subscription(JointTrajectory, 'joint_trajectory', self._on_trajectory, 10)
        host.create_subscription(Float64MultiArray, 'commands', self._on_array, 10)
        state = f'/{node}/gate_state'
        host.create_subscription(DiagnosticStatus, state, self._on_state, LATCHED)
        self.timer = host.create_timer(period_s, self.send)

    def enable(self, on=True):
        """Open or close the gate; return whether that worked, and why not."""
        answer = self.session.call(SetBool, f'{self.node_name}/enable', SetBool.Request(data=on))
        return answer.success, answer.message

    def open(self):
        """Open the gate, once the node hears this robot."""
        self.session.wait(lambda: self.enable()[0], 'the gate')

    @property
    def state(self):
        """The last state of the gate."""
        return self.states[-1][1] if self.states else ''

    def wait_for(self, words):
        """Wait until the gate says `words`; return when it did."""
        self.session.wait(lambda: words in self.state, words)
        return self.states[-1][0]

    def last(self):
        """Return the newest command, by joint."""
        return self.told[-1][1]

    def send(self):
        """Publish where the joints are."""
        if not self.is_sending:
            return
        if not self.is_frozen or self.stamp is None:
            self.stamp = self.session.node.get_clock().now().to_msg()
        fields = {
            'name': self.names,
            'position': [self.positions[n] for n in self.names],
            'velocity': [self.velocities[n] for n in self.names],
            **self.changes,
        }
        msg = JointState(**fields)
        msg.header.stamp = self.stamp
        self.publisher.publish(msg)

    def _on_trajectory(self, msg):
        self._go(dict(zip(msg.joint_names, msg.points[0].positions, strict=True)))

    def _on_array(self, msg):
        self._go(dict(zip(JOINTS, msg.data, strict=True)))

    def _go(self, positions):
        self.told.append((time.monotonic(), positions))
        self.positions.update(positions)

    def _on_state(self, msg):
        self.states.append((time.monotonic(), msg.message))
