"""The command that starts a node of a deployment."""

import json
import sys
from typing import Any

from robot_dl.bringup.deployment import BUNDLED_PROFILE, Deployment, NodeSpec
from robot_dl.core.share import share_file


def command(node: NodeSpec) -> list[str]:
    """Return the words that start a node in this Python, with its names and parameters."""
    return [sys.executable, '-m', node.kind.module, '--ros-args', *ros_arguments(node)]


def ros_arguments(node: NodeSpec) -> list[str]:
    """Return what stands behind `--ros-args`: names, remaps, parameter file and parameters."""
    names = [f'__node:={node.name}', f'__ns:={node.namespace}']
    remaps = [*names, *(f'{old}:={new}' for old, new in node.remap.items())]
    return [*_each('-r', remaps), *parameter_arguments(node)]


def parameter_arguments(node: NodeSpec) -> list[str]:
    """Return the part of `ros_arguments` that gives parameters: the file, then single ones."""
    file = ['--params-file', str(node.params_file)] if node.params_file else []
    params = [f'{name}:={yaml_text(value)}' for name, value in node.params.items()]
    return [*file, *_each('-p', params)]


def added_variables(
    deployment: Deployment, node: NodeSpec, profile_variable: str
) -> dict[str, str]:
    """Return what a node's environment has beyond that of whoever starts it.

    Args:
        deployment: It says which Fast DDS profile its nodes take. The bundled one is what they
            take by themselves, unless the environment has another.
        node: One of its nodes.
        profile_variable: Where the installed Fast DDS looks for the path of its profile.
    """
    if deployment.dds_profile is None:
        return {'SKIP_DEFAULT_XML': '1', **node.env}
    if deployment.dds_profile == share_file(BUNDLED_PROFILE):
        return dict(node.env)
    return {profile_variable: str(deployment.dds_profile), **node.env}


def yaml_text(value: Any) -> str:
    """Return a value as one line of YAML, which ROS's parameter parser reads back.

    JSON is YAML, and quotes every text: without quotes ROS takes `1e3` for a number and `y` for
    true, which YAML's own rules, and therefore PyYAML, do not.
    """
    return json.dumps(value, ensure_ascii=False)


def _each(flag: str, words: list[str]) -> list[str]:
    return [part for word in words for part in (flag, word)]
