"""What somebody else's code makes of the same raw outputs, for every layout of every family.

Where a permissive library reads a layout, it is the reference; where none does, the formula of the
paper is written out, place by place, in Python's own numbers.
"""

import math
import os
from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from types import SimpleNamespace

import numpy as np
import onnx
import onnxruntime as ort
import torch
from onnx import TensorProto, helper
from onnxruntime_extensions.tools import pre_post_processing as steps

from robot_dl.core.detections import Detections

# The library would look for newer files on its hub otherwise.
os.environ['HF_HUB_OFFLINE'] = '1'

from transformers import DetrImageProcessor, RTDetrImageProcessor

Outputs = dict[str, np.ndarray]
Rows = list[tuple[float, ...]]


@dataclass(frozen=True)
class Question:
    """What the outputs are read with."""

    model_hw: tuple[int, int]
    score: float
    iou: float = 0.6


def detections(rows: Rows) -> Detections:
    """Return rows of left, top, right, bottom, score, class as detections, best first."""
    table = np.array(sorted(rows, key=lambda row: -row[4]), np.float64).reshape(-1, 6)
    return Detections(
        table[:, :4].astype(np.float32),
        table[:, 4].astype(np.float32),
        table[:, 5].astype(np.int64),
    )


def extensions(table: np.ndarray, ask: Question, first: list) -> Detections:
    """Run the YOLO steps of onnxruntime-extensions, which end in ONNX's NonMaxSuppression.

    Args:
        table: The raw output [1, ?, ?].
        ask: What to read it with.
        first: The steps that make boxes [N, 4] and scores [N, C] of it.
    """
    info = [helper.make_tensor_value_info(n, TensorProto.FLOAT, table.shape) for n in 'xy']
    graph = helper.make_graph([helper.make_node('Identity', ['x'], ['y'])], 'g', *zip(info))
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid('', 18)], ir_version=8)
    last = steps.SelectBestBoundingBoxesByNMS(
        iou_threshold=ask.iou, score_threshold=ask.score, max_boxes_per_class=max(table.shape)
    )
    pipeline = steps.PrePostProcessor([], 18)
    pipeline.add_post_processing([steps.Squeeze([0]), *first, last])
    whole = pipeline.run(model)
    onnx.checker.check_model(whole)
    session = ort.InferenceSession(whole.SerializeToString(), providers=['CPUExecutionProvider'])
    rows = session.run(None, {'x': table})[0].astype(np.float64).tolist()
    return detections([(*edges(*row[:4]), *row[4:]) for row in rows])


def edges(x: float, y: float, w: float, h: float) -> tuple[float, ...]:
    return x - w / 2, y - h / 2, x + w / 2, y + h / 2


def yolo(outputs: Outputs, ask: Question) -> Detections:
    table = outputs['output0']
    split = steps.Split(num_outputs=2, axis=-1, splits=[4, table.shape[1] - 4])
    return extensions(table, ask, [steps.Transpose([1, 0]), split])


def yolo_transposed(outputs: Outputs, ask: Question) -> Detections:
    table = outputs['output0']
    split = steps.Split(num_outputs=2, axis=-1, splits=[4, table.shape[2] - 4])
    return extensions(np.ascontiguousarray(table), ask, [split])


def yolov5(outputs: Outputs, ask: Question) -> Detections:
    (table,) = outputs.values()
    return extensions(
        table, ask, [steps.SplitOutBoxAndScoreWithConf(num_classes=table.shape[2] - 5)]
    )


def yolox(outputs: Outputs, ask: Question) -> Detections:
    table, row = outputs['output'].astype(np.float64).copy(), 0
    height, width = ask.model_hw
    for stride in (8, 16, 32):
        for y, x in product(range(math.ceil(height / stride)), range(math.ceil(width / stride))):
            dx, dy, log_w, log_h = table[0, row, :4].tolist()
            sizes = math.exp(log_w) * stride, math.exp(log_h) * stride
            table[0, row, :4] = (x + dx) * stride, (y + dy) * stride, *sizes
            row += 1
    assert row == table.shape[1]
    return yolov5({'output': table.astype(np.float32)}, ask)


def yolo_end_to_end(outputs: Outputs, ask: Question) -> Detections:
    rows = outputs['output0'][0].tolist()
    return detections([row for row in rows if row[4] >= ask.score])


def yolov7_end_to_end(outputs: Outputs, ask: Question) -> Detections:
    rows = outputs['output'].tolist()
    return detections([(*row[1:5], row[6], row[5]) for row in rows if row[6] >= ask.score])


