"""The losses of pixels: nothing to learn from what is right, and closed forms."""

from __future__ import annotations

import math

import numpy as np
import pytest

torch = pytest.importorskip('torch')

from torch.nn import functional  # noqa: E402

from robot_dl.training.assignment import Targets  # noqa: E402
from robot_dl.training.pixel_batches import OUTSIDE, PixelBatch  # noqa: E402
from robot_dl.training.pixel_losses import (  # noqa: E402
    HARD_FROM,
    METRE_GAIN,
    REFERENCE_FOCAL_PX,
    SCALE_GAIN,
    depth_loss,
    mask_loss,
    segmentation_loss,
)

SIZE = (32, 48)


def _batch(**changed: torch.Tensor) -> PixelBatch:
    generator = torch.Generator().manual_seed(0)
    coarse = torch.randint(0, 3, (2, SIZE[0] // 2, SIZE[1] // 2), generator=generator)
    segments = coarse.repeat_interleave(2, 1).repeat_interleave(2, 2).to(torch.uint8)
    values = {
        'images': torch.zeros(2, 3, *SIZE),
        'segments': segments,
        'instance_ids': torch.zeros(2, *SIZE, dtype=torch.uint8),
        'depth_m': torch.full((2, *SIZE), 2.0),
        'focal_px': torch.tensor([REFERENCE_FOCAL_PX, 2 * REFERENCE_FOCAL_PX]),
        'boxes_xyxy': torch.zeros(2, 1, 4),
        'class_ids': torch.zeros(2, 1, dtype=torch.int64),
        'kind': torch.zeros(2, 1, dtype=torch.int64),
    }
    return PixelBatch(**{**values, **changed})


def _sure(segments: torch.Tensor) -> torch.Tensor:
    """Return logits [B, 3, h, w] that are sure of the right class."""
    coarse = segments[:, ::2, ::2].long().clamp(max=2)
    return 30.0 * functional.one_hot(coarse, 3).permute(0, 3, 1, 2).float()


def test_right_classes_cost_nothing() -> None:
    batch = _batch()
    loss, parts = segmentation_loss(_sure(batch.segments), batch)
    assert float(loss) == pytest.approx(0.0, abs=1e-3)
    assert parts['entropy'] == pytest.approx(0.0, abs=1e-5)


def test_undecided_classes_cost_their_entropy() -> None:
    batch = _batch()
    _, parts = segmentation_loss(torch.zeros(2, 3, SIZE[0] // 2, SIZE[1] // 2), batch)
    assert parts['entropy'] == pytest.approx(math.log(3), abs=1e-5)


def test_overlap_is_the_dice_coefficient() -> None:
    batch = _batch(segments=torch.zeros(2, *SIZE, dtype=torch.uint8))
    logits = torch.zeros(2, 3, SIZE[0] // 2, SIZE[1] // 2)
    _, parts = segmentation_loss(logits, batch)
    pixels = 2 * SIZE[0] * SIZE[1]
    first = (2 * pixels / 3 + 1) / (pixels / 3 + pixels + 1)
    others = 1 / (pixels / 3 + 1)
    assert parts['dice'] == pytest.approx(1 - (first + 2 * others) / 3, abs=1e-5)


def test_pixels_from_outside_cost_nothing() -> None:
    batch = _batch()
    segments = batch.segments.clone()
    segments[:, :, 24:] = OUTSIDE
    logits = _sure(batch.segments)
    logits[:, :, :, 12:] = -logits[:, :, :, 12:]
    loss, _ = segmentation_loss(logits, _batch(segments=segments))
    assert float(loss) == pytest.approx(0.0, abs=1e-3)


def test_metres_are_learned_for_the_reference_focal_length() -> None:
    said = torch.zeros(2, 2, SIZE[0] // 2, SIZE[1] // 2)
    said[0, 0], said[1, 0] = math.log(2.0), math.log(2.0 / 2)
    _, parts = depth_loss(said, _batch())
    assert parts['log_depth'] == pytest.approx(0.0, abs=1e-6)


def test_unknown_metres_cost_nothing() -> None:
    depth_m = torch.full((2, *SIZE), 2.0)
    depth_m[:, :, 24:] = float('nan')
    said = torch.zeros(2, 2, SIZE[0] // 2, SIZE[1] // 2)
    said[0, 0], said[1, 0] = math.log(2.0), 0.0
    said[:, 0, :, 12:] = 9.0
    loss, parts = depth_loss(said.requires_grad_(), _batch(depth_m=depth_m))
    assert parts['log_depth'] == pytest.approx(0.0, abs=1e-6)
    loss.backward()
    assert torch.isfinite(said.grad).all()
    assert not said.grad[:, :, :, 12:].any()


def test_the_scale_is_right_when_it_is_the_mean_error() -> None:
    errors = np.full((2, SIZE[0] // 2, SIZE[1] // 2), 0.2, np.float32)
    said = torch.zeros(2, 2, SIZE[0] // 2, SIZE[1] // 2)
    said[0, 0], said[1, 0] = math.log(2.0) + 0.2, 0.2
    losses = []
    for scale in (0.1, 0.2, 0.4):
        said[:, 1] = math.log(scale)
        loss, parts = depth_loss(said, _batch())
        losses.append(parts['scale'])
        whole = METRE_GAIN * errors.mean() + SCALE_GAIN * parts['scale']
        assert float(loss) == pytest.approx(float(whole), rel=1e-4)
    assert losses[1] == min(losses)


def test_what_an_error_has_beyond_the_bound_can_count_more() -> None:
    said = torch.zeros(2, 2, SIZE[0] // 2, SIZE[1] // 2)
    costs = []
    for error in (0.1, HARD_FROM, 0.4):
        said[0, 0], said[1, 0] = math.log(2.0) + error, error
        plain, parts = depth_loss(said, _batch())
        harder, same_parts = depth_loss(said, _batch(), hard_gain=3.0)
        assert parts == same_parts
        costs.append(float(harder - plain) / METRE_GAIN)
    assert costs == pytest.approx([0.0, 0.0, 2 * (0.4 - HARD_FROM)], abs=1e-5)


def _target(owner: int) -> Targets:
    weight = torch.zeros(2, 4)
    weight[0, 2] = 1.0
    boxes = torch.zeros(2, 4, 4)
    boxes[0, 2] = torch.tensor([8.0, 4.0, 24.0, 20.0])
    owners = torch.full((2, 4), owner)
    return Targets(boxes, torch.zeros(2, 4, 1), weight, owners, torch.ones(2, 4).bool())


def test_a_mask_is_compared_with_the_object_it_answers_for() -> None:
    instance_ids = torch.zeros(2, *SIZE, dtype=torch.uint8)
    instance_ids[0, 4:20, 8:24] = 2
    batch = _batch(instance_ids=instance_ids)
    prototypes = torch.zeros(2, 3, SIZE[0] // 2, SIZE[1] // 2)
    prototypes[0, 1] = torch.where(instance_ids[0, ::2, ::2] == 2, 20.0, -20.0)
    coefficients = torch.zeros(2, 3, 4)
    coefficients[0, 1, 2] = 1.0
    right = mask_loss(coefficients, prototypes, _target(1), batch)
    wrong = mask_loss(coefficients, prototypes, _target(0), batch)
    assert float(right) < 1e-3
    assert float(wrong) > 5


def test_without_objects_there_is_no_mask_to_learn() -> None:
    none = Targets(*[torch.zeros(2, 4, 4), torch.zeros(2, 4, 1), *3 * [torch.zeros(2, 4)]])
    coefficients = torch.zeros(2, 3, 4, requires_grad=True)
    loss = mask_loss(coefficients, torch.zeros(2, 3, 16, 24), none, _batch())
    loss.backward()
    assert float(loss.detach()) == 0
    assert not coefficients.grad.any()
