"""From the numbers of the arm to a compiled MuJoCo model: floor, table, arm, camera."""

from __future__ import annotations

from typing import Any

from robot_dl.sim.arm.links import (
    ARM,
    BASE,
    FINGERS,
    FLANGE_M,
    LINKS,
    PALM,
    TCP_M,
    Link,
    Solid,
)
from robot_dl.sim.worlds.offscreen import import_mujoco

TABLE_HEIGHT_M = 0.74
TABLE_HALF_M = (0.6, 0.7)
TABLE_MIDDLE_X_M = 0.35
"""Of the table, ahead of the arm, which stands on it at the origin of the world."""
TIMESTEP_S = 0.005
PAINTS = {
    'shell': (0.86, 0.87, 0.88, 1.0),
    'dark': (0.22, 0.24, 0.28, 1.0),
    'rubber': (0.9, 0.45, 0.1, 1.0),
    'table': (0.66, 0.52, 0.38, 1.0),
    'floor': (0.5, 0.52, 0.55, 1.0),
    'goal': (0.1, 0.75, 0.25, 0.6),
}
OBSTACLE, ROBOT = 1, 2
"""Bits of what can touch: the robot itself and obstacles, but not one obstacle another."""
GOAL_RADIUS_M = 0.02
NEVER_TOUCH = (('base_link', 'link_1'), ('left_finger', 'right_finger'))


def add_solid(body: Any, solid: Solid) -> None:
    """Add a part of the robot to a body."""
    body.add_geom(
        type=getattr(import_mujoco().mjtGeom, f'mjGEOM_{solid.kind.upper()}'),
        size=[*solid.size, 0, 0][:3],
        pos=solid.pos,
        mass=solid.mass_kg,
        material=solid.paint,
        contype=ROBOT,
        conaffinity=ROBOT | OBSTACLE,
        friction=[1.0 if solid.paint == 'rubber' else 0.5, 0.01, 0.001],
    )


def _add_link(spec: Any, parent: Any, link: Link) -> Any:
    """Hang a link on its parent, with its joint; gravity is compensated."""
    joints = import_mujoco().mjtJoint
    body = parent.add_body(name=link.name, pos=link.pos, gravcomp=1)
    body.add_joint(
        name=link.limits.name,
        type=joints.mjJNT_SLIDE if link.slides else joints.mjJNT_HINGE,
        axis=link.axis,
        range=[link.limits.low, link.limits.high],
        limited=True,
        armature=link.servo.armature,
        damping=link.servo.damping,
        frictionloss=link.servo.friction,
    )
    for solid in link.solids:
        add_solid(body, solid)
    return body


def _add_servo(spec: Any, link: Link) -> None:
    """Add a position servo, critically damped for its rotor alone, that saturates."""
    mujoco, stiffness = import_mujoco(), link.servo.stiffness
    servo = spec.add_actuator(name=link.limits.name, target=link.limits.name)
    servo.trntype = mujoco.mjtTrn.mjTRN_JOINT
    servo.set_to_position(kp=stiffness, kv=2 * (stiffness * link.servo.armature) ** 0.5)
    servo.ctrllimited, servo.ctrlrange = True, [link.limits.low, link.limits.high]
    servo.forcelimited, servo.forcerange = True, [-link.limits.effort, link.limits.effort]


def _add_arm(spec: Any, base: Any) -> None:
    """Add links, gripper, frames and servos."""
    bodies = {'base_link': base}
    for link in ARM:
        bodies[link.name] = _add_link(spec, bodies[link.parent], link)
    tool = bodies['tool0'] = bodies['link_6'].add_body(name='tool0', pos=FLANGE_M, gravcomp=1)
    for solid in PALM:
        add_solid(tool, solid)
    for link in FINGERS:
        bodies[link.name] = _add_link(spec, tool, link)
    tool.add_site(name='tcp', pos=TCP_M, size=[0.004, 0, 0], group=4)
    for link in LINKS[:-1]:
        _add_servo(spec, link)
    mimic = spec.add_equality(name='fingers')
    mimic.type, mimic.objtype = (
        import_mujoco().mjtEq.mjEQ_JOINT,
        import_mujoco().mjtObj.mjOBJ_JOINT,
    )
    mimic.name1, mimic.name2 = (f'{side}_finger_joint' for side in ('right', 'left'))
    # Coefficients of a polynomial: the second finger goes as far as the first.
    mimic.data[:2] = [0.0, 1.0]


