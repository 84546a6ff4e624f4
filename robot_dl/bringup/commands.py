"""The command that starts a node of a deployment."""

import sys
from typing import Any

import yaml

from robot_dl.bringup.deployment import NodeSpec


def command(node: NodeSpec) -> list[str]:
    """Return the words that start a node in this Python, with its names and parameters."""
    return [sys.executable, '-m', node.kind.module, '--ros-args', *ros_arguments(node)]


def ros_arguments(node: NodeSpec) -> list[str]:
    """Return what stands behind `--ros-args`."""
    names = [f'__node:={node.name}', f'__ns:={node.namespace}']
    remaps = [*names, *(f'{old}:={new}' for old, new in node.remap.items())]
    params = [f'{name}:={yaml_text(value)}' for name, value in node.params.items()]
    file = ['--params-file', str(node.params_file)] if node.params_file else []
    return [*_each('-r', remaps), *file, *_each('-p', params)]


def yaml_text(value: Any) -> str:
    """Return a value as one line of YAML, which ROS's parameter parser reads back."""
    plain = list(value) if isinstance(value, tuple) else value
    text = yaml.safe_dump(plain, default_flow_style=True, width=sys.maxsize, allow_unicode=True)
    # A scalar by itself is followed by the end of the document.
    return str(text).removesuffix('...\n').strip()


def _each(flag: str, words: list[str]) -> list[str]:
    return [part for word in words for part in (flag, word)]
