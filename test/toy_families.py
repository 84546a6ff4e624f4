"""One real export of each detector family, with random weights, and the card that fits it.

`export(name, folder)` writes the ONNX file as its exporter would, `write(name, folder)` the card
as well, and `net(name)` returns the same net for torch.
"""

import json
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

import onnx
import torch
import toy_nets
import yaml
from torch import nn

from robot_dl.engine.card import file_sha256

LABELS = ('mug', 'bowl', 'can')
SIZE_HW = (96, 160)
OPSET = 17
IMAGENET = {'mean': [123.675, 116.28, 103.53], 'std': [58.395, 57.12, 57.375]}


@dataclass(frozen=True)
class Toy:
    """An export.

    Attributes:
        build: Makes the net for a number of classes.
        outputs: What the exporter calls the outputs.
        decoder: Which decoder reads them, and with which options.
        options: Options of the decoder.
        input: What the card says of the image.
        further: Further inputs of the graph: name -> value, a constant of the card.
        metadata: What the exporter writes into the file.
        dynamic: Axes without a fixed extent, by output.
    """

    build: Callable[[int], nn.Module]
    outputs: tuple[str, ...]
    decoder: str
    options: dict[str, Any] = field(default_factory=dict)
    input: dict[str, Any] = field(default_factory=lambda: {'name': 'images'})
    further: dict[str, Any] = field(default_factory=dict)
    metadata: dict[str, str] = field(default_factory=dict)
    dynamic: dict[str, dict[int, str]] = field(default_factory=dict)


def yolo_metadata(end_to_end: bool = False) -> dict[str, str]:
    """Return what the best-known exporter of the YOLO family writes."""
    values = {
        'description': 'toy',
        'stride': '32',
        'task': 'detect',
        'batch': '1',
        'imgsz': str(list(SIZE_HW)),
        'names': str(dict(enumerate(LABELS))),
    }
    return {**values, 'end2end': 'True'} if end_to_end else values


def transformer(name: str) -> Callable[[int], nn.Module]:
    """Return what makes a net of `toy_transformers`; the library takes seconds to import."""
    return lambda classes: getattr(import_module('toy_transformers'), name)(classes)


PIXEL_VALUES = {'name': 'pixel_values', 'fit': 'stretch'}
SET = ('logits', 'pred_boxes')
UNBATCHED = {'boxes': {0: 'n'}, 'labels': {0: 'n'}, 'scores': {0: 'n'}}

TOYS = {
    'yolov5': Toy(
        toy_nets.YoloV5,
        ('output0',),
        'yolov5',
        metadata={'stride': '32', 'names': str(dict(enumerate(LABELS)))},
    ),
    'yolov8': Toy(toy_nets.YoloV8, ('output0',), 'yolo', metadata=yolo_metadata()),
    'yolov10': Toy(
        toy_nets.YoloV10, ('output0',), 'yolo_end_to_end', metadata=yolo_metadata(end_to_end=True)
    ),
    'yolox': Toy(
        toy_nets.YoloX,
        ('output',),
        'yolox',
        input={'name': 'images', 'color': 'bgr', 'std': [1, 1, 1], 'fit': 'letterbox_top_left'},
    ),
    'detr': Toy(
        transformer('detr'),
        SET,
        'detr',
        options={'activation': 'softmax'},
        input={**PIXEL_VALUES, **IMAGENET},
    ),
    'rtdetr': Toy(transformer('rtdetr'), SET, 'detr', input=PIXEL_VALUES),
    'dfine': Toy(transformer('dfine'), SET, 'detr', input=PIXEL_VALUES),
    'rtdetr_deployed': Toy(
        transformer('rtdetr_deployed'),
        ('labels', 'boxes', 'scores'),
        'boxes_labels_scores',
        input={'name': 'images', 'fit': 'stretch'},
        further={'orig_target_sizes': [[SIZE_HW[1], SIZE_HW[0]]]},
    ),
    'ssd': Toy(
        toy_nets.Ssd,
        ('bboxes', 'labels', 'scores'),
        'boxes_labels_scores',
        options={'normalised': True, 'first_label': 1},
        input={'name': 'image', 'fit': 'stretch', **IMAGENET},
        dynamic={'bboxes': {1: 'n'}, 'labels': {1: 'n'}, 'scores': {1: 'n'}},
    ),
    'faster_rcnn': Toy(
        toy_nets.TwoStage,
        ('boxes', 'labels', 'scores'),
        'boxes_labels_scores',
        options={'first_label': 1},
        dynamic=UNBATCHED,
    ),
    'centernet': Toy(
        toy_nets.CenterNet, ('hm', 'wh', 'reg'), 'centernet', input={'name': 'input', **IMAGENET}
    ),
}
"""The exports by name; more than one where a family is exported in more than one way."""


def net(name: str, seed: int = 0) -> nn.Module:
    """Return the net, always with the same weights."""
    torch.manual_seed(seed)
    return TOYS[name].build(len(LABELS)).eval()


def export(name: str, folder: Path) -> Path:
    """Write the ONNX file of one of `TOYS` and return its path."""
    toy, path = TOYS[name], folder / f'{name}.onnx'
    folder.mkdir(parents=True, exist_ok=True)
    inputs = (torch.zeros(1, 3, *SIZE_HW), *map(torch.tensor, toy.further.values()))
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter('ignore')
        torch.onnx.export(
            net(name),
            inputs,
            str(path),
            opset_version=OPSET,
            input_names=[toy.input['name'], *toy.further],
            output_names=list(toy.outputs),
            dynamic_axes=toy.dynamic,
            dynamo=False,
        )
    _annotate(path, toy.metadata)
    return path


def card(name: str) -> dict[str, Any]:
    """Return what the card says of the export, without the file and its hash."""
    toy = TOYS[name]
    values = {
        'name': name,
        'task': 'detection',
        'input': {**toy.input, 'size_hw': list(SIZE_HW)},
        'decoder': toy.decoder,
        'decoder_options': toy.options,
        'constants': toy.further,
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


def _annotate(path: Path, metadata: dict[str, str]) -> None:
    model = onnx.load(str(path))
    onnx.helper.set_model_props(model, metadata)
    onnx.save(model, str(path))
