"""What a network of each family would return for given objects: the decoders, run backwards.

Places that hold no object get random boxes and scores below `NOISE`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from robot_dl.core.detections import Detections

NOISE = 0.2
Outputs = dict[str, np.ndarray]


@dataclass(frozen=True)
class Scene:
    """Objects in pixels of the network's input, and the sizes that shape its outputs."""

    objects: Detections
    model_hw: tuple[int, int]
    classes: int
    seed: int = 0

    @property
    def cxcywh(self) -> np.ndarray:
        boxes = self.objects.boxes_xyxy.astype(np.float64)
        return np.column_stack([(boxes[:, :2] + boxes[:, 2:]) / 2, boxes[:, 2:] - boxes[:, :2]])

    @property
    def whole(self) -> np.ndarray:
        """Width, height, width, height of the input."""
        return np.array([self.model_hw[1], self.model_hw[0]] * 2, np.float64)

    def cells(self) -> list[tuple[int, int, int]]:
        """Return column, row and stride of every cell of YOLO's three maps."""
        height, width = self.model_hw
        return [
            (x, y, stride)
            for stride in (8, 16, 32)
            for y in range(-(-height // stride))
            for x in range(-(-width // stride))
        ]

    def rows(self, count: int, columns: int) -> tuple[np.ndarray, np.ndarray]:
        """Return noise [N, 4 + columns] in pixels, and the rows in which the objects go."""
        rng = np.random.default_rng(self.seed)
        boxes = rng.uniform(0.1, 0.9, (count, 4)) * self.whole
        table = np.concatenate([boxes, rng.uniform(0, NOISE, (count, columns))], axis=1)
        return table, rng.permutation(count)[: len(self.objects)]


def random_scene(
    rng: np.random.Generator, model_hw: tuple[int, int], classes: int, count: int
) -> Scene:
    """Return objects anywhere in the input, scores from 0.4 to 0.99."""
    whole = np.array([model_hw[1], model_hw[0]])
    low = rng.uniform(0, 0.6, (count, 2)) * whole
    high = low + rng.uniform(0.05, 0.4, (count, 2)) * whole
    objects = Detections(
        np.concatenate([low, high], axis=1).astype(np.float32),
        rng.uniform(0.4, 0.99, count).astype(np.float32),
        rng.integers(0, classes, count),
    )
    return Scene(objects, model_hw, classes, int(rng.integers(1 << 30)))


def yolo(scene: Scene) -> Outputs:
    table, at = scene.rows(len(scene.cells()), scene.classes)
    table[at, :4] = scene.cxcywh
    table[at, 4:] *= 0.1
    table[at, 4 + scene.objects.class_ids] = scene.objects.scores
    return {'output0': table.T[None].astype(np.float32)}


def yolo_transposed(scene: Scene) -> Outputs:
    return {'output0': yolo(scene)['output0'].transpose(0, 2, 1)}


def yolov5(scene: Scene) -> Outputs:
    table, at = scene.rows(3 * len(scene.cells()), 1 + scene.classes)
    return {'output0': with_objectness(scene, table, at)[None].astype(np.float32)}


def with_objectness(scene: Scene, table: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Put the objects into rows; each score becomes objectness times class."""
    table[at, :4] = scene.cxcywh
    table[at, 4] = 0.995
    table[at, 5:] *= 0.1
    table[at, 5 + scene.objects.class_ids] = scene.objects.scores / 0.995
    return table


def yolox(scene: Scene) -> Outputs:
    cells = np.array(scene.cells())
    table, at = scene.rows(len(cells), 1 + scene.classes)
    table = with_objectness(scene, table, at)
    table[:, :2] = table[:, :2] / cells[:, 2:] - cells[:, :2]
    table[:, 2:4] = np.log(table[:, 2:4] / cells[:, 2:])
    return {'output': table[None].astype(np.float32)}


def yolo_end_to_end(scene: Scene) -> Outputs:
    table, at = scene.rows(40, 2)
    table[:, 5] = 0
    table[at] = np.column_stack(
        [scene.objects.boxes_xyxy, scene.objects.scores, scene.objects.class_ids]
    )
    return {'output0': table[None].astype(np.float32)}


def yolov7_end_to_end(scene: Scene) -> Outputs:
    table = yolo_end_to_end(scene)['output0'][0]
    rows = [table[:, :1] * 0, table[:, :4], table[:, 5:], table[:, 4:5]]
    return {'output': np.concatenate(rows, axis=1)}


def detr(scene: Scene) -> Outputs:
    table, at = scene.rows(60, scene.classes)
    logits = np.log(table[:, 4:] / (1 - table[:, 4:]))
    scores = scene.objects.scores.astype(np.float64)
    logits[at, scene.objects.class_ids] = np.log(scores / (1 - scores))
    table[at, :4] = scene.cxcywh
    boxes = (table[:, :4] / scene.whole)[None]
    return {'logits': logits[None].astype(np.float32), 'pred_boxes': boxes.astype(np.float32)}


def detr_softmax(scene: Scene) -> Outputs:
    table, at = scene.rows(60, scene.classes + 1)
    table[:, 4:] *= 0.1 / scene.classes
    scores = scene.objects.scores.astype(np.float64)
    table[at, 4:] = 1e-6
    table[at, 4 + scene.objects.class_ids] = scores
    table[:, -1] = 1 - table[:, 4:-1].sum(axis=1)
    table[at, :4] = scene.cxcywh
    boxes = (table[:, :4] / scene.whole)[None]
    return {
        'logits': np.log(table[None, :, 4:]).astype(np.float32),
        'pred_boxes': boxes.astype(np.float32),
    }


def boxes_labels_scores(scene: Scene) -> Outputs:
    table, at = scene.rows(40, 1)
    labels = np.zeros(40, np.int64)
    table[at, :4], table[at, 4] = scene.objects.boxes_xyxy, scene.objects.scores
    labels[at] = scene.objects.class_ids
    boxes, scores = table[:, :4].astype(np.float32), table[:, 4].astype(np.float32)
    return {'boxes': boxes[None], 'labels': labels[None], 'scores': scores[None]}


def tensorflow(scene: Scene) -> Outputs:
    found = boxes_labels_scores(scene)
    parts = (found['boxes'] / scene.whole).astype(np.float32)
    return {
        'num_detections': np.array([40], np.float32),
        'detection_boxes': parts[..., [1, 0, 3, 2]],
        'detection_scores': found['scores'],
        'detection_classes': found['labels'].astype(np.float32) + 1,
    }


def mmdeploy(scene: Scene) -> Outputs:
    found = boxes_labels_scores(scene)
    dets = np.concatenate([found['boxes'], found['scores'][..., None]], axis=2)
    return {'dets': dets, 'labels': found['labels']}


def centernet(scene: Scene) -> Outputs:
    """The input's size must be a multiple of 4 px; no two objects may be in neighbouring cells."""
    rng = np.random.default_rng(scene.seed)
    rows, columns = scene.model_hw[0] // 4, scene.model_hw[1] // 4
    heat = rng.uniform(0, NOISE, (scene.classes, rows, columns))
    size = rng.uniform(1, 9, (2, rows, columns))
    offset = rng.uniform(0, 1, (2, rows, columns))
    for (x, y, w, h), class_id, score in zip(
        scene.cxcywh / 4, scene.objects.class_ids, scene.objects.scores, strict=True
    ):
        row, column = int(y), int(x)
        heat[class_id, row, column] = score
        size[:, row, column] = w, h
        offset[:, row, column] = x - column, y - row
    maps = {'hm': heat, 'wh': size, 'reg': offset}
    return {name: each[None].astype(np.float32) for name, each in maps.items()}


def centernet_logits(scene: Scene) -> Outputs:
    maps = centernet(scene)
    heat = maps['hm'].astype(np.float64)
    return {**maps, 'hm': np.log(heat / (1 - heat)).astype(np.float32)}


@dataclass(frozen=True)
class Layout:
    """One way in which a family's outputs come.

    Attributes:
        encode: Makes the outputs for a scene.
        decoder: Name of the decoder.
        options: Its options.
    """

    encode: Callable[[Scene], Outputs]
    decoder: str
    options: dict[str, Any]


def layout(encode: Callable[[Scene], Outputs], decoder: str, **options: Any) -> Layout:
    return Layout(encode, decoder, options)


LAYOUTS = {
    'yolo': layout(yolo, 'yolo'),
    'yolo transposed': layout(yolo_transposed, 'yolo', transposed=True),
    'yolov5': layout(yolov5, 'yolov5'),
    'yolox': layout(yolox, 'yolox'),
    'yolox decoded': layout(yolov5, 'yolox', decoded=True),
    'yolo_end_to_end': layout(yolo_end_to_end, 'yolo_end_to_end'),
    'yolo_end_to_end of v7': layout(yolov7_end_to_end, 'yolo_end_to_end'),
    'detr': layout(detr, 'detr'),
    'detr with softmax': layout(detr_softmax, 'detr', activation='softmax'),
    'boxes_labels_scores': layout(boxes_labels_scores, 'boxes_labels_scores'),
    'boxes_labels_scores of TensorFlow': layout(
        tensorflow, 'boxes_labels_scores', order='yxyx', normalised=True, first_label=1
    ),
    'boxes_labels_scores of MMDeploy': layout(mmdeploy, 'boxes_labels_scores'),
    'centernet': layout(centernet, 'centernet'),
    'centernet with logits': layout(centernet_logits, 'centernet', activation='sigmoid'),
}
"""Every layout that the decoders read."""
