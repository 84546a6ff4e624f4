"""Every decoder agrees with somebody else's reading of the same raw outputs, as the docs claim."""

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import torch
import toy_families
from decoder_references import REFERENCES, Question, detections
from raw_outputs import LAYOUTS, random_scene
from toy_families import TOYS

from robot_dl.core.boxes import class_aware_nms
from robot_dl.detection.decoders import DECODERS
from robot_dl.detection.params import DetectionParams
from robot_dl.detection.pipeline import Detector, open_detector

DOCS = Path(__file__).parents[2] / 'docs' / 'decoders.md'
ROW = re.compile(r'^\| `(.+?)` \| (.+?) \| (\S+) px \| (\S+) \|$', re.MULTILINE)
SIZES = [(640, 640), (384, 672)]
# Which layout each export of `toy_families` has.
LAYOUT_OF = {
    'yolov5': 'yolov5',
    'yolov8': 'yolo',
    'yolov10': 'yolo_end_to_end',
    'yolox': 'yolox',
    'detr': 'detr with softmax',
    'rtdetr': 'detr',
    'dfine': 'detr',
    'centernet': 'centernet',
}


def ours(layout, outputs, ask):
    """Decode and suppress; all that is left, best first."""
    decoder = DECODERS[layout.decoder].from_dict(layout.options)
    found = decoder.decode(outputs, DetectionParams(score=ask.score), ask.model_hw)
    if not decoder.OVERLAPPING:
        return found[np.argsort(-found.scores, kind='stable')]
    return found[class_aware_nms(found.boxes_xyxy, found.scores, found.class_ids, ask.iou)]


def difference(found, expected) -> tuple[float, float]:
    """Return the largest difference of edges, in pixels, and of scores."""
    assert len(expected) > 3
    np.testing.assert_array_equal(found.class_ids, expected.class_ids)
    boxes = np.abs(found.boxes_xyxy - expected.boxes_xyxy).max()
    return float(boxes), float(np.abs(found.scores - expected.scores).max())


def documented(name: str) -> tuple[str, float, float]:
    """Return the source and the differences that the documentation claims for a layout."""
    rows = {row[0]: row[1:] for row in ROW.findall(DOCS.read_text(encoding='utf-8'))}
    source, boxes, scores = rows[name]
    return source, float(boxes), float(scores)


def test_every_layout_and_every_export_has_a_reference():
    assert set(TOYS) == set(LAYOUT_OF) | set(ENDS)
    assert set(LAYOUTS) == set(REFERENCES)
    assert {layout.decoder for layout in LAYOUTS.values()} == set(DECODERS)


@pytest.mark.parametrize('name', sorted(LAYOUTS))
def test_a_decoder_agrees_with_its_reference_as_documented(name):
    """Trap 6: the references suppress each class by itself."""
    source, boxes_px, scores = documented(name)
    assert REFERENCES[name].source in source.replace('`', '')
    for seed in range(4):
        ask = Question(SIZES[seed % 2], score=0.3)
        scene = random_scene(np.random.default_rng(seed), ask.model_hw, classes=80, count=30)
        outputs = LAYOUTS[name].encode(scene)
        apart = difference(ours(LAYOUTS[name], outputs, ask), REFERENCES[name].read(outputs, ask))
        assert apart[0] <= boxes_px
        assert apart[1] <= scores


@dataclass(frozen=True)
class Run:
    """An export that was run on a picture, and the same net in torch."""

    name: str
    detector: Detector
    tensor: np.ndarray
    outputs: dict[str, np.ndarray]
    by_torch: dict[str, np.ndarray]


@pytest.fixture(scope='module')
def run(request, tmp_path_factory) -> Run:
    name = request.param
    folder = toy_families.write(name, tmp_path_factory.mktemp(name))
    detector = open_detector(str(folder), 'cpu')
    shape = (*toy_families.SIZE_HW, 3)
    tensor, _ = detector.prepare(np.random.default_rng(5).integers(0, 256, shape, np.uint8))
    further = map(torch.tensor, TOYS[name].further.values())
    with torch.no_grad():
        answer = toy_families.net(name)(torch.tensor(tensor), *further)
    maps = [answer] if isinstance(answer, torch.Tensor) else answer
    by_torch = dict(zip(TOYS[name].outputs, (each.numpy() for each in maps), strict=True))
    return Run(name, detector, tensor, detector.infer(tensor), by_torch)


@pytest.mark.slow
@pytest.mark.parametrize('run', sorted(TOYS), indirect=True)
def test_an_export_returns_what_its_net_returns(run):
    """Trap 23: an ONNX model is run as one."""
    assert set(run.outputs) == set(run.by_torch)
    for name, array in run.outputs.items():
        np.testing.assert_allclose(array, run.by_torch[name], atol=2e-3)


def telling_apart(layout, outputs) -> float:
    """Return a score that no place reaches with two classes: the references would keep both."""
    (table,) = outputs.values()
    scores = table[0, 4:].T if layout == 'yolo' else table[0, :, 4:5] * table[0, :, 5:]
    return float(np.sort(scores, axis=1)[:, -2].max()) + 1e-4


@pytest.mark.slow
@pytest.mark.parametrize('run', sorted(LAYOUT_OF), indirect=True)
def test_an_export_is_decoded_as_its_reference_does(run):
    layout = LAYOUT_OF[run.name]
    overlapping = LAYOUTS[layout].decoder in ('yolo', 'yolov5', 'yolox')
    score = telling_apart(layout, run.outputs) if overlapping else 0.3
    ask = Question(toy_families.SIZE_HW, score)
    found = ours(LAYOUTS[layout], run.outputs, ask)
    apart = difference(found, REFERENCES[layout].read(run.outputs, ask))
    _, boxes_px, scores = documented(layout)
    assert apart[0] <= boxes_px
    assert apart[1] <= scores


def of_rtdetr(run, ask):
    """Somebody else's last step, on the logits that the graph does not return."""
    with torch.no_grad():
        found = toy_families.net(run.name).detector(torch.tensor(run.tensor))
    raw = {'logits': found.logits.numpy(), 'pred_boxes': found.pred_boxes.numpy()}
    return REFERENCES['detr'].read(raw, ask)


def of_ssd(run, ask):
    height, width = ask.model_hw
    boxes, labels, scores = (run.by_torch[n][0] for n in ('bboxes', 'labels', 'scores'))
    boxes = boxes * [width, height, width, height]
    return detections([(*b, s, n - 1) for b, s, n in zip(boxes, scores, labels, strict=True)])


def of_faster_rcnn(run, ask):
    boxes, labels, scores = (run.by_torch[n] for n in ('boxes', 'labels', 'scores'))
    return detections([(*b, s, n - 1) for b, s, n in zip(boxes, scores, labels, strict=True)])


# What the nets return whose last step, suppression too, is in the graph.
ENDS = {'rtdetr_deployed': of_rtdetr, 'ssd': of_ssd, 'faster_rcnn': of_faster_rcnn}


@pytest.mark.slow
@pytest.mark.parametrize('run', sorted(ENDS), indirect=True)
def test_a_graph_that_ends_in_boxes_is_read_as_its_net_means_it(run):
    ask = Question(toy_families.SIZE_HW, 0.3)
    params = DetectionParams(score=ask.score)
    found = run.detector.decoder.decode(run.outputs, params, ask.model_hw)
    found = found[np.argsort(-found.scores, kind='stable')]
    boxes_px, scores = difference(found, ENDS[run.name](run, ask))
    # Here the networks differ too: ONNX Runtime and torch add in another order.
    assert boxes_px < 1e-2
    assert scores < 1e-4
