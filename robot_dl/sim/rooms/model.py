"""From a seed to a compiled MuJoCo model of a floor: shell, doors, furniture, obstacles, robot."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from robot_dl.sim.rooms.doors import THING_GROUP, Door, add_doors
from robot_dl.sim.rooms.furniture import Piece
from robot_dl.sim.rooms.layout import Standing, furnish
from robot_dl.sim.rooms.obstacles import OBSTACLES
from robot_dl.sim.rooms.plan import Plan, draw_plan
from robot_dl.sim.rooms.shell import Shell
from robot_dl.sim.rooms.surfaces import paint_piece
from robot_dl.sim.worlds.objects import Part, Rng
from robot_dl.sim.worlds.offscreen import import_mujoco

LIGHTS = 3
ROBOT_RADIUS_M, ROBOT_HEIGHT_M, ROBOT_MASS_KG = 0.18, 0.22, 12.0
CAMERA_FORWARD_M, CAMERA_HEIGHT_M = 0.12, 0.35
TIMESTEP_S = 0.005
FAR_M = 16.0


@dataclass(frozen=True)
class Floor:
    """What was built: plan, doors, furniture, and what moves, each in the order of its bodies."""

    plan: Plan
    doors: list[Door]
    furniture: list[Standing]
    obstacles: list[tuple[str, Piece]]
    model: Any


def _add_part(body: Any, name: str, part: Part) -> None:
    body.add_geom(
        type=getattr(import_mujoco().mjtGeom, f'mjGEOM_{part.kind.upper()}'),
        size=[*part.size, 0, 0][:3],
        pos=part.pos,
        quat=part.quat,
        material=f'{name}_{part.paint}',
        group=THING_GROUP,
    )


def _add_furniture(spec: Any, rng: Rng, standing: list[Standing], colour: np.ndarray) -> None:
    for number, thing in enumerate(standing):
        name = f'furniture_{number}'
        paint_piece(spec, rng, name, colour)
        half = thing.yaw / 2
        body = spec.worldbody.add_body(
            name=name, pos=[thing.x, thing.y, 0], quat=[np.cos(half), 0, 0, np.sin(half)]
        )
        for part in thing.piece.parts:
            _add_part(body, name, part)


def _add_obstacles(spec: Any, rng: Rng, plan: Plan) -> list[tuple[str, Piece]]:
    """Add what moves, at the origin: one for every second cell, and up to two more."""
    names = list(OBSTACLES)
    found = []
    for number in range(len(plan.cells) // 2 + int(rng.integers(1, 4))):
        kind = names[int(rng.choice(len(names), p=[0.35, 0.2, 0.2, 0.1, 0.15]))]
        name, piece = f'obstacle_{number}', OBSTACLES[kind](rng)
        paint_piece(spec, rng, name, np.full(3, 0.5))
        body = spec.worldbody.add_body(name=name, mocap=True)
        for part in piece.parts:
            _add_part(body, name, part)
        found.append((kind, piece))
    return found


def _add_robot(spec: Any) -> None:
    """Add the base, which glides on the floor and turns, and the camera on its mast."""
    mujoco = import_mujoco()
    kinds, joints = mujoco.mjtGeom, mujoco.mjtJoint
    base = spec.worldbody.add_body(name='base_link', gravcomp=1)
    base.mass, base.inertia, base.explicitinertial = ROBOT_MASS_KG, [0.2, 0.2, 0.25], True
    for name, kind, axis in (
        ('base_x', joints.mjJNT_SLIDE, [1, 0, 0]),
        ('base_y', joints.mjJNT_SLIDE, [0, 1, 0]),
        ('base_yaw', joints.mjJNT_HINGE, [0, 0, 1]),
    ):
        base.add_joint(name=name, type=kind, axis=axis)
    middle = 0.03 + (ROBOT_HEIGHT_M - 0.03) / 2
    drum = [ROBOT_RADIUS_M, (ROBOT_HEIGHT_M - 0.03) / 2, 0]
    body = base.add_geom(type=kinds.mjGEOM_CYLINDER, size=drum, pos=[0, 0, middle])
    # Smooth: it slides along what it bumps into, and the wheels alone hold it.
    body.friction, body.priority = [0.2, 0.005, 0.0001], 1
    mast = [CAMERA_FORWARD_M - 0.03, 0, ROBOT_HEIGHT_M + 0.06]
    base.add_geom(type=kinds.mjGEOM_BOX, size=[0.01, 0.02, 0.06], pos=mast)
    link = base.add_body(name='camera_link', pos=[CAMERA_FORWARD_M, 0, CAMERA_HEIGHT_M])
    link.mass, link.inertia, link.explicitinertial = 0.1, [1e-4, 1e-4, 1e-4], True
    link.add_camera(name='camera', xyaxes=[0, -1, 0, 0, 0, 1], fovy=55)


def _set_up(spec: Any, size_hw: tuple[int, int], plan: Plan) -> None:
    spec.visual.global_.offheight, spec.visual.global_.offwidth = size_hw
    spec.visual.quality.offsamples, spec.visual.quality.shadowsize = 0, 1024
    spec.visual.quality.numquads, spec.visual.quality.numslices = 4, 18
    spec.visual.quality.numstacks = 9
    spec.visual.map.znear, spec.visual.map.zfar = 0.03 / FAR_M, 1.0
    spec.stat.extent, spec.stat.center = FAR_M, [*(np.array(plan.size_m) / 2), 0]
    spec.option.timestep = TIMESTEP_S


def build_floor(rng: Rng, size_hw: tuple[int, int]) -> Floor:
    """Draw a floor and compile it. The robot, doors and obstacles are at the origin.

    Args:
        rng: Source of chance.
        size_hw: Largest picture that will be rendered, pixels.
    """
    spec, plan = import_mujoco().MjSpec(), draw_plan(rng)
    _set_up(spec, size_hw, plan)
    colours = Shell(spec, rng, plan).add()
    doors = add_doors(spec, rng, plan, colours)
    standing = furnish(rng, plan)
    _add_furniture(spec, rng, standing, np.mean(colours, 0))
    obstacles = _add_obstacles(spec, rng, plan)
    _add_robot(spec)
    for _ in range(LIGHTS):
        spec.worldbody.add_light(pos=[0, 0, 2], dir=[0, 0, -1])
    return Floor(plan, doors, standing, obstacles, spec.compile())
