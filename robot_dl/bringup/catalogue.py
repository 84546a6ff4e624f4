"""The nodes a deployment may name: what they take, and what they are called."""

from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any

from robot_dl.core.params import Params, ParamSpec
from robot_dl.core.topics import Topic

USE_SIM_TIME = ParamSpec(
    name='use_sim_time',
    kind=bool,
    default=False,
    doc="Follow /clock instead of the machine's clock.",
    low=None,
    high=None,
    choices=(),
    fixed=False,
)
"""The parameter that every node of ROS has."""


@dataclass(frozen=True)
class NodeKind:
    """An executable of this package.

    Attributes:
        executable: Its name for `ros2 run` and in deployments.
        module: What `python -m` runs.
        params: Its parameters.
        topics: What it subscribes, publishes and serves.
        commands_motion: True if it publishes commands; such nodes are ended last.
    """

    executable: str
    module: str
    params: type[Params]
    topics: tuple[Topic, ...]
    commands_motion: bool = False

    @property
    def remappable(self) -> tuple[str, ...]:
        """The topics and services that a deployment can give another name."""
        return tuple(topic.name for topic in self.topics)

    @property
    def parameter_specs(self) -> tuple[ParamSpec, ...]:
        """The parameters that a deployment can set."""
        return (*self.params.specs(), USE_SIM_TIME)

    @property
    def parameter_names(self) -> tuple[str, ...]:
        """Their names."""
        return tuple(spec.name for spec in self.parameter_specs)


# module, parameters and topics as text: importing a task is left to whoever asks for it.
_KINDS = {
    'detection_node': (
        'robot_dl.nodes.detection_node',
        'robot_dl.detection.params:DetectionParams',
        'robot_dl.detection.topics:DETECTION_TOPICS',
    ),
    'classification_node': (
        'robot_dl.nodes.classification_node',
        'robot_dl.classification.params:ClassificationParams',
        'robot_dl.classification.topics:CLASSIFICATION_TOPICS',
    ),
    'detection3d_node': (
        'robot_dl.nodes.detection3d_node',
        'robot_dl.core.detection3d_params:Detection3dParams',
        'robot_dl.core.detection3d_topics:DETECTION3D_TOPICS',
    ),
    'segmentation_node': (
        'robot_dl.nodes.segmentation_node',
        'robot_dl.segmentation.params:SegmentationParams',
        'robot_dl.segmentation.topics:SEGMENTATION_TOPICS',
    ),
    'instance_segmentation_node': (
        'robot_dl.nodes.instance_segmentation_node',
        'robot_dl.segmentation.params:InstanceSegmentationParams',
        'robot_dl.segmentation.topics:INSTANCE_SEGMENTATION_TOPICS',
    ),
    'depth_node': (
        'robot_dl.nodes.depth_node',
        'robot_dl.depth.params:DepthParams',
        'robot_dl.depth.topics:DEPTH_TOPICS',
    ),
    'policy_node': (
        'robot_dl.nodes.policy_node',
        'robot_dl.policy.params:PolicyParams',
        'robot_dl.policy.topics:POLICY_TOPICS',
    ),
    'sim_node': (
        'robot_dl.sim.sim_node',
        'robot_dl.sim.params:SimParams',
        'robot_dl.sim.topics:SIM_TOPICS',
    ),
}

_COMMANDING = ('policy_node',)


@cache
def node_kinds() -> dict[str, NodeKind]:
    """Return every kind of node by the name of its executable."""
    return {
        name: NodeKind(name, module, _load(params), _load(topics), name in _COMMANDING)
        for name, (module, params, topics) in _KINDS.items()
    }


def shared_names() -> dict[str, tuple[str, ...]]:
    """Return what `remap` and `params` of defaults may name: what at least one kind has."""
    kinds = node_kinds().values()
    return {
        'remap': tuple(sorted({name for kind in kinds for name in kind.remappable})),
        'params': tuple(sorted({name for kind in kinds for name in kind.parameter_names})),
    }


def _load(place: str) -> Any:
    module, _, name = place.partition(':')
    return getattr(import_module(module), name)
