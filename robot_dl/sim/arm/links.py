"""The numbers of the arm, from which the simulated model and the URDF are both made.

All frames are parallel when every joint is at zero: the arm then points straight up, as `tool0`
does along its z axis. Six axes like those of a Puma: waist, shoulder, elbow, and a wrist whose
axes meet in one point.
"""

from __future__ import annotations

from dataclasses import dataclass

from robot_dl.sim.controllers.limits import JointLimits

Vector = tuple[float, float, float]
X, Y, Z = (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)


@dataclass(frozen=True)
class Solid:
    """A part of a link.

    Attributes:
        kind: 'capsule', 'cylinder' (both along z) or 'box'.
        size: Radius and half length without the caps, or half sides, metres.
        pos: Its middle in the link's frame, metres.
        mass_kg: Its mass, evenly distributed.
        paint: Which of the arm's paints it wears.
    """

    kind: str
    size: tuple[float, ...]
    pos: Vector
    mass_kg: float
    paint: str = 'shell'


@dataclass(frozen=True)
class Servo:
    """The motor of a joint.

    Attributes:
        stiffness: Torque for each radian that is missing, N·m/rad (or N/m).
        armature: Inertia of the rotor behind the gear, kg·m² (or kg).
        damping: Of the bearings, N·m·s/rad (or N·s/m).
        friction: Dry friction of the gear, N·m (or N).
    """

    stiffness: float
    armature: float
    damping: float
    friction: float


@dataclass(frozen=True)
class Link:
    """A link, and the joint by which it hangs on its parent.

    Attributes:
        name: The link's frame.
        parent: The frame it hangs on.
        pos: Where the joint is in the parent's frame, metres.
        axis: About which it turns, or along which it slides.
        solids: What it is made of.
        limits: The joint's limits; its name ends in `finger_joint` where it slides.
        servo: The joint's motor.
    """

    name: str
    parent: str
    pos: Vector
    axis: Vector
    solids: tuple[Solid, ...]
    limits: JointLimits
    servo: Servo

    @property
    def slides(self) -> bool:
        """Whether the joint slides."""
        return self.limits.name.endswith('finger_joint')


UPPER_ARM_M, FOREARM_M = 0.38, 0.34
HEAVY, MIDDLE, LIGHT = (
    Servo(2600.0, 1.2, 4.0, 1.0),
    Servo(500.0, 0.22, 1.0, 0.3),
    Servo(250.0, 0.1, 0.5, 0.2),
)

BASE = (Solid('cylinder', (0.075, 0.035), (0, 0, 0.035), 3.0, 'dark'),)
ARM = (
    Link(
        'link_1',
        'base_link',
        (0, 0, 0.08),
        Z,
        (Solid('cylinder', (0.062, 0.06), (0, 0, 0.06), 3.2),),
        JointLimits('joint_1', -2.9, 2.9, 2.6, 10.0, 120.0),
        HEAVY,
    ),
    Link(
        'link_2',
        'link_1',
        (0, 0, 0.12),
        Y,
        (
            Solid('capsule', (0.052, UPPER_ARM_M / 2), (0, 0, UPPER_ARM_M / 2), 4.2),
            Solid('cylinder', (0.056, 0.03), (0, 0, UPPER_ARM_M / 2), 0.4, 'dark'),
        ),
        JointLimits('joint_2', -2.0, 2.0, 2.6, 10.0, 150.0),
        HEAVY,
    ),
    Link(
        'link_3',
        'link_2',
        (0, 0, UPPER_ARM_M),
        Y,
        (Solid('capsule', (0.045, 0.07), (0, 0, 0.07), 2.0),),
        JointLimits('joint_3', -2.6, 2.6, 2.6, 10.0, 100.0),
        HEAVY,
    ),
    Link(
        'link_4',
        'link_3',
        (0, 0, FOREARM_M / 2),
        Z,
        (Solid('cylinder', (0.04, FOREARM_M / 4), (0, 0, FOREARM_M / 4), 1.4, 'dark'),),
        JointLimits('joint_4', -3.0, 3.0, 3.2, 14.0, 28.0),
        MIDDLE,
    ),
    Link(
        'link_5',
        'link_4',
        (0, 0, FOREARM_M / 2),
        Y,
        (Solid('capsule', (0.038, 0.02), (0, 0, 0.02), 1.0),),
        JointLimits('joint_5', -2.1, 2.1, 3.2, 14.0, 28.0),
        MIDDLE,
    ),
    Link(
        'link_6',
        'link_5',
        (0, 0, 0.08),
        Z,
        (Solid('cylinder', (0.034, 0.015), (0, 0, 0.015), 0.4, 'dark'),),
        JointLimits('joint_6', -3.1, 3.1, 3.6, 16.0, 18.0),
        LIGHT,
    ),
)
FLANGE_M = (0.0, 0.0, 0.03)
"""Where `tool0` is in `link_6`."""

PALM = (Solid('box', (0.032, 0.06, 0.03), (0, 0, 0.03), 0.55, 'dark'),)
"""The gripper's body, in `tool0`; the fingers move along y."""
STROKE_M = 0.04
"""How far each finger opens."""
_FINGER = Servo(2000.0, 0.4, 20.0, 0.5)


def _finger(side: str, sign: float) -> Link:
    pad = Solid('box', (0.012, 0.006, 0.03), (0, sign * 0.006, 0.03), 0.06, 'rubber')
    limits = JointLimits(f'{side}_finger_joint', 0.0, STROKE_M, 0.15, 1.5, 60.0)
    return Link(f'{side}_finger', 'tool0', (0, 0, 0.06), (0, sign, 0), (pad,), limits, _FINGER)


FINGERS = (_finger('left', 1.0), _finger('right', -1.0))
"""The second one follows the first."""
TCP_M = (0.0, 0.0, 0.11)
"""Where `tcp` is in `tool0`: between the finger tips."""

LINKS = (*ARM, *FINGERS)
ARM_LIMITS = tuple(link.limits for link in ARM)
GRIPPER_LIMITS = (FINGERS[0].limits,)
STATE_ORDER = (
    'joint_3',
    'joint_2',
    'joint_1',
    'left_finger_joint',
    'right_finger_joint',
    'joint_4',
    'joint_5',
    'joint_6',
)
"""Order of `joint_states`: not the controller's, as on real robots."""
HOME = (0.0, 0.3, 1.5, 0.0, 1.3, 0.0)
"""Ready for work: the gripper points down in front of the arm."""
