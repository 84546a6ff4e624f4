"""What somebody else's code makes of the same raw outputs of segmentation networks.

Where a permissive library reads a layout, it is the reference; where none does, the formula of the
paper is written out with torch's own resizing and sampling.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np
import torch
from torch.nn import functional

os.environ['HF_HUB_OFFLINE'] = '1'

from transformers import MaskFormerImageProcessor, SegformerImageProcessor

Outputs = dict[str, np.ndarray]
Size = tuple[int, int]
SCORE = 0.3
IOU = 0.6


@dataclass(frozen=True)
class Objects:
    """Objects, best first: boxes [N, 4] or None, scores [N], classes [N], masks [N, H, W]."""

    boxes_xyxy: np.ndarray | None
    scores: np.ndarray
    class_ids: np.ndarray
    masks: np.ndarray


def resized(maps: np.ndarray, size_hw: Size) -> torch.Tensor:
    """Resize maps [1, C, h, w] to [C, H, W] bilinearly."""
    tensor = torch.tensor(maps)
    return functional.interpolate(tensor, size_hw, mode='bilinear', align_corners=False)[0]


def class_logits(outputs: Outputs, size_hw: Size) -> tuple[np.ndarray, np.ndarray | None]:
    logits = torch.tensor(outputs['logits'])
    (ids,) = SegformerImageProcessor().post_process_semantic_segmentation(
        SimpleNamespace(logits=logits), [size_hw]
    )
    return ids.numpy(), resized(outputs['logits'], size_hw).softmax(dim=0).amax(dim=0).numpy()


def sigmoid(outputs: Outputs, size_hw: Size) -> tuple[np.ndarray, np.ndarray | None]:
    chances = resized(outputs['logits'], size_hw).sigmoid()
    best, ids = chances.max(dim=0)
    found = best > 0.5
    return torch.where(found, ids + 1, 0).numpy(), torch.where(found, best, 1 - best).numpy()


def class_map(outputs: Outputs, size_hw: Size) -> tuple[np.ndarray, np.ndarray | None]:
    grid = torch.tensor(outputs['output'])[None].double()
    return functional.interpolate(grid, size_hw, mode='nearest-exact')[0, 0].numpy(), None


def query_classes(outputs: Outputs, size_hw: Size) -> tuple[np.ndarray, np.ndarray | None]:
    (ids,) = MaskFormerImageProcessor().post_process_semantic_segmentation(
        SimpleNamespace(**{n: torch.tensor(a) for n, a in outputs.items()}), [size_hw]
    )
    return ids.numpy(), None


def yolo_seg(outputs: Outputs, size_hw: Size) -> Objects:
    """Suppress box by box, then sum, resize and cut off the masks, all over the image."""
    table, prototypes = outputs['output0'][0].T, outputs['output1']
    count = prototypes.shape[1]
    rows = sorted(
        (r for r in table if r[4:-count].max() >= SCORE), key=lambda r: -r[4:-count].max()
    )
    kept: list[np.ndarray] = []
    for row in rows:
        same = [k for k in kept if k[4:-count].argmax() == row[4:-count].argmax()]
        if all(overlap(edges(row[:4]), edges(k[:4])) <= IOU for k in same):
            kept.append(row)
    boxes = np.array([edges(row[:4]) for row in kept])
    scores = np.array([row[4:-count].max() for row in kept])
    class_ids = np.array([row[4:-count].argmax() for row in kept])
    coefficients = np.array([row[-count:] for row in kept])
    return Objects(boxes, scores, class_ids, summed(prototypes, coefficients, boxes, size_hw))


def yolo_seg_end_to_end(outputs: Outputs, size_hw: Size) -> Objects:
    rows = np.array([row for row in outputs['output0'][0] if row[4] >= SCORE])
    rows = rows[np.argsort(-rows[:, 4], kind='stable')]
    masks = summed(outputs['output1'], rows[:, 6:], rows[:, :4], size_hw)
    return Objects(rows[:, :4], rows[:, 4], rows[:, 5], masks)


def summed(
    prototypes: np.ndarray, coefficients: np.ndarray, boxes_xyxy: np.ndarray, size_hw: Size
) -> np.ndarray:
    """Return masks [N, H, W] of the input's size: YOLACT's sum, resized as logits, and cut off."""
    sums = torch.einsum('nk,khw->nhw', torch.tensor(coefficients), torch.tensor(prototypes[0]))
    chances = resized(sums[None].numpy(), size_hw).sigmoid().numpy()
    y, x = (n + 0.5 for n in np.mgrid[: size_hw[0], : size_hw[1]])
    left, top, right, bottom = boxes_xyxy.T[:, :, None, None]
    return (chances > 0.5) & (x >= left) & (x < right) & (y >= top) & (y < bottom)


def edges(box_cxcywh: np.ndarray) -> np.ndarray:
    x, y, w, h = box_cxcywh
    return np.array([x - w / 2, y - h / 2, x + w / 2, y + h / 2])


def overlap(a: np.ndarray, b: np.ndarray) -> float:
    width, height = np.minimum(a[2:], b[2:]) - np.maximum(a[:2], b[:2])
    shared = max(width, 0) * max(height, 0)
    return shared / (np.prod(a[2:] - a[:2]) + np.prod(b[2:] - b[:2]) - shared)


def mask_rcnn(outputs: Outputs, size_hw: Size) -> Objects:
    """Sample every mask at every pixel of the image, as Detectron2's GPU code does."""
    kept = outputs['scores'] >= SCORE
    boxes, masks = outputs['boxes'][kept], torch.tensor(outputs['masks'][kept])
    y, x = (torch.tensor(n + 0.5).float() for n in np.mgrid[: size_hw[0], : size_hw[1]])
    x0, y0, x1, y1 = torch.tensor(boxes).T[:, :, None, None]
    grid = torch.stack([(x - x0) / (x1 - x0), (y - y0) / (y1 - y0)], dim=-1) * 2 - 1
    chances = functional.grid_sample(masks, grid, padding_mode='zeros', align_corners=False)[:, 0]
    return Objects(
        boxes, outputs['scores'][kept], outputs['labels'][kept], (chances > 0.5).numpy()
    )


