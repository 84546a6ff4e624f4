"""The environment of each node of a deployment."""

from collections.abc import Mapping

from robot_dl.bringup.deployment import Deployment, NodeSpec
from robot_dl.core.share import share_file
from robot_dl.ros.environment import missing_variables, profile_variable


def added_variables(
    deployment: Deployment, node: NodeSpec, base: Mapping[str, str]
) -> dict[str, str]:
    """Return what a node's environment has beyond `base`."""
    chosen = _profile(deployment, base)
    return {**missing_variables({**base, **chosen}), **chosen, **node.env}


def _profile(deployment: Deployment, base: Mapping[str, str]) -> dict[str, str]:
    """Return the variable that selects the deployment's Fast DDS profile.

    The bundled one is what a node takes by itself, unless the user's environment has another.
    """
    if deployment.dds_profile is None:
        return {'SKIP_DEFAULT_XML': '1'}
    if deployment.dds_profile == share_file('config/fastdds.xml'):
        return {}
    return {profile_variable(base): str(deployment.dds_profile)}
