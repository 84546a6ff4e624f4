"""The YAML files and the URDF in config/, generated from where their numbers are declared.

`python -m robot_dl.cli.configs` rewrites them; a test fails when they differ.
"""

import json
import sys
from pathlib import Path

from robot_dl.bringup.catalogue import node_kinds
from robot_dl.core.params import Params, ParamSpec

CONFIGS: dict[str, type[Params]] = {name: kind.params for name, kind in node_kinds().items()}
"""Parameters of each node; its file is named after it, without '_node'."""


def config_path(node: str) -> Path:
    """Return the path of a node's file in this checkout."""
    return Path(__file__).parents[2] / 'config' / f'{node.removesuffix("_node")}.yaml'


def urdf_path() -> Path:
    """Return the path of the simulated arm's description in this checkout."""
    return Path(__file__).parents[2] / 'config' / 'urdf' / 'arm.urdf'


def urdf_text() -> str:
    """Return the description of the simulated arm."""
    from robot_dl.sim.arm.urdf import arm_urdf

    text: str = arm_urdf()
    return text


def config_text(node: str) -> str:
    """Return the text of a node's file: every parameter with its default and its meaning."""
    lines = [
        f'# Parameters of {node}: the defaults. Copy this file and change what you need.',
        '/**:',
        '  ros__parameters:',
    ]
    for spec in CONFIGS[node].specs():
        lines += [f'    # {sentence}' for sentence in _comments(spec)]
        lines += [f'    {spec.name}: {_shown(spec.default)}']
    return '\n'.join(lines) + '\n'


def _comments(spec: ParamSpec) -> list[str]:
    rules = ['Fixed at start.' if spec.fixed else 'Can change while the node runs.']
    if spec.choices:
        rules.insert(0, f'One of {", ".join(spec.choices)}.')
    if spec.low is not None and spec.high is not None:
        rules.insert(0, f'From {spec.low:g} to {spec.high:g}.')
    return [spec.doc, ' '.join(rules)]


def _shown(value: object) -> str:
    if isinstance(value, str):
        return value or "''"
    return json.dumps(list(value) if isinstance(value, tuple) else value)


def main() -> int:
    """Rewrite the files of the checkout."""
    for node in CONFIGS:
        config_path(node).write_text(config_text(node), encoding='utf-8')
    urdf_path().write_text(urdf_text(), encoding='utf-8')
    return 0


if __name__ == '__main__':
    sys.exit(main())
