"""The simulated robot in the rooms, and what drives it in a test."""

import numpy as np
from geometry_msgs.msg import Twist
from nav_msgs.msg import Odometry
from rclpy.qos import DurabilityPolicy, QoSProfile

from robot_dl.sim.sim_node import SimNode

SEED, SIZE_HW, RATE_HZ, PERIODS = 3, (60, 80), 10.0, 3
"""Odometry comes thirty times a second: three times an image."""
ROOMS = {
    'world': 'rooms',
    'seed': SEED,
    'height': SIZE_HW[0],
    'width': SIZE_HW[1],
    'rate_hz': RATE_HZ,
    'publish_clock': True,
}
LATCHED = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)
DEEP = QoSProfile(depth=500)


def stamp_ns(stamp):
    return stamp.sec * 10**9 + stamp.nanosec


def twist(speed, turn=0.0):
    msg = Twist()
    msg.linear.x, msg.angular.z = speed, turn
    return msg


def place(msg):
    at = msg.pose.pose
    yaw = 2 * np.arctan2(at.orientation.z, at.orientation.w)
    return np.array([at.position.x, at.position.y, yaw])


def start_rooms(session, **params):
    """Start the node, facing along the longest free way of its floor."""
    node = session.start(SimNode, **{**ROOMS, **params})
    face_the_longest_way(node.stage.world)
    return node


def face_the_longest_way(world):
    """Turn the robot on the spot, and send away who walks: tests want to know what happens."""
    world._crowd.walkers = []
    for number in range(len(world._floor.obstacles)):
        body = world._model.body(f'obstacle_{number}')
        world._state.mocap_pos[body.mocapid[0]] = [0, 0, -20]
    pose, known = world.true_motion().pose, world.occupancy(0.05)
    yaws = np.linspace(-np.pi, np.pi, 90, endpoint=False)
    world._state.qpos[2] = max(yaws, key=lambda yaw: free_way(known, pose, yaw))


def free_way(known, pose, yaw):
    c, s = np.cos(yaw), np.sin(yaw)
    for way in np.arange(0.0, 8.0, 0.05):
        for side in (-0.22, 0.0, 0.22):
            if not known.is_free(pose.x + way * c - side * s, pose.y + way * s + side * c):
                return way
    return 8.0


def drive(session, commands, until, what, speed, turn=0.0):
    """Send commands at every odometry until something is true."""
    odometry = session.record(Odometry, 'odom', DEEP)
    sent = [0]

    def done():
        if len(odometry) > sent[0]:
            sent[0] = len(odometry)
            commands.publish(twist(speed, turn))
        return until()

    session.wait(done, what)
