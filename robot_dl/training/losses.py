"""What the net is punished for: wrong scores, boxes that overlap badly, blurred distances."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional

from robot_dl.training.assignment import Targets, assign, paired_iou
from robot_dl.training.net import BINS, boxes_from_sides, sides_from_logits

SCORE_GAIN, BOX_GAIN, SIDE_GAIN = 0.5, 7.5, 1.5
"""Relative weights of the three losses."""


def complete_iou(a_xyxy: Tensor, b_xyxy: Tensor) -> Tensor:
    """Return CIoU [...] of paired boxes [..., 4] (Zheng et al. 2020, arXiv:1911.08287, eq. 10)."""
    iou = paired_iou(a_xyxy, b_xyxy)
    low = torch.minimum(a_xyxy[..., :2], b_xyxy[..., :2])
    high = torch.maximum(a_xyxy[..., 2:], b_xyxy[..., 2:])
    diagonal = (high - low).square().sum(-1) + 1e-7
    apart = (
        (a_xyxy[..., :2] + a_xyxy[..., 2:] - b_xyxy[..., :2] - b_xyxy[..., 2:]).square().sum(-1)
    )
    a_size, b_size = a_xyxy[..., 2:] - a_xyxy[..., :2], b_xyxy[..., 2:] - b_xyxy[..., :2]
    a_angle = torch.atan(a_size[..., 0] / (a_size[..., 1] + 1e-7))
    b_angle = torch.atan(b_size[..., 0] / (b_size[..., 1] + 1e-7))
    shape = (4 / math.pi**2) * (a_angle - b_angle).square()
    with torch.no_grad():
        trade = shape / (1 - iou + shape + 1e-7)
    return iou - apart / 4 / diagonal - trade * shape


def side_loss(logits: Tensor, sides: Tensor) -> Tensor:
    """Return the distribution focal loss [P] (arXiv:2006.04388, eq. 6).

    Args:
        logits: Distributions [P, 4, BINS].
        sides: Wanted distances [P, 4] in strides.
    """
    wanted = sides.clamp(0, BINS - 1 - 0.01)
    low = wanted.long()
    part = wanted - low
    chance = logits.log_softmax(-1)
    near = chance.gather(-1, low[..., None])[..., 0]
    far = chance.gather(-1, (low + 1)[..., None])[..., 0]
    return -(near * (1 - part) + far * part).mean(-1)


def detection_loss(
    logits: Tensor, centres: Tensor, strides: Tensor, objects: tuple[Tensor, Tensor, Tensor]
) -> tuple[Tensor, dict[str, float]]:
    """Compare a batch's logits with its objects.

    Args:
        logits: What the net said [B, 4 * BINS + C, N].
        centres: Centres [N, 2] of the places, pixels.
        strides: Their strides [N].
        objects: Padded boxes [B, M, 4], class ids [B, M] and kinds [B, M]; see `assign`.

    Returns:
        The loss, and its parts for the curves.
    """
    loss, parts, _ = detection_parts(logits, centres, strides, objects)
    return loss, parts


def detection_parts(
    logits: Tensor, centres: Tensor, strides: Tensor, objects: tuple[Tensor, Tensor, Tensor]
) -> tuple[Tensor, dict[str, float], Targets]:
    """Do what `detection_loss` does; return also which place answers for which object."""
    said = logits[:, 4 * BINS :].transpose(1, 2).float()
    shapes = logits[:, : 4 * BINS].float()
    boxes = boxes_from_sides(sides_from_logits(shapes, strides), centres)
    target = assign(said.detach().sigmoid(), boxes.detach(), centres, *objects)
    total = target.weight.sum().clamp(min=1.0)
    punish = functional.binary_cross_entropy_with_logits(said, target.scores, reduction='none')
    score = (punish * target.counts[..., None]).sum() / total
    box, side = _box_losses(shapes, boxes, target, centres, strides, total)
    loss = SCORE_GAIN * score + BOX_GAIN * box + SIDE_GAIN * side
    return loss, {'score': score.item(), 'box': box.item(), 'side': side.item()}, target


def _box_losses(
    shapes: Tensor, boxes: Tensor, target: Targets, centres: Tensor, strides: Tensor, total: Tensor
) -> tuple[Tensor, Tensor]:
    batch, place = (target.weight > 0).nonzero(as_tuple=True)
    weight, wanted = target.weight[batch, place], target.boxes_xyxy[batch, place]
    overlap = complete_iou(boxes[batch, place], wanted)
    at, stride = centres[place], strides[place][:, None]
    sides = torch.cat([at - wanted[:, :2], wanted[:, 2:] - at], -1) / stride
    bins = shapes[batch, :, place].reshape(-1, 4, BINS)
    box = ((1 - overlap) * weight).sum() / total
    return box, (side_loss(bins, sides) * weight).sum() / total
