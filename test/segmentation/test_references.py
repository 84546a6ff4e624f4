"""Every segmentation decoder agrees with somebody else's reading of the same raw outputs."""

import re
from pathlib import Path
from types import SimpleNamespace

import cv2
import numpy as np
import pytest
from segmentation_references import INSTANCE_REFERENCES, IOU, SCORE, SEMANTIC_REFERENCES

from robot_dl.core.fit import stretch
from robot_dl.segmentation.decoders import INSTANCE_DECODERS, SEMANTIC_DECODERS
from robot_dl.segmentation.instances import InstanceSegmenter
from robot_dl.segmentation.params import InstanceSegmentationParams

DOCS = Path(__file__).parents[2] / 'docs' / 'decoders.md'
ROW = re.compile(r'^\| `(.+?)` \| (.+?) \| (\S+) of the pixels \| (.+?) \|$', re.MULTILINE)
SIZES = [((480, 640), (120, 160)), ((384, 672), (96, 168)), ((333, 500), (80, 120))]
PARAMS = InstanceSegmentationParams(score=SCORE, iou=IOU, max_detections=1000)


def smooth(rng, count: int, map_hw, size: float = 4.0) -> np.ndarray:
    """Return random maps [1, count, h, w] float32 with outlines like those of objects."""
    small = rng.normal(0, size, (count, 7, 9)).astype(np.float32)
    maps = [cv2.resize(each, map_hw[::-1], interpolation=cv2.INTER_CUBIC) for each in small]
    return np.stack(maps)[None]


def semantic_outputs(name, rng, map_hw):
    if name == 'class_map':
        return {'output': smooth(rng, 6, map_hw).argmax(axis=1)}
    if name == 'mask_queries for classes':
        return queries(rng, map_hw)
    return {'logits': smooth(rng, 5, map_hw)}


def queries(rng, map_hw):
    classes = rng.normal(0, 3, (1, 20, 6)).astype(np.float32)
    masks = smooth(rng, 20, map_hw, 6.0)
    return {'class_queries_logits': classes, 'masks_queries_logits': masks}


def boxes_of(rng, size_hw, count):
    """Return centres and sizes [N, 4]."""
    height, width = size_hw
    centres = rng.uniform(0, [width, height], (count, 2))
    return np.concatenate([centres, rng.uniform(15, 150, (count, 2))], axis=1).astype(np.float32)


def instance_outputs(name, rng, size_hw, map_hw):
    count, classes, kinds = 30, 8, 12
    if name == 'mask_queries':
        return queries(rng, map_hw)
    boxes = boxes_of(rng, size_hw, count)
    finished = np.concatenate(
        [boxes[:, :2] - boxes[:, 2:] / 2, boxes[:, :2] + boxes[:, 2:] / 2], 1
    )
    scores = rng.uniform(0.1, 1, count).astype(np.float32)
    labels = rng.integers(0, classes, count)
    if name == 'mask_rcnn':
        order = np.argsort(-scores)
        masks = 1 / (1 + np.exp(-smooth(rng, count, (28, 28))[0]))[:, None]
        return {
            'boxes': finished[order],
            'labels': labels[order],
            'scores': scores[order],
            'masks': masks.astype(np.float32),
        }
    coefficients = rng.normal(0, 0.6, (count, kinds)).astype(np.float32)
    prototypes = smooth(rng, kinds, map_hw, 2.0)
    if name == 'yolo_seg_end_to_end':
        rows = np.concatenate([finished, scores[:, None], labels[:, None], coefficients], axis=1)
        return {'output0': rows[None].astype(np.float32), 'output1': prototypes}
    table = np.zeros((count, 4 + classes + kinds), np.float32)
    table[:, :4], table[:, 4 + classes :] = boxes, coefficients
    table[np.arange(count), 4 + labels] = scores
    return {'output0': np.ascontiguousarray(table.T)[None], 'output1': prototypes}


def documented(name: str) -> tuple[str, float, str]:
    """Return the source and the differences that the documentation claims for a layout."""
    rows = {row[0]: row[1:] for row in ROW.findall(DOCS.read_text(encoding='utf-8'))}
    source, pixels, rest = rows[name]
    return source.replace('`', ''), float(pixels), rest


def test_every_decoder_has_a_reference():
    assert {name.split()[0] for name in SEMANTIC_REFERENCES} == set(SEMANTIC_DECODERS)
    assert set(INSTANCE_REFERENCES) == set(INSTANCE_DECODERS)


@pytest.mark.parametrize('name', sorted(SEMANTIC_REFERENCES))
@pytest.mark.parametrize(('size_hw', 'map_hw'), SIZES)
def test_a_mask_agrees_with_its_reference_as_documented(name, size_hw, map_hw):
    source, most, confidence = documented(name)
    assert SEMANTIC_REFERENCES[name].source in source
    decoder = SEMANTIC_DECODERS[name.split()[0]]()
    for seed in range(3):
        outputs = semantic_outputs(name, np.random.default_rng(seed), map_hw)
        mask = decoder.decode(outputs).mask(stretch(size_hw, size_hw), 6, confidence=True)
        ids, chances = SEMANTIC_REFERENCES[name].read(outputs, size_hw)
        assert len(np.unique(ids)) > 3
        assert (mask.class_ids != ids).mean() <= most
        if chances is not None:
            apart = np.abs(mask.confidence / 255 - chances).max()
            assert apart <= float(confidence.split()[0])


@pytest.mark.parametrize('name', sorted(INSTANCE_REFERENCES))
@pytest.mark.parametrize(('size_hw', 'map_hw'), SIZES)
def test_objects_agree_with_their_reference_as_documented(name, size_hw, map_hw):
    """Trap 6: the references suppress each class by itself."""
    source, most, rest = documented(name)
    edges_px, scores = re.match(r'(\S+) px, (\S+)$', rest).groups()
    assert INSTANCE_REFERENCES[name].source in source
    card = SimpleNamespace(labels=tuple('abcdefgh'), decoder=name)
    model = InstanceSegmenter(None, card, INSTANCE_DECODERS[name]())
    for seed in range(3):
        outputs = instance_outputs(name, np.random.default_rng(seed), size_hw, map_hw)
        found = model.answer(outputs, stretch(size_hw, size_hw), PARAMS)
        expected = INSTANCE_REFERENCES[name].read(outputs, size_hw)
        shown = expected.masks.any(axis=(1, 2))
        assert shown.sum() > 3
        np.testing.assert_array_equal(found.detections.class_ids, expected.class_ids[shown])
        apart = np.abs(found.detections.scores - expected.scores[shown]).max()
        assert apart <= float(scores)
        if expected.boxes_xyxy is not None:
            height, width = size_hw
            boxes = np.clip(expected.boxes_xyxy[shown], 0, [width, height, width, height])
            assert np.abs(found.detections.boxes_xyxy - boxes).max() <= float(edges_px)
        ids = np.zeros(size_hw, int)
        for number, mask in reversed(list(enumerate(expected.masks[shown], start=1))):
            ids[mask] = number
        assert (found.instance_ids != ids).mean() <= most
        for region, mask in zip(found.regions, expected.masks[shown], strict=True):
            whole = np.zeros(size_hw, bool)
            whole[region.window] = region.pixels
            assert (whole != mask).mean() <= most