def query_masks(outputs: Outputs, size_hw: Size) -> Objects:
    """Read scores and classes by `transformers`; resize the masks of its queries as logits."""
    raw = SimpleNamespace(**{n: torch.tensor(a) for n, a in outputs.items()})
    (found,) = MaskFormerImageProcessor().post_process_instance_segmentation(
        raw, threshold=SCORE, return_binary_maps=True
    )
    small = found['segmentation'].bool().numpy()
    logits = outputs['masks_queries_logits'][0]
    # Which query each of its binary maps is of.
    which = [int(np.argmax([((q > 0) == mask).all() for q in logits])) for mask in small]
    masks = resized(logits[which][None], size_hw).numpy() > 0
    segments = found['segments_info']
    scores = np.array([each['score'] for each in segments])
    class_ids = np.array([each['label_id'] for each in segments])
    order = np.argsort(-scores, kind='stable')
    return Objects(None, scores[order], class_ids[order], masks[order])


@dataclass(frozen=True)
class Reference:
    """Somebody else's reading.

    Attributes:
        source: What it is, as the docs name it.
        read: Reads the outputs for an image of a size.
    """

    source: str
    read: Callable


SEMANTIC_REFERENCES = {
    'class_logits': Reference('transformers 4.57: SegformerImageProcessor', class_logits),
    'class_map': Reference('torch.nn.functional.interpolate, nearest-exact', class_map),
    'mask_queries for classes': Reference(
        'transformers 4.57: MaskFormerImageProcessor', query_classes
    ),
    'sigmoid': Reference('torch.nn.functional.interpolate, then the sigmoid', sigmoid),
}
INSTANCE_REFERENCES = {
    'mask_queries': Reference('transformers 4.57: MaskFormerImageProcessor', query_masks),
    'mask_rcnn': Reference('torch.nn.functional.grid_sample at every pixel', mask_rcnn),
    'yolo_seg': Reference('closed form, box by box, torch.nn.functional.interpolate', yolo_seg),
    'yolo_seg_end_to_end': Reference(
        'closed form, row by row, torch.nn.functional.interpolate', yolo_seg_end_to_end
    ),
}
