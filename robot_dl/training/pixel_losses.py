"""What a pixel net is punished for, one function a task."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from robot_dl.training.assignment import Targets
from robot_dl.training.losses import detection_parts
from robot_dl.training.pixel_batches import OUTSIDE, PixelBatch
from robot_dl.training.pixel_net import PROTOTYPES

SEGMENT_GAIN, DICE_GAIN = 2.0, 1.0
MASK_GAIN = 3.0
METRE_GAIN, SCALE_GAIN = 10.0, 0.5
"""Relative weights of the losses, chosen so that none drowns the others in the first epoch."""
HARD_FROM = 0.15
"""Error of log metres from which a pixel is hard; 0.22 is the 25 % of `delta1`."""
REFERENCE_FOCAL_PX = 300.0
"""Metres are learned as a camera of this focal length would have to see the picture: of a picture
alone, only the ratio of metres and focal length can be known (Yin et al. 2023, arXiv:2307.10984).
"""
MOST_MASKS = 240
"""Places of a batch whose masks are compared; those most responsible for an object."""


def segmentation_loss(logits: Tensor, batch: PixelBatch) -> tuple[Tensor, dict[str, float]]:
    """Compare class logits [B, C, H/2, W/2] with the four pixels that each of them speaks for.

    Cross entropy, and the soft dice overlap of each class in the batch (Milletari et al. 2016,
    arXiv:1606.04797), which lets thin and rare classes count as much as the background.
    """
    log_chance = logits.float().log_softmax(1)
    corners = [batch.segments[:, y::2, x::2] for y in (0, 1) for x in (0, 1)]
    wanted = torch.stack(corners, 1).long()
    counts = wanted != OUTSIDE
    wanted = torch.where(counts, wanted, 0)
    said = log_chance.gather(1, wanted)
    entropy = -said[counts].mean()
    dice = _dice_loss(log_chance.exp(), said.exp() * counts, wanted, counts)
    parts = {'entropy': entropy.item(), 'dice': dice.item()}
    return SEGMENT_GAIN * entropy + DICE_GAIN * dice, parts


def _dice_loss(chance: Tensor, of_wanted: Tensor, wanted: Tensor, counts: Tensor) -> Tensor:
    """Return one less the mean overlap of the classes.

    Args:
        chance: Of each class [B, C, h, w].
        of_wanted: Chance of the wanted class of each corner [B, 4, h, w], 0 where none counts.
        wanted: That class.
        counts: Whether it counts.
    """
    classes = chance.shape[1]
    weight = counts.float()
    shared = chance.new_zeros(classes).index_add(0, wanted.flatten(), of_wanted.flatten())
    truth = chance.new_zeros(classes).index_add(0, wanted.flatten(), weight.flatten())
    found = (chance * weight.sum(1, keepdim=True)).sum((0, 2, 3))
    return 1 - ((2 * shared + 1) / (found + truth + 1)).mean()


def depth_loss(
    said: Tensor, batch: PixelBatch, hard_gain: float = 1.0
) -> tuple[Tensor, dict[str, float]]:
    """Compare log metres and their log scale [B, 2, H/2, W/2] with the truth.

    Args:
        said: What the net says.
        batch: The truth.
        hard_gain: How much more what an error has beyond `HARD_FROM` counts; a loss that grows
            faster for large errors, as in Laina et al. 2016 (arXiv:1606.00373, section 3.2).

    The metres follow the absolute error. The scale alone follows the Laplace likelihood, so that
    the net does not give up on what is hard (cf. Seitzer et al. 2022, arXiv:2203.09168).
    """
    metres, scale = said[:, 0].float(), said[:, 1].float().clamp(-7, 3)
    ratio = (REFERENCE_FOCAL_PX / batch.focal_px)[:, None, None]
    wanted = torch.log(batch.depth_m * ratio)
    # A place of the half-sized answer lies between four pixels: two on a diagonal are enough.
    errors = [(metres - wanted[:, k::2, k::2]).abs() for k in (0, 1)]
    known = [~error.isnan() for error in errors]
    distance = torch.cat([error[mask] for error, mask in zip(errors, known, strict=True)])
    width = torch.cat([scale[mask] for mask in known])
    metre = (distance + (hard_gain - 1) * functional.relu(distance - HARD_FROM)).mean()
    likelihood = (distance.detach() * torch.exp(-width) + width).mean()
    parts = {'log_depth': distance.mean().item(), 'scale': likelihood.item()}
    return METRE_GAIN * metre + SCALE_GAIN * likelihood, parts


def instance_loss(
    said: dict[str, Tensor], batch: PixelBatch, centres: Tensor, strides: Tensor
) -> tuple[Tensor, dict[str, float]]:
    """Compare boxes, scores and masks with the truth."""
    logits = said['instances'].float()
    boxes = logits[:, :-PROTOTYPES]
    loss, parts, target = detection_parts(boxes, centres, strides, batch.objects)
    mask = mask_loss(logits[:, -PROTOTYPES:], said['prototypes'].float(), target, batch)
    return loss + MASK_GAIN * mask, {**parts, 'mask': mask.item()}


def mask_loss(
    coefficients: Tensor, prototypes: Tensor, target: Targets, batch: PixelBatch
) -> Tensor:
    """Return the mean entropy of the masks inside their boxes (arXiv:1904.02689, section 3.3).

    Args:
        coefficients: [B, K, N].
        prototypes: [B, K, H/2, W/2].
        target: Which place answers for which object.
        batch: The truth.
    """
    weights, order = target.weight.flatten().topk(min(MOST_MASKS, target.weight.numel()))
    order = order[weights > 0]
    if not len(order):
        return coefficients.sum() * 0 + prototypes.sum() * 0
    row, place = order // target.weight.shape[1], order % target.weight.shape[1]
    chosen = coefficients[row, :, place]
    size_hw = prototypes.shape[-2:]
    planes = prototypes.flatten(2).unbind()
    masks, wanted, boxes = [], [], []
    for picture in row.unique():
        mine = row == picture
        masks.append((chosen[mine] @ planes[picture]).unflatten(1, size_hw))
        numbers = target.owners[picture, place[mine]] + 1
        wanted.append(batch.instance_ids[picture][None] == numbers[:, None, None])
        boxes.append(target.boxes_xyxy[picture, place[mine]])
    said = torch.cat(masks)
    truth = functional.avg_pool2d(torch.cat(wanted).float(), 2)
    inside = _inside(torch.cat(boxes) / 2, size_hw)
    punish = functional.binary_cross_entropy_with_logits(said, truth, reduction='none')
    return ((punish * inside).sum((1, 2)) / inside.sum((1, 2)).clamp(min=1)).mean()


def _inside(boxes_xyxy: Tensor, size_hw: torch.Size) -> Tensor:
    """Return which pixels [P, H, W] touch each box [P, 4]."""
    y = torch.arange(size_hw[0], device=boxes_xyxy.device)[None, :, None]
    x = torch.arange(size_hw[1], device=boxes_xyxy.device)[None, None, :]
    x0, y0, x1, y1 = (side[:, None, None] for side in boxes_xyxy.unbind(-1))
    return (x > x0 - 1) & (x < x1) & (y > y0 - 1) & (y < y1)
