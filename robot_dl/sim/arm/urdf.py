"""The arm as a URDF, from the same numbers as the simulated one."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree as Xml

import numpy as np

from robot_dl.sim.arm.links import BASE, FLANGE_M, LINKS, PALM, TCP_M, Link, Solid
from robot_dl.sim.arm.model import PAINTS, build_model

Element = Xml.Element


def arm_urdf(model: Any = None) -> str:
    """Return the URDF: links with masses, inertias and shapes, joints with their limits.

    `limit` has what URDF knows of: position, velocity and effort. The attribute `acceleration` is
    that of newer URDF parsers; older ones ignore it.

    Args:
        model: The compiled model, which knows the inertias; built where it is not given.
    """
    model = build_model((16, 16)) if model is None else model
    robot = Xml.Element('robot', name='arm')
    for name, rgba in ((paint, PAINTS[paint]) for paint in ('shell', 'dark', 'rubber')):
        material = Xml.SubElement(robot, 'material', name=name)
        Xml.SubElement(material, 'color', rgba=_words(rgba))
    _add_link(robot, model, 'base_link', BASE)
    for link in LINKS:
        if link.parent == 'tool0' and robot.find("link[@name='tool0']") is None:
            _add_fixed(robot, 'link_6', 'tool0', FLANGE_M)
            _add_link(robot, model, 'tool0', PALM)
        _add_joint(robot, link)
        _add_link(robot, model, link.name, link.solids)
    _add_fixed(robot, 'tool0', 'tcp', TCP_M)
    Xml.SubElement(robot, 'link', name='tcp')
    Xml.indent(robot)
    return '<?xml version="1.0"?>\n' + Xml.tostring(robot, encoding='unicode') + '\n'


def _words(numbers: Any) -> str:
    return ' '.join(f'{float(number):.6g}' for number in numbers)


def _origin(parent: Element, pos: Any, rpy: Any = (0, 0, 0)) -> None:
    Xml.SubElement(parent, 'origin', xyz=_words(pos), rpy=_words(rpy))


def _add_fixed(robot: Element, parent: str, child: str, pos: Any) -> None:
    joint = Xml.SubElement(robot, 'joint', name=f'{child}_fixed', type='fixed')
    _origin(joint, pos)
    Xml.SubElement(joint, 'parent', link=parent)
    Xml.SubElement(joint, 'child', link=child)


def _add_joint(robot: Element, link: Link) -> None:
    kind = 'prismatic' if link.slides else 'revolute'
    most = link.limits
    joint = Xml.SubElement(robot, 'joint', name=most.name, type=kind)
    _origin(joint, link.pos)
    Xml.SubElement(joint, 'parent', link=link.parent)
    Xml.SubElement(joint, 'child', link=link.name)
    Xml.SubElement(joint, 'axis', xyz=_words(link.axis))
    names = {'low': 'lower', 'high': 'upper'}
    limits = {
        names.get(name, name): f'{getattr(most, name):g}'
        for name in ('low', 'high', 'velocity', 'acceleration', 'effort')
    }
    Xml.SubElement(joint, 'limit', limits)
    servo = link.servo
    friction = {'damping': f'{servo.damping:g}', 'friction': f'{servo.friction:g}'}
    Xml.SubElement(joint, 'dynamics', friction)
    if most.name == 'right_finger_joint':
        Xml.SubElement(joint, 'mimic', joint='left_finger_joint', multiplier='1', offset='0')


def _add_link(robot: Element, model: Any, name: str, solids: tuple[Solid, ...]) -> None:
    link = Xml.SubElement(robot, 'link', name=name)
    _add_inertia(link, model, name)
    for solid in solids:
        for role in ('visual', 'collision'):
            for size, pos in _shapes(solid):
                shape = Xml.SubElement(link, role)
                _origin(shape, pos)
                geometry = Xml.SubElement(shape, 'geometry')
                Xml.SubElement(geometry, *size)
                if role == 'visual':
                    Xml.SubElement(shape, 'material', name=solid.paint)


def _shapes(solid: Solid) -> list[tuple[tuple[str, dict[str, str]], Any]]:
    """Return what a part is in URDF, which knows no capsules, and where each piece is."""
    if solid.kind == 'box':
        return [(('box', {'size': _words(2 * np.array(solid.size))}), solid.pos)]
    radius, half = solid.size
    tube = {'radius': f'{radius:g}', 'length': f'{2 * half:g}'}
    found: list[tuple[tuple[str, dict[str, str]], Any]] = [(('cylinder', tube), solid.pos)]
    if solid.kind == 'capsule':
        x, y, z = solid.pos
        cap = ('sphere', {'radius': f'{radius:g}'})
        found += [(cap, (x, y, z - half)), (cap, (x, y, z + half))]
    return found


def _add_inertia(link: Element, model: Any, name: str) -> None:
    """Add mass and inertia, in the axes of the link."""
    body = model.body(name)
    turn = _matrix(np.array(body.iquat))
    inertia = turn @ np.diag(body.inertia) @ turn.T
    inertial = Xml.SubElement(link, 'inertial')
    _origin(inertial, body.ipos)
    Xml.SubElement(inertial, 'mass', value=f'{float(body.mass[0]):g}')
    cells = {'ixx': (0, 0), 'ixy': (0, 1), 'ixz': (0, 2), 'iyy': (1, 1), 'iyz': (1, 2)}
    cells['izz'] = (2, 2)
    Xml.SubElement(inertial, 'inertia', {k: f'{inertia[at]:.6g}' for k, at in cells.items()})


def _matrix(wxyz: np.ndarray) -> np.ndarray:
    w, x, y, z = wxyz
    return np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
            [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
            [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
        ]
    )
