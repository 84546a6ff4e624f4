"""The losses and the assignment, against closed forms and an oracle written with loops."""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip('torch')

from robot_dl.core.boxes import iou_matrix  # noqa: E402
from robot_dl.training.assignment import assign, paired_iou  # noqa: E402
from robot_dl.training.losses import complete_iou, side_loss  # noqa: E402
from robot_dl.training.net import boxes_from_sides, places, sides_from_logits  # noqa: E402


def _boxes(rng: np.random.Generator, count: int) -> np.ndarray:
    low = rng.uniform(0, 200, (count, 2))
    return np.concatenate([low, low + rng.uniform(5, 80, (count, 2))], 1).astype(np.float32)


def test_overlap_agrees_with_the_core() -> None:
    rng = np.random.default_rng(0)
    a, b = _boxes(rng, 20), _boxes(rng, 30)
    ours = paired_iou(torch.from_numpy(a)[:, None], torch.from_numpy(b)[None])
    np.testing.assert_allclose(ours.numpy(), iou_matrix(a, b), atol=1e-5)


@pytest.mark.parametrize(
    ('a', 'b', 'wanted'),
    [
        ([0, 0, 10, 10], [0, 0, 10, 10], 1.0),
        # Same shape side by side: no overlap, centres 10 apart, diagonal of 20 by 10.
        ([0, 0, 10, 10], [10, 0, 20, 10], -100 / 500),
        # Same centre, no shift: a quarter of the area, same shape.
        ([0, 0, 20, 20], [5, 5, 15, 15], 0.25),
    ],
)
def test_complete_iou_has_its_closed_forms(a: list, b: list, wanted: float) -> None:
    value = complete_iou(torch.tensor(a, dtype=torch.float32), torch.tensor(b).float())
    assert float(value) == pytest.approx(wanted, abs=1e-4)


def test_side_loss_is_least_when_the_mean_is_right() -> None:
    wanted = torch.full((1, 4), 3.25)
    right = torch.full((1, 4, 16), -20.0)
    right[..., 3], right[..., 4] = np.log(0.75), np.log(0.25)
    entropy = -(0.75 * np.log(0.75) + 0.25 * np.log(0.25))
    assert float(side_loss(right, wanted)) == pytest.approx(entropy, abs=1e-4)
    assert float(side_loss(right.roll(1, -1), wanted)) > 1.0


def test_sides_of_a_certain_net_are_its_bins() -> None:
    centres, strides = places((64, 96))
    logits = torch.full((1, 4, 16, len(strides)), -50.0)
    logits[:, :, 2] = 50.0
    sides = sides_from_logits(logits.reshape(1, 64, -1), strides)
    boxes = boxes_from_sides(sides, centres)
    np.testing.assert_allclose(sides[0, 0], [16.0] * 4, atol=1e-3)
    np.testing.assert_allclose(boxes[0, 0], [4 - 16, 4 - 16, 4 + 16, 4 + 16], atol=1e-3)


def _scene() -> tuple:
    rng = np.random.default_rng(1)
    centres, _ = places((96, 128))
    wanted = torch.tensor([[[8.0, 8, 60, 60], [70, 20, 110, 80], [30, 60, 60, 90], [0, 0, 0, 0]]])
    ids, kind = torch.tensor([[0, 2, 1, 0]]), torch.tensor([[1, 1, 2, 0]])
    half = torch.from_numpy(rng.uniform(5, 40, (1, len(centres), 4)).astype(np.float32))
    scores = torch.from_numpy(rng.uniform(0.01, 0.9, (1, len(centres), 3)).astype(np.float32))
    return scores, boxes_from_sides(half, centres), centres, wanted, ids, kind


def test_assignment_agrees_with_an_oracle_of_loops() -> None:
    scores, boxes, centres, wanted, ids, kind = _scene()
    target = assign(scores, boxes, centres, wanted, ids, kind)
    owners: dict[int, int] = {}
    iou = iou_matrix(wanted[0].numpy(), boxes[0].numpy())
    for k in (0, 1):
        x0, y0, x1, y1 = wanted[0, k].tolist()
        rank = []
        for n, (x, y) in enumerate(centres.tolist()):
            if x0 < x < x1 and y0 < y < y1 and iou[k, n] > 0:
                rank.append((float(scores[0, n, ids[0, k]]) ** 0.5 * iou[k, n] ** 6, n))
        for _, n in sorted(rank, reverse=True)[:10]:
            if n not in owners or iou[k, n] > iou[owners[n], n]:
                owners[n] = k
    assert set(np.flatnonzero(target.weight[0])) == set(owners)
    for n, k in owners.items():
        np.testing.assert_array_equal(target.boxes_xyxy[0, n], wanted[0, k])
        assert int(target.scores[0, n].argmax()) == int(ids[0, k])


def test_the_best_place_of_an_object_gets_its_best_overlap_as_score() -> None:
    scores, boxes, centres, wanted, ids, kind = _scene()
    target = assign(scores, boxes, centres, wanted, ids, kind)
    iou = iou_matrix(wanted[0].numpy(), boxes[0].numpy())
    own = (target.boxes_xyxy[0] == wanted[0, 0]).all(-1) & (target.weight[0] > 0)
    assert float(target.weight[0][own].max()) == pytest.approx(iou[0][own.numpy()].max(), abs=1e-4)


def test_places_inside_an_ignored_object_do_not_count() -> None:
    scores, boxes, centres, wanted, ids, kind = _scene()
    target = assign(scores, boxes, centres, wanted, ids, kind)
    x, y = centres.T
    inside = (x > 30) & (x < 60) & (y > 60) & (y < 90)
    assert not target.counts[0][inside & (target.weight[0] == 0)].any()
    assert target.counts[0][~inside].all()
    assert (target.weight[0][inside & ~((x < 60) & (y < 60))] == 0).all()


def test_a_picture_without_objects_wants_silence() -> None:
    scores, boxes, centres, wanted, ids, kind = _scene()
    target = assign(scores, boxes, centres, wanted, ids, torch.zeros_like(kind))
    assert not target.scores.any()
    assert target.counts.all()
