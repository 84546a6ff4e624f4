"""Parameters that nodes have in common."""

from dataclasses import dataclass
from typing import Any

from robot_dl.core.params import Params, param

DEVICES = (
    'auto',
    'cpu',
    'cuda',
    'cuda:1',
    'tensorrt',
    'tensorrt:1',
    'openvino',
    'openvino:GPU',
    'openvino:NPU',
    'xnnpack',
)
"""Where a network may run; what follows a colon is the one among several.

A third GPU is chosen by the environment variable CUDA_VISIBLE_DEVICES.
"""
TRANSPORTS = ('raw', 'compressed')


def model_param(name: str) -> Any:
    """Declare the parameter `model` of a node whose bundled model has this name."""
    return param(name, 'Bundled or imported model, or a folder with model.yaml.', fixed=True)


@dataclass(frozen=True)
class ModelParams(Params):
    """Which model runs where, and how images arrive."""

    model: str = model_param('')
    device: str = param(
        'auto',
        'Where the network runs; auto takes CUDA if the installed runtime has it.',
        choices=DEVICES,
        fixed=True,
    )
    require_accelerator: bool = param(
        False, 'Refuse to start rather than fall back to the CPU.', fixed=True
    )
    threads: int = param(
        0, 'CPU threads of the network; 0 takes all cores up to four.', low=0, high=256, fixed=True
    )
    half: bool = param(
        False,
        'Compute in float16 on tensorrt, on openvino:GPU, and on cuda if torch runs the model.',
        fixed=True,
    )
    transport: str = param(
        'raw',
        'Subscribe `image` (raw) or `image/compressed` (compressed).',
        choices=TRANSPORTS,
        fixed=True,
    )


@dataclass(frozen=True)
class NodeParams(Params):
    """When a node with inputs works, and which of them it looks at."""

    autostart: bool = param(
        True, 'Configure and activate at start; false waits for lifecycle transitions.', fixed=True
    )
    lazy: bool = param(True, 'Rest while nobody subscribes to a result; false works all the time.')
    input_timeout_s: float = param(
        5.0,
        'Time without input after which the node says why; 0 never does.',
        low=0.0,
        high=3600.0,
    )
    max_age_s: float = param(
        0.0,
        'Drop images that are older than this before inference; 0 drops none.',
        low=0.0,
        high=3600.0,
    )
    max_rate_hz: float = param(
        0.0, 'Look at no more images a second than this; 0 looks at all.', low=0.0, high=1000.0
    )


@dataclass(frozen=True)
class ModelNodeParams(NodeParams, ModelParams):
    """Parameters of a node with a model: those of the model, and then those of the node."""


@dataclass(frozen=True)
class ObjectParams(ModelNodeParams):
    """Parameters of a node whose model finds objects: which of them to publish."""

    score: float = param(0.5, 'Least score to publish.', low=0.0, high=1.0)
    iou: float = param(
        0.6,
        'Overlap above which the weaker of two boxes of one class is dropped.',
        low=0.0,
        high=1.0,
    )
    max_detections: int = param(100, 'Most objects to publish, best first.', low=1, high=1000)
    classes: tuple[str, ...] = param((), 'Labels to publish; empty publishes all.')


@dataclass(frozen=True)
class SyncParams(Params):
    """Which messages of several topics belong together."""

    sync_slop_s: float = param(
        0.02,
        'Greatest difference of stamps that still belong together; 0 takes equal stamps only.',
        low=0.0,
        high=1.0,
        fixed=True,
    )


@dataclass(frozen=True)
class SyncedNodeParams(SyncParams, ModelNodeParams):
    """Parameters of a node with a model and with several inputs that belong together."""
