"""Where the links of an arm are, computed from its frames and from its URDF alone."""

from xml.etree import ElementTree as Xml

import numpy as np


def tree(frames):
    """Return the pose of every frame in `world`, by multiplying its ancestors."""
    steps = {child: (parent, pose) for parent, child, pose, _ in frames}

    def pose_of(frame):
        if frame == 'world':
            return np.eye(4)
        parent, pose = steps[frame]
        return pose_of(parent) @ pose

    assert len(steps) == len(frames), 'a frame has two parents'
    return {frame: pose_of(frame) for frame in steps}


def rotation(axis, angle):
    """Rodrigues' formula."""
    x, y, z = axis
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    return np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * cross @ cross


def chain_of_urdf(text, positions):
    """Return where each link is in `base_link`, from the text of a URDF alone."""
    found = {'base_link': np.eye(4)}
    for joint in Xml.fromstring(text).iter('joint'):
        parent, child = (joint.find(role).get('link') for role in ('parent', 'child'))
        step = np.eye(4)
        step[:3, 3] = [float(n) for n in joint.find('origin').get('xyz').split()]
        assert joint.find('origin').get('rpy') == '0 0 0'
        if joint.get('type') != 'fixed':
            axis = np.array([float(n) for n in joint.find('axis').get('xyz').split()])
            value, turn = positions[joint.get('name')], np.eye(4)
            if joint.get('type') == 'prismatic':
                turn[:3, 3] = value * axis
            else:
                turn[:3, :3] = rotation(axis, value)
            step = step @ turn
        found[child] = found[parent] @ step
    return found
