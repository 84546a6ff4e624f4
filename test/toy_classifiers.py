"""One small export of each public family of classifiers, random weights, and its card.

`export(name, folder)` writes the ONNX file as its exporter would, `write(name, folder)` the card
as well, and `net(name)` returns the same net for torch. The nets are Hugging Face's public
implementations; only `conv_head` and `softmaxed` change their ends.
"""

import json
import os
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
import yaml
from torch import Tensor, nn

# The library would look for newer files on its hub otherwise.
os.environ['HF_HUB_OFFLINE'] = '1'

from transformers import (
    EfficientNetConfig,
    EfficientNetForImageClassification,
    MobileNetV2Config,
    MobileNetV2ForImageClassification,
    ResNetConfig,
    ResNetForImageClassification,
    ViTConfig,
    ViTForImageClassification,
)

from robot_dl.engine.card import file_sha256

LABELS = ('mug', 'bowl', 'can', 'bottle', 'box')
SIZE_HW = (64, 64)
OPSET = 17
IMAGENET = {'mean': [123.675, 116.28, 103.53], 'std': [58.395, 57.12, 57.375]}
CROP = {
    'name': 'pixel_values',
    'fit': 'center_crop',
    'crop_fraction': 0.875,
    'resampling': 'area',
    **IMAGENET,
}
SYMMETRIC = {'mean': [127.5] * 3, 'std': [127.5] * 3}


class Scores(nn.Module):
    """The one output that exporters keep, with another end where one is given."""

    def __init__(self, classifier: nn.Module, end: Callable[[Tensor], Tensor] | None = None):
        super().__init__()
        self.classifier, self.end = classifier, end

    def forward(self, images: Tensor) -> Tensor:
        logits = self.classifier(images).logits
        return self.end(logits) if self.end else logits


def resnet(classes: int) -> nn.Module:
    """ResNet (He et al. 2015), with basic blocks."""
    config = ResNetConfig(
        embedding_size=8,
        hidden_sizes=[8, 16, 16, 32],
        depths=[1, 1, 1, 1],
        layer_type='basic',
        num_labels=classes,
    )
    return Scores(livelier(ResNetForImageClassification(config)))


def mobilenet(classes: int) -> nn.Module:
    """MobileNetV2 (Sandler et al. 2018)."""
    config = MobileNetV2Config(
        image_size=SIZE_HW[0],
        depth_multiplier=0.25,
        expand_ratio=2.0,
        num_labels=classes,
    )
    return Scores(livelier(MobileNetV2ForImageClassification(config)))


def efficientnet(classes: int) -> nn.Module:
    """EfficientNet (Tan and Le 2019), narrow."""
    config = EfficientNetConfig(
        image_size=SIZE_HW[0],
        width_coefficient=0.25,
        depth_coefficient=0.3,
        hidden_dim=320,
        initializer_range=0.3,
        num_labels=classes,
    )
    return Scores(livelier(EfficientNetForImageClassification(config)))


def vit(classes: int) -> nn.Module:
    """Vision Transformer (Dosovitskiy et al. 2020)."""
    config = ViTConfig(
        image_size=SIZE_HW[0],
        patch_size=16,
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        num_labels=classes,
    )
    return Scores(livelier(ViTForImageClassification(config)))


def softmaxed(classes: int) -> nn.Module:
    """A ResNet that ends with its softmax."""
    return Scores(resnet(classes).classifier, lambda logits: logits.softmax(1))


def conv_head(classes: int) -> nn.Module:
    """A ResNet whose classes are channels of a map of one cell."""
    return Scores(resnet(classes).classifier, lambda logits: logits[:, :, None, None])


def livelier(classifier: nn.Module) -> nn.Module:
    """Return it with logits that differ by about one; those of a fresh one are all the same."""
    last = [m for n, m in classifier.named_modules() if n.startswith('classifier')][-1]
    assert isinstance(last, nn.Linear)
    nn.init.normal_(last.weight)
    classifier.train()
    with torch.no_grad():
        # The statistics of an untrained net would let its numbers fade away, layer by layer.
        for _ in range(3):
            classifier(torch.randn(8, 3, *SIZE_HW))
        logits = classifier.eval()(torch.randn(8, 3, *SIZE_HW)).logits
        last.weight /= logits.std()
    return classifier


@dataclass(frozen=True)
class Toy:
    """An export.

    Attributes:
        build: Makes the net for a number of classes.
        decoder: Which decoder reads it.
        input: What the card says of the image.
        half: Whether weights, input and output have half precision.
        output: What the exporter calls the output.
    """

    build: Callable[[int], nn.Module]
    decoder: str = 'logits'
    input: dict[str, Any] = field(default_factory=lambda: dict(CROP))
    half: bool = False
    output: str = 'logits'


TOYS = {
    'resnet': Toy(resnet),
    'resnet_fp16': Toy(resnet, input={**CROP, 'dtype': 'float16'}, half=True),
    'mobilenet': Toy(mobilenet),
    'efficientnet': Toy(efficientnet),
    'vit': Toy(
        vit,
        input={'name': 'pixel_values', 'fit': 'stretch', 'resampling': 'area', **SYMMETRIC},
    ),
    'softmaxed': Toy(softmaxed, decoder='probabilities', output='probabilities'),
    'conv_head': Toy(conv_head),
}
"""The exports by name."""


def net(name: str, seed: int = 0) -> nn.Module:
    """Return the net, always with the same weights."""
    torch.manual_seed(seed)
    return TOYS[name].build(len(LABELS)).eval()


def export(name: str, folder: Path) -> Path:
    """Write the ONNX file of one of `TOYS` and return its path."""
    toy, path, example = TOYS[name], folder / f'{name}.onnx', torch.zeros(1, 3, *SIZE_HW)
    folder.mkdir(parents=True, exist_ok=True)
    whole = net(name)
    if toy.half:
        whole, example = whole.half(), example.half()
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter('ignore')
        torch.onnx.export(
            whole,
            (example,),
            str(path),
            opset_version=OPSET,
            input_names=[toy.input['name']],
            output_names=[toy.output],
            dynamo=False,
        )
    return path


def card(name: str) -> dict[str, Any]:
    """Return what the card says of the export, without the file and its hash."""
    toy = TOYS[name]
    values = {
        'name': name,
        'task': 'classification',
        'input': {**toy.input, 'size_hw': list(SIZE_HW)},
        'decoder': toy.decoder,
        'labels': list(LABELS),
        'license': 'Apache-2.0',
    }
    return json.loads(json.dumps(values))


def write(name: str, folder: Path) -> Path:
    """Write the export and its card; return the folder."""
    path = export(name, folder)
    values = {**card(name), 'weights': path.name, 'sha256': file_sha256(path)}
    (folder / 'model.yaml').write_text(yaml.safe_dump(values), encoding='utf-8')
    return folder
