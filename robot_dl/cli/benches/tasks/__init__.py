"""The nodes whose cost is measured: one file for the steps of each, and one entry in `NODES`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Any

from robot_dl.bringup.catalogue import NodeKind, node_kinds
from robot_dl.cli.benches.results import Answer, Result

if TYPE_CHECKING:
    from robot_dl.cli.benches.stages import Case

OpenCases = Callable[[str, Any], 'tuple[Any, list[Case]]']


@dataclass(frozen=True)
class BenchedNode:
    """A node that answers each image, and how it is measured.

    Attributes:
        bench: What measures it: `robot_dl bench <bench>`.
        executable: The node.
        model: Its bundled model.
        answers: The topics that together are an answer, in the order in which they are
            published, each with its encoding if it is an image of the size of the other.
        is_calibrated: Whether it needs `camera_info`, too.
    """

    bench: str
    executable: str
    model: str
    answers: Mapping[str, str] = field(default_factory=dict)
    is_calibrated: bool = False

    @property
    def kind(self) -> NodeKind:
        """What the deployments know of it."""
        return node_kinds()[self.executable]

    @property
    def answer(self) -> Answer:
        """Its topics with their types."""
        types = {topic.name: topic.type for topic in self.kind.topics}
        return tuple(Result(name, types[name], code) for name, code in self.answers.items())

    @property
    def open_cases(self) -> OpenCases:
        """What opens a model, by its name, and returns it with its steps after the network."""
        module = import_module(f'{__name__}.{self.executable.removesuffix("_node")}')
        found: OpenCases = module.open_cases
        return found


NODES = {
    'detection': BenchedNode(
        'detection', 'detection_node', 'tabletop_detector', {'detections': ''}
    ),
    'classification': BenchedNode(
        'classification', 'classification_node', 'tabletop_classifier', {'classification': ''}
    ),
    'segmentation': BenchedNode(
        'segmentation', 'segmentation_node', 'tabletop_segmenter', {'mask': 'mono8'}
    ),
    'instance_segmentation': BenchedNode(
        'segmentation',
        'instance_segmentation_node',
        'tabletop_instances',
        {'detections': '', 'mask': 'mono16'},
    ),
    'depth': BenchedNode(
        'depth',
        'depth_node',
        'tabletop_depth',
        {'depth/image': '32FC1', 'depth/camera_info': ''},
        is_calibrated=True,
    ),
}
"""By the task of the model that they run."""


def tasks_of(bench: str) -> tuple[str, ...]:
    """Return the tasks of the models that `robot_dl bench <bench>` measures."""
    return tuple(task for task, node in NODES.items() if node.bench == bench)