def transformers(outputs: Outputs, ask: Question, processor: type) -> Detections:
    """Run a processor of Hugging Face's transformers."""
    found = SimpleNamespace(
        logits=torch.tensor(outputs['logits']), pred_boxes=torch.tensor(outputs['pred_boxes'])
    )
    (each,) = processor().post_process_object_detection(
        found, threshold=ask.score, target_sizes=[ask.model_hw]
    )
    return detections(
        [
            (*box, score, label)
            for box, score, label in zip(
                each['boxes'].tolist(),
                each['scores'].tolist(),
                each['labels'].tolist(),
                strict=True,
            )
        ]
    )


def detr(outputs: Outputs, ask: Question) -> Detections:
    return transformers(outputs, ask, RTDetrImageProcessor)


def detr_softmax(outputs: Outputs, ask: Question) -> Detections:
    return transformers(outputs, ask, DetrImageProcessor)


def boxes_labels_scores(outputs: Outputs, ask: Question) -> Detections:
    boxes, labels, scores = (outputs[n].tolist() for n in ('boxes', 'labels', 'scores'))
    triples = zip(boxes[0], scores[0], labels[0], strict=True)
    return detections([(*box, s, label) for box, s, label in triples if s >= ask.score])


def tensorflow(outputs: Outputs, ask: Question) -> Detections:
    height, width = ask.model_hw
    rows = []
    for i in range(int(outputs['num_detections'][0])):
        top, left, bottom, right = outputs['detection_boxes'][0, i].tolist()
        score = float(outputs['detection_scores'][0, i])
        class_id = int(outputs['detection_classes'][0, i]) - 1
        if score >= ask.score:
            in_pixels = left * width, top * height, right * width, bottom * height
            rows.append((*in_pixels, score, class_id))
    return detections(rows)


def mmdeploy(outputs: Outputs, ask: Question) -> Detections:
    pairs = zip(outputs['dets'][0].tolist(), outputs['labels'][0].tolist(), strict=True)
    return detections([(*row, label) for row, label in pairs if row[4] >= ask.score])


def centernet(outputs: Outputs, ask: Question) -> Detections:
    """Peaks by torch's max pooling, as in the paper; boxes cell by cell."""
    heat = torch.tensor(outputs['hm'])
    peaks = torch.nn.functional.max_pool2d(heat, 3, 1, 1) == heat
    down, across = ask.model_hw[0] / heat.shape[2], ask.model_hw[1] / heat.shape[3]
    rows = []
    for _, class_id, y, x in torch.nonzero(peaks & (heat >= ask.score)).tolist():
        (w, h), (dx, dy) = (outputs[name][0, :, y, x].tolist() for name in ('wh', 'reg'))
        left, top, right, bottom = edges(x + dx, y + dy, w, h)
        box = left * across, top * down, right * across, bottom * down
        rows.append((*box, float(heat[0, class_id, y, x]), class_id))
    return detections(rows)


def centernet_logits(outputs: Outputs, ask: Question) -> Detections:
    heat = torch.tensor(outputs['hm']).sigmoid().numpy()
    return centernet({**outputs, 'hm': heat}, ask)


EXTENSIONS = 'onnxruntime-extensions'
LOOP = 'closed form, box by box'


@dataclass(frozen=True)
class Reference:
    """An independent reading of a layout.

    Attributes:
        source: Where it comes from, as the documentation calls it.
        read: Reads the outputs.
    """

    source: str
    read: Callable[[Outputs, Question], Detections]


REFERENCES = {
    'yolo': Reference(EXTENSIONS, yolo),
    'yolo transposed': Reference(EXTENSIONS, yolo_transposed),
    'yolov5': Reference(EXTENSIONS, yolov5),
    'yolox': Reference(f'closed form, cell by cell; {EXTENSIONS}', yolox),
    'yolox decoded': Reference(EXTENSIONS, yolov5),
    'yolo_end_to_end': Reference(LOOP, yolo_end_to_end),
    'yolo_end_to_end of v7': Reference(LOOP, yolov7_end_to_end),
    'detr': Reference('transformers', detr),
    'detr with softmax': Reference('transformers', detr_softmax),
    'boxes_labels_scores': Reference(LOOP, boxes_labels_scores),
    'boxes_labels_scores of TensorFlow': Reference(LOOP, tensorflow),
    'boxes_labels_scores of MMDeploy': Reference(LOOP, mmdeploy),
    'centernet': Reference('closed form on torch.max_pool2d, cell by cell', centernet),
    'centernet with logits': Reference(
        'closed form on torch.max_pool2d, cell by cell', centernet_logits
    ),
}
"""One reference for each of `raw_outputs.LAYOUTS`."""
