"""Which place answers for which object: task-aligned assignment (TOOD, arXiv:2108.07755)."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

SCORE_POWER, OVERLAP_POWER = 0.5, 6.0
"""Exponents alpha and beta of the alignment s^alpha * u^beta."""
CANDIDATES = 10
"""Places chosen for each object."""


@dataclass(frozen=True)
class Targets:
    """What each place should say.

    Attributes:
        boxes_xyxy: Box [B, N, 4] of the object it answers for; meaningless where unassigned.
        scores: Wanted scores [B, N, C]: zero, or how well the place is aligned.
        weight: The same [B, N] without the class; zero where unassigned.
        owners: Number [B, N] of the object it answers for; meaningless where unassigned.
        counts: Whether [B, N] the place's scores count at all; false inside ignored objects.
    """

    boxes_xyxy: Tensor
    scores: Tensor
    weight: Tensor
    owners: Tensor
    counts: Tensor


def paired_iou(a_xyxy: Tensor, b_xyxy: Tensor) -> Tensor:
    """Return the overlap [...] of boxes [..., 4] that broadcast against each other."""
    low = torch.maximum(a_xyxy[..., :2], b_xyxy[..., :2])
    high = torch.minimum(a_xyxy[..., 2:], b_xyxy[..., 2:])
    shared = (high - low).clamp(min=0).prod(-1)
    area_a = (a_xyxy[..., 2:] - a_xyxy[..., :2]).clamp(min=0).prod(-1)
    area_b = (b_xyxy[..., 2:] - b_xyxy[..., :2]).clamp(min=0).prod(-1)
    return shared / (area_a + area_b - shared + 1e-7)


@torch.no_grad()
def assign(
    scores: Tensor,
    boxes_xyxy: Tensor,
    centres: Tensor,
    wanted_xyxy: Tensor,
    wanted_ids: Tensor,
    kind: Tensor,
) -> Targets:
    """Choose the best aligned places of each object.

    Args:
        scores: Predicted scores [B, N, C] in [0, 1].
        boxes_xyxy: Predicted boxes [B, N, 4].
        centres: Centres [N, 2] of the places.
        wanted_xyxy: Objects' boxes [B, M, 4], padded.
        wanted_ids: Objects' classes [B, M].
        kind: 1 for an object, 2 for an ignored one, 0 for padding [B, M].
    """
    near = centres[None, None] - wanted_xyxy[:, :, None, :2]
    far = wanted_xyxy[:, :, None, 2:] - centres[None, None]
    inside = torch.minimum(near, far).amin(-1) > 0.0
    own = inside & (kind == 1)[..., None]
    overlap = paired_iou(wanted_xyxy[:, :, None], boxes_xyxy[:, None]) * own
    ids = wanted_ids[..., None].expand(-1, -1, scores.shape[1])
    said = scores.transpose(1, 2).gather(1, ids)
    alignment = said.pow(SCORE_POWER) * overlap.pow(OVERLAP_POWER) * own
    best = alignment.topk(CANDIDATES, -1)
    chosen = torch.zeros_like(own).scatter_(-1, best.indices, best.values > 0)
    ignored = inside & (kind == 2)[..., None]
    return _settle(chosen, overlap, alignment, ignored, wanted_xyxy, wanted_ids, scores)


def _settle(
    chosen: Tensor,
    overlap: Tensor,
    alignment: Tensor,
    ignored: Tensor,
    wanted_xyxy: Tensor,
    wanted_ids: Tensor,
    scores: Tensor,
) -> Targets:
    """Give a place chosen by several objects to the one it overlaps most, and weigh it.

    The best place of each object gets that object's best overlap as its score (equation 2 of
    the paper, normalised per object).
    """
    owner = (overlap * chosen).argmax(1, keepdim=True)
    chosen = torch.zeros_like(chosen).scatter_(1, owner, chosen.any(1, keepdim=True))
    aligned = alignment * chosen
    top = (overlap * chosen).amax(-1, keepdim=True)
    weight = (aligned / (aligned.amax(-1, keepdim=True) + 1e-9) * top).amax(1)
    boxes = wanted_xyxy.gather(1, owner[:, 0, :, None].expand(-1, -1, 4))
    ids = wanted_ids.gather(1, owner[:, 0])[..., None]
    wanted = torch.zeros_like(scores).scatter_(2, ids, weight[..., None])
    return Targets(boxes, wanted, weight, owner[:, 0], ~(ignored.any(1) & (weight == 0)))