def _add_room(spec: Any) -> Any:
    """Add floor, sky, table, goal and lights; return the body that the arm stands on."""
    kinds, textures = import_mujoco().mjtGeom, import_mujoco().mjtTexture
    sky = spec.add_texture(name='sky', type=textures.mjTEXTURE_SKYBOX, width=64, height=384)
    sky.builtin = import_mujoco().mjtBuiltin.mjBUILTIN_GRADIENT
    sky.rgb1, sky.rgb2 = [0.75, 0.8, 0.86], [0.35, 0.4, 0.48]
    touch = {'contype': OBSTACLE, 'conaffinity': ROBOT}
    world = spec.worldbody
    world.add_geom(
        name='floor', type=kinds.mjGEOM_PLANE, size=[5, 5, 1], material='floor', **touch
    )
    table = world.add_body(name='table', pos=[TABLE_MIDDLE_X_M, 0, TABLE_HEIGHT_M])
    half = [*TABLE_HALF_M, 0.02]
    table.add_geom(
        name='table',
        type=kinds.mjGEOM_BOX,
        size=half,
        pos=[0, 0, -0.02],
        material='table',
        **touch,
    )
    goal = world.add_body(name='goal', mocap=True)
    sphere = {'type': kinds.mjGEOM_SPHERE, 'size': [GOAL_RADIUS_M, 0, 0], 'material': 'goal'}
    goal.add_geom(name='goal', contype=0, conaffinity=0, **sphere)
    for pos in ([1.5, 1.2, 2.6], [-0.8, -1.5, 2.4]):
        world.add_light(pos=pos, dir=[0.4 - pos[0], -pos[1], 0.9 - pos[2]], castshadow=True)
    return world.add_body(name='base_link', pos=[0, 0, TABLE_HEIGHT_M])


def build_model(size_hw: tuple[int, int]) -> Any:
    """Compile the model.

    Args:
        size_hw: Largest picture that will be rendered, pixels.
    """
    mujoco = import_mujoco()
    spec = mujoco.MjSpec()
    spec.compiler.degree, spec.option.timestep = False, TIMESTEP_S
    spec.option.integrator = mujoco.mjtIntegrator.mjINT_IMPLICITFAST
    spec.visual.global_.offheight, spec.visual.global_.offwidth = size_hw
    spec.visual.headlight.ambient = [0.3, 0.3, 0.3]
    spec.visual.map.znear, spec.stat.extent = 0.02, 2.0
    for name, rgba in PAINTS.items():
        spec.add_material(name=name, rgba=rgba, specular=0.3, shininess=0.4)
    base = _add_room(spec)
    for solid in BASE:
        add_solid(base, solid)
    _add_arm(spec, base)
    for first, second in NEVER_TOUCH:
        spec.add_exclude(bodyname1=first, bodyname2=second)
    _add_camera(spec)
    return spec.compile()


def _add_camera(spec: Any) -> None:
    """Add a camera in front of the arm, which looks at where it works."""
    link = spec.worldbody.add_body(name='camera_link', pos=[1.45, -0.75, 1.55])
    # x to the table's middle and down, y to the left, z up: REP-103's axes of a body.
    link.alt.type = import_mujoco().mjtOrientation.mjORIENTATION_XYAXES
    link.alt.xyaxes = [-1.05, 0.75, -0.6, -0.75, -1.05, 0.0]
    link.add_camera(name='camera', xyaxes=[0, -1, 0, 0, 0, 1], fovy=45)
