"""The policy node, whose network can be made to hang: a knee that is told to turn so fast."""

import sys
import threading

from robot_dl.nodes.policy_node import PolicyNode
from robot_dl.ros.main import run

HANGS_AT = 9.0
HANGS_S = 2.0


class HangingPolicyNode(PolicyNode):
    """Hangs for two seconds, as a network does whose device is busy: without holding the GIL."""

    def decide(self, motion, stamp_ns):
        """Decide, sooner or later."""
        velocities = self.sensing.readings(stamp_ns, {}).joint_velocities
        if velocities[1] >= HANGS_AT:
            threading.Event().wait(HANGS_S)
        super().decide(motion, stamp_ns)


if __name__ == '__main__':
    sys.exit(run(HangingPolicyNode))
