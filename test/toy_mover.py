"""A node that commands motion without a model, and the robot that it commands."""

import numpy as np
from diagnostic_msgs.msg import DiagnosticStatus
from sensor_msgs.msg import JointState
from std_msgs.msg import Bool, Empty, Float64MultiArray
from std_srvs.srv import SetBool
from trajectory_msgs.msg import JointTrajectory

from robot_dl.core.motion import Plan
from robot_dl.ros.command_node import CommandNode
from robot_dl.ros.main import run
from robot_dl.ros.qos import LATCHED

NAMES = ('hip', 'knee', 'ankle')
LIMITS = {
    'position_low': [-2.0],
    'position_high': [2.0],
    'velocity_max': [5.0],
    'acceleration_max': [100.0],
    'effort_max': [10.0],
}
PERIOD_NS = 20_000_000


class MoverNode(CommandNode):
    """Wants each joint where `wish` says, whenever joint_states come."""

    kind = 'position'
    wish = (0.5, -0.5, 1.0)
    opened = 0

    def __init__(self, **options):
        super().__init__('mover', **options)

    def announce(self):
        """Hear where the joints are."""
        self.listen(JointState, 'joint_states', self.on_state)

    def load(self):
        """Make the gate."""
        self.command(self.kind, NAMES, ['joint_states'])

    def on_open(self):
        """Count."""
        self.opened += 1

    def on_state(self, msg):
        """Decide."""
        stamp_ns = msg.header.stamp.sec * 10**9 + msg.header.stamp.nanosec
        self.motion.saw('joint_states', stamp_ns)
        self.motion.measured(tuple(msg.name), np.array(msg.position))
        if self.motion.is_open:
            wish = np.array([self.wish], float)
            self.motion.decide(Plan(self.kind, NAMES, stamp_ns, PERIOD_NS, wish))


class VelocityMoverNode(MoverNode):
    """Wants speeds."""

    kind = 'velocity'


class Robot:
    """Publishes joint_states at 50 Hz, does what it is told at once, and remembers it."""

    def __init__(self, session, node='mover', **topics):
        self.session, self.name = session, node
        self.names, self.positions = list(NAMES), dict(zip(NAMES, (0.1, 0.2, 0.3), strict=True))
        self.is_sending, self.is_frozen = True, False
        self.told, self.arrays, self.shadows = [], [], []
        node = session.node
        self.publisher = node.create_publisher(JointState, 'joint_states', 10)
        self.stop = node.create_publisher(Bool, 'emergency_stop', 10)
        self.heart = node.create_publisher(Empty, 'heartbeat', 10)
        node.create_subscription(JointTrajectory, 'joint_trajectory', self._on_trajectory, 10)
        node.create_subscription(Float64MultiArray, 'commands', self._on_array, 10)
        self.states = session.record(DiagnosticStatus, f'/{self.name}/gate_state', LATCHED)
        self.stamp = None
        node.create_timer(0.02, self._send)

    def enable(self, on=True):
        """Open or close the gate; return whether that worked, and why not."""
        answer = self.session.call(SetBool, f'{self.name}/enable', SetBool.Request(data=on))
        return answer.success, answer.message

    def open(self):
        """Open the gate, once the node hears this robot."""
        self.session.wait(lambda: self.enable()[0], 'the gate')

    def state(self):
        """Return the last state of the gate."""
        return self.states[-1].message if self.states else ''

    def _send(self):
        if not self.is_sending:
            return
        if not self.is_frozen or self.stamp is None:
            self.stamp = self.session.node.get_clock().now().to_msg()
        msg = JointState(name=self.names, position=[self.positions[n] for n in self.names])
        msg.header.stamp = self.stamp
        self.publisher.publish(msg)

    def _on_trajectory(self, msg):
        self.told.append(msg)
        self.positions.update(zip(msg.joint_names, msg.points[0].positions, strict=True))

    def _on_array(self, msg):
        self.arrays.append(list(msg.data))


def main():
    """Run the node as a process."""
    return run(MoverNode)


if __name__ == '__main__':
    raise SystemExit(main())
