"""From shapes and a seed to a compiled MuJoCo model: table, floor, objects, lights, camera rig."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from robot_dl.sim.worlds.objects import Part, Rng, Shape
from robot_dl.sim.worlds.offscreen import import_mujoco
from robot_dl.sim.worlds.textures import Colour, any_colour, surface

TABLE_HEIGHT_M = 0.74
"""Height of the table top above the floor."""
LIGHTS = 3
"""Lights in every world; some of them may be dark."""
BACKGROUND_GROUP, OBJECT_GROUP, ALONE_GROUP = 0, 1, 2
"""MuJoCo's geom groups: an object is put into the last to be drawn alone."""


@dataclass(frozen=True)
class Thing:
    """A named object of a world. `label` is its class, or None for a distractor."""

    name: str
    label: str | None
    shape: Shape


def add_texture(spec: Any, name: str, pixels: np.ndarray, cube: bool = False) -> None:
    """Add a picture [S, S, 3]; a cube wears it on all six sides."""
    kinds = import_mujoco().mjtTexture
    stacked = np.concatenate([pixels] * 6) if cube else pixels
    texture = spec.add_texture(name=name, nchannel=3)
    texture.type = kinds.mjTEXTURE_CUBE if cube else kinds.mjTEXTURE_2D
    texture.height, texture.width = stacked.shape[:2]
    texture.data = np.ascontiguousarray(stacked).tobytes()


def add_material(spec: Any, rng: Rng, name: str, shine: float, texture: str = '') -> Any:
    """Add a material of some shine in [0, 1], wearing a texture if one is named."""
    material = spec.add_material(name=name)
    material.specular, material.shininess = shine, float(rng.uniform(0.1, 0.8))
    if texture:
        role = int(import_mujoco().mjtTextureRole.mjTEXROLE_RGB)
        textures = list(material.textures)
        textures[role] = texture
        material.textures = textures
    return material


def contrasting(rng: Rng, background: Colour) -> Colour:
    """Draw a colour that an eye can tell from the background."""
    for _ in range(50):
        colour = any_colour(rng)
        if np.abs(colour - background).sum() > 0.45:
            break
    return colour


def _paints(spec: Any, rng: Rng, thing: Thing, background: Colour) -> None:
    """Give a thing its materials: main, accent, metal and dark."""
    main, accent = contrasting(rng, background), contrasting(rng, background)
    texture = ''
    if rng.random() < 0.45:
        texture = f'{thing.name}_print'
        names = ['clouds', 'wood', 'stripes', 'checks', 'speckles', 'cloth']
        add_texture(
            spec, texture, surface(rng, names, 64, main, rng.uniform(0.15, 0.6)), cube=True
        )
    grey, inside = rng.uniform(0.35, 0.8), rng.uniform(0.25, 0.75)
    tint = grey + rng.uniform(-0.04, 0.04, 3)
    colours = {
        'main': (1, 1, 1) if texture else main,
        'accent': accent,
        'metal': tint,
        'dark': inside * main,
    }
    for paint, colour in colours.items():
        shine = float(rng.uniform(0.5, 1.0) if paint == 'metal' else rng.uniform(0.0, 0.6))
        picture = texture if paint == 'main' else ''
        material = add_material(spec, rng, f'{thing.name}_{paint}', shine, picture)
        material.rgba = [*np.clip(colour, 0, 1), 1]


def _add_part(spec: Any, body: Any, thing: Thing, number: int, part: Part) -> None:
    kinds = import_mujoco().mjtGeom
    geom = body.add_geom(
        name=f'{thing.name}_{number}',
        type=getattr(kinds, f'mjGEOM_{part.kind.upper()}'),
        pos=part.pos,
        quat=part.quat,
        material=f'{thing.name}_{part.paint}',
        group=OBJECT_GROUP,
        density=700,
        condim=6,
        friction=[0.9, 0.02, 0.01],
    )
    if part.mesh is None:
        geom.size = [*part.size, 0, 0][:3]
        return
    mesh = spec.add_mesh(name=f'{thing.name}_{number}')
    mesh.uservert, mesh.userface = part.mesh.vertices.ravel(), part.mesh.faces.ravel()
    mesh.inertia = import_mujoco().mjtMeshInertia.mjMESH_INERTIA_CONVEX
    geom.meshname = mesh.name


