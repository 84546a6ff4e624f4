"""One export of each family of segmentation networks, random weights, and what imports it."""

import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import onnx
import torch
import toy_mask_nets as nets
from torch import nn
from toy_families import IMAGENET, LABELS, UNBATCHED, yolo_metadata

SIZE_HW = (96, 160)
NAMED = '--labels', 'names.txt'
TRAINED = *NAMED, '--preset', 'imagenet'


@dataclass(frozen=True)
class Toy:
    """An export.

    Attributes:
        build: Makes the net for a number of classes.
        outputs: What the exporter calls the outputs.
        task: What the card must say.
        decoder: Which decoder reads them.
        options: Options of the decoder.
        answers: What a user has to say beside the licence.
        input: What the card must say of the image, beside its size.
        metadata: What the exporter writes into the file.
        dynamic: Axes without a fixed extent, by output.
    """

    build: Callable[[int], nn.Module]
    outputs: tuple[str, ...]
    task: str
    decoder: str
    options: dict[str, Any] = field(default_factory=dict)
    answers: tuple[str, ...] = TRAINED
    input: dict[str, Any] = field(default_factory=lambda: {'fit': 'letterbox', **IMAGENET})
    metadata: dict[str, str] = field(default_factory=dict)
    dynamic: dict[str, dict[int, str]] = field(default_factory=dict)


PLACES, OBJECTS = 'segmentation', 'instance_segmentation'
QUERIES = ('class_queries_logits', 'masks_queries_logits')
UNIT = {'fit': 'letterbox', 'mean': [0, 0, 0], 'std': [255, 255, 255]}
SEGMENT = {'task': 'segment'}

TOYS = {
    'fcn': Toy(nets.PerPlace, ('logits',), PLACES, 'class_logits', {'activation': 'softmax'}),
    'segformer': Toy(
        nets.segformer, ('logits',), PLACES, 'class_logits', {'activation': 'softmax'}
    ),
    'deeplab': Toy(
        nets.WithAuxiliary,
        ('out', 'aux'),
        PLACES,
        'class_logits',
        {'activation': 'softmax', 'output': 'out'},
    ),
    'tensorflow': Toy(
        nets.Softmaxed,
        ('softmax',),
        PLACES,
        'class_logits',
        {'activation': 'none', 'layout': 'nhwc'},
    ),
    'unet': Toy(
        nets.Binary,
        ('mask',),
        PLACES,
        'sigmoid',
        {'activation': 'none', 'background': 0},
        ('--labels', 'two.txt', '--preset', 'imagenet', '--task', PLACES),
    ),
    'argmax': Toy(nets.Answer, ('classes',), PLACES, 'class_map'),
    'maskformer': Toy(
        nets.Queries, QUERIES, PLACES, 'mask_queries', answers=(*TRAINED, '--task', PLACES)
    ),
    'mask2former': Toy(
        nets.Queries, QUERIES, OBJECTS, 'mask_queries', answers=(*TRAINED, '--task', OBJECTS)
    ),
    'yolov8seg': Toy(
        nets.YoloSeg,
        ('output0', 'output1'),
        OBJECTS,
        'yolo_seg',
        answers=(),
        input=UNIT,
        metadata={**yolo_metadata(), **SEGMENT},
    ),
    'yolo26seg': Toy(
        nets.YoloSegEndToEnd,
        ('output0', 'output1'),
        OBJECTS,
        'yolo_seg_end_to_end',
        answers=(),
        input=UNIT,
        metadata={**yolo_metadata(end_to_end=True), **SEGMENT},
    ),
    'maskrcnn': Toy(
        nets.MaskRcnn,
        ('boxes', 'labels', 'scores', 'masks'),
        OBJECTS,
        'mask_rcnn',
        {'normalised': False, 'first_label': 1},
        (*TRAINED, '--option', 'first_label=1'),
        dynamic={**UNBATCHED, 'masks': {0: 'n'}},
    ),
}


def export(name: str, folder: Path) -> Path:
    """Write the ONNX file of one of `TOYS` and return its path."""
    toy, path = TOYS[name], folder / f'{name}.onnx'
    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(1)
    net = toy.build(len(LABELS)).eval()
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter('ignore')
        torch.onnx.export(
            net,
            (torch.zeros(1, 3, *SIZE_HW),),
            str(path),
            opset_version=17,
            input_names=['images'],
            output_names=list(toy.outputs),
            dynamic_axes=toy.dynamic,
            dynamo=False,
        )
    model = onnx.load(str(path))
    onnx.helper.set_model_props(model, toy.metadata)
    onnx.save(model, str(path))
    return path
