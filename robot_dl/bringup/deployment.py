"""What a deployment file says: which nodes run, under which names, with which parameters."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from robot_dl.bringup.catalogue import NodeKind

BUNDLED_PROFILE = 'config/fastdds.xml'


@dataclass(frozen=True)
class NodeSpec:
    """One node of a deployment.

    Attributes:
        kind: The executable.
        name: Its name in the ROS graph.
        namespace: Its namespace, '/' for none.
        remap: New name for each topic or service that gets one.
        params: Parameters that are given; they win over those of `params_file`.
        params_file: ROS parameter file, or None.
        respawn: Whether it is started again when it ends by itself.
        env: Environment variables it gets besides ours.
        line: Where it stands in the file.
    """

    kind: NodeKind
    name: str
    namespace: str
    remap: Mapping[str, str]
    params: Mapping[str, Any]
    params_file: Path | None
    respawn: bool
    env: Mapping[str, str]
    line: int

    @property
    def full_name(self) -> str:
        """The name that `ros2 node list` shows."""
        return f'{self.namespace.rstrip("/")}/{self.name}'


@dataclass(frozen=True)
class Deployment:
    """A list of nodes.

    Attributes:
        file: Where it was read.
        nodes: In the order in which they are started.
        dds_profile: Fast DDS profile for all, or None to leave Fast DDS as it comes.
    """

    file: Path
    nodes: tuple[NodeSpec, ...]
    dds_profile: Path | None