def _add_room(spec: Any, rng: Rng, background: Colour) -> None:
    """Add floor, sky, table top, legs, and some sheets of paper on it."""
    kinds, textures = import_mujoco().mjtGeom, import_mujoco().mjtTexture
    sky = spec.add_texture(name='sky', type=textures.mjTEXTURE_SKYBOX, width=64, height=384)
    sky.builtin = import_mujoco().mjtBuiltin.mjBUILTIN_GRADIENT
    sky.rgb1, sky.rgb2 = any_colour(rng, (0.0, 0.4)), any_colour(rng, (0.0, 0.4))
    names = ['clouds', 'wood', 'tiles', 'checks', 'speckles', 'plain', 'stripes']
    add_texture(spec, 'floor', surface(rng, names, 256, any_colour(rng, (0, 0.6)), 0.35))
    floor = add_material(spec, rng, 'floor', 0.1, 'floor')
    floor.texrepeat, floor.texuniform = [rng.uniform(0.7, 3)] * 2, True
    spec.worldbody.add_geom(
        name='floor', type=kinds.mjGEOM_PLANE, size=[6, 6, 1], material='floor'
    )
    names = ['clouds', 'wood', 'cloth', 'plain', 'tiles', 'speckles', 'checks', 'stripes']
    contrast = rng.uniform(0.05, 0.45)
    add_texture(spec, 'table', surface(rng, names, 256, background, contrast))
    top = add_material(spec, rng, 'table', rng.uniform(0, 0.5), 'table')
    top.texrepeat, top.texuniform = [rng.uniform(0.8, 3.5)] * 2, True
    half = rng.uniform([0.42, 0.55], [0.6, 0.8])
    table = spec.worldbody.add_body(name='table', pos=[0, 0, TABLE_HEIGHT_M])
    box = kinds.mjGEOM_BOX
    table.add_geom(
        name='table_top', type=box, size=[*half, 0.02], pos=[0, 0, -0.02], material='table'
    )
    for x, y in half * [[1, 1], [1, -1], [-1, 1], [-1, -1]]:
        leg = [0.93 * x, 0.93 * y, -0.04 - (TABLE_HEIGHT_M - 0.04) / 2]
        size = [0.025, 0.025, (TABLE_HEIGHT_M - 0.04) / 2]
        table.add_geom(type=box, size=size, pos=leg, rgba=[0.3, 0.3, 0.3, 1])
    _add_sheets(spec, rng, table)


def _add_sheets(spec: Any, rng: Rng, table: Any) -> None:
    """Lay up to three sheets, flat enough to be no obstacle and no box."""
    for number in range(int(rng.integers(0, 4))):
        name = f'sheet_{number}'
        add_texture(
            spec,
            name,
            surface(rng, ['plain', 'clouds', 'cloth'], 64, any_colour(rng, (0.0, 0.7)), 0.3),
        )
        add_material(spec, rng, name, 0.0, name)
        yaw = rng.uniform(-np.pi, np.pi)
        table.add_geom(
            name=name,
            type=import_mujoco().mjtGeom.mjGEOM_BOX,
            size=[*rng.uniform(0.05, 0.16, 2), 0.0004],
            pos=[*rng.uniform(-0.35, 0.35, 2), 0.0002 + 0.0003 * number],
            quat=[np.cos(yaw / 2), 0, 0, np.sin(yaw / 2)],
            material=name,
            contype=0,
            conaffinity=0,
        )


def _add_rig(spec: Any) -> None:
    """Add a camera on a boom that a motor turns about the table's middle."""
    mujoco = import_mujoco()
    orbit = spec.worldbody.add_body(name='camera_orbit', pos=[0, 0, TABLE_HEIGHT_M], gravcomp=1)
    orbit.mass, orbit.inertia, orbit.explicitinertial = 4.0, [0.5, 0.5, 0.5], True
    joint = orbit.add_joint(name='camera_orbit_joint', type=mujoco.mjtJoint.mjJNT_HINGE)
    joint.axis, joint.armature = [0, 0, 1], 0.5
    link = orbit.add_body(name='camera_link', pos=[-0.7, 0, 0.6], gravcomp=1)
    link.mass, link.inertia, link.explicitinertial = 0.3, [1e-3, 1e-3, 1e-3], True
    link.add_camera(name='camera', xyaxes=[0, -1, 0, 0, 0, 1], fovy=45)
    motor = spec.add_actuator(name='camera_orbit_motor', target='camera_orbit_joint')
    motor.trntype = mujoco.mjtTrn.mjTRN_JOINT
    motor.set_to_position(kp=200.0, kv=30.0)


def build_model(rng: Rng, things: list[Thing], size_hw: tuple[int, int]) -> Any:
    """Compile a world with these things, each a free body named after it, at the origin.

    Args:
        rng: Source of chance for colours and textures.
        things: Objects and distractors.
        size_hw: Largest picture that will be rendered, pixels.

    Returns:
        The `mujoco.MjModel`.
    """
    spec = import_mujoco().MjSpec()
    spec.visual.global_.offheight, spec.visual.global_.offwidth = size_hw
    spec.visual.quality.offsamples, spec.visual.quality.shadowsize = 0, 1024
    spec.visual.map.znear, spec.visual.map.zfar = 0.005, 3.0
    spec.visual.map.shadowclip = 0.3
    spec.stat.extent, spec.stat.center = 3.0, [0, 0, TABLE_HEIGHT_M]
    spec.option.timestep = 0.004
    background = any_colour(rng, (0.0, 0.45 if rng.random() < 0.75 else 0.9))
    _add_room(spec, rng, background)
    _add_rig(spec)
    for _ in range(LIGHTS):
        spec.worldbody.add_light(pos=[0, 0, 3], dir=[0, 0, -1])
    for thing in things:
        _paints(spec, rng, thing, background)
        body = spec.worldbody.add_body(name=thing.name, pos=[0, 0, TABLE_HEIGHT_M + 1])
        body.add_freejoint(name=f'{thing.name}_joint')
        for number, part in enumerate(thing.shape.parts):
            _add_part(spec, body, thing, number, part)
    return spec.compile()
