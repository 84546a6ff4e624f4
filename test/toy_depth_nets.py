"""One export of each family of depth networks, random weights, and what imports it.

The nets are Hugging Face's public implementations; those that end in a sigmoid have none there.
"""

import json
import os
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

# The library would look for newer files on its hub otherwise.
os.environ['HF_HUB_OFFLINE'] = '1'

SIZE_HW = (70, 98)
"""Multiples of 14, as the patches of DINOv2 want it."""
IMAGENET = '--preset', 'imagenet'


@dataclass(frozen=True)
class Toy:
    """An export.

    Attributes:
        build: Makes the net.
        outputs: What the exporter calls the outputs.
        decoder: Which decoder reads them.
        options: Its options, as the card must have them.
        answers: What a user has to say beside the licence.
        config: What lies beside the export as config.json.
        size_hw: Height and width of its input.
    """

    build: Callable[[], nn.Module]
    outputs: tuple[str, ...]
    decoder: str
    options: dict[str, Any] = field(default_factory=dict)
    answers: tuple[str, ...] = IMAGENET
    config: dict[str, Any] = field(default_factory=dict)
    size_hw: tuple[int, int] = SIZE_HW


class OneMap(nn.Module):
    """The one output that exporters keep."""

    def __init__(self, estimator: nn.Module) -> None:
        super().__init__()
        self.estimator = estimator

    def forward(self, images: Tensor) -> Tensor:
        return self.estimator(images).predicted_depth


class Maps(nn.Module):
    """A plain network of maps of several sizes, each with the given end."""

    def __init__(self, end: nn.Module, channels: int = 1, scales: int = 1) -> None:
        super().__init__()
        self.body = nn.Conv2d(3, 8, 3, stride=2, padding=1)
        self.heads = nn.ModuleList(nn.Conv2d(8, channels, 3, padding=1) for _ in range(scales))
        self.end = end

    def forward(self, images: Tensor) -> tuple[Tensor, ...]:
        features = self.body(images).relu()
        maps = [
            self.end(head(nn.functional.avg_pool2d(features, 2**i, ceil_mode=True)))
            for i, head in enumerate(self.heads)
        ]
        return maps[0] if len(maps) == 1 else tuple(maps)


def livelier(net: nn.Module) -> nn.Module:
    """Return it with maps that differ from place to place, as those of a fresh one do not."""
    for module in net.modules():
        if isinstance(module, nn.Conv2d | nn.ConvTranspose2d):
            nn.init.kaiming_normal_(module.weight)
    return net


def depth_anything(kind: str) -> Callable[[], nn.Module]:
    """Depth Anything V2: relative, or metric with its sigmoid times the greatest depth."""

    def build() -> nn.Module:
        from transformers import (
            DepthAnythingConfig,
            DepthAnythingForDepthEstimation,
            Dinov2Config,
        )

        backbone = Dinov2Config(
            hidden_size=32,
            num_hidden_layers=4,
            num_attention_heads=2,
            intermediate_size=64,
            image_size=98,
            out_indices=[1, 2, 3, 4],
            reshape_hidden_states=False,
            apply_layernorm=True,
        )
        config = DepthAnythingConfig(
            backbone_config=backbone,
            reassemble_hidden_size=32,
            neck_hidden_sizes=[8, 8, 16, 16],
            fusion_hidden_size=16,
            head_hidden_size=8,
            depth_estimation_type=kind,
            max_depth=20 if kind == 'metric' else None,
        )
        net = DepthAnythingForDepthEstimation(config)
        return OneMap(livelier(net))

    return build


def glpn() -> nn.Module:
    """GLPN: a sigmoid times the greatest depth, at the input's size."""
    from transformers import GLPNConfig, GLPNForDepthEstimation

    config = GLPNConfig(
        hidden_sizes=[8, 8, 16, 16],
        depths=[1, 1, 1, 1],
        num_attention_heads=[1, 1, 2, 2],
        decoder_hidden_size=16,
        max_depth=10,
    )
    return OneMap(livelier(GLPNForDepthEstimation(config)))


METRIC = {'model_type': 'depth_anything', 'depth_estimation_type': 'metric'}
TOYS = {
    'depth_anything': Toy(
        depth_anything('relative'),
        ('predicted_depth',),
        'inverse_depth',
        {'metric': False},
        config={'model_type': 'depth_anything', 'depth_estimation_type': 'relative'},
    ),
    'depth_anything_metric': Toy(
        depth_anything('metric'),
        ('predicted_depth',),
        'metric_depth',
        {'metric': True},
        config=METRIC,
    ),
    'glpn': Toy(
        glpn,
        ('predicted_depth',),
        'metric_depth',
        {'metric': True},
        config={'model_type': 'glpn'},
        size_hw=(64, 96),
    ),
    'midas': Toy(
        lambda: Maps(nn.ReLU()),
        ('inverse_depth',),
        'inverse_depth',
        {'metric': False},
    ),
    'canonical': Toy(
        lambda: Maps(nn.Softplus()),
        ('predicted_depth',),
        'metric_depth',
        {'metric': True, 'focal_px': 1000.0},
        (*IMAGENET, '--decoder', 'metric_depth', '--option', 'focal_px=1000.0'),
    ),
    'monodepth2': Toy(
        lambda: Maps(nn.Sigmoid(), scales=4),
        ('disp_0', 'disp_1', 'disp_2', 'disp_3'),
        'sigmoid_disparity',
        {'metric': True, 'scale': 5.4, 'output': 'disp_0'},
        ('--preset', 'unit', '--option', 'metric=true', '--option', 'scale=5.4'),
    ),
    'range': Toy(
        lambda: Maps(nn.Sigmoid()),
        ('out',),
        'sigmoid_range',
        {'max_m': 80.0},
        (*IMAGENET, '--decoder', 'sigmoid_range', '--option', 'max_m=80.0'),
    ),
    'ours': Toy(
        lambda: Maps(nn.Identity(), channels=2),
        ('depth',),
        'log_depth',
        {},
        ('--preset', 'unit', '--decoder', 'log_depth'),
    ),
}
"""The exports by name; more than one where a family is exported in more than one way."""


def net(name: str) -> nn.Module:
    """Return the net, always with the same weights."""
    torch.manual_seed(0)
    return TOYS[name].build().eval()


def export(name: str, folder: Path) -> Path:
    """Write the ONNX file of one of `TOYS`, and what lies beside it, and return its path."""
    toy, path = TOYS[name], folder / name / f'{name}.onnx'
    path.parent.mkdir(parents=True, exist_ok=True)
    if toy.config:
        (path.parent / 'config.json').write_text(json.dumps(toy.config))
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter('ignore')
        torch.onnx.export(
            net(name),
            (torch.zeros(1, 3, *toy.size_hw),),
            str(path),
            opset_version=17,
            input_names=['images'],
            output_names=list(toy.outputs),
            dynamo=False,
        )
    return path
