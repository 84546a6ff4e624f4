"""Pictures and their pixels' truth are moved together."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip('torch')

from robot_dl.training.augmenting import Zoom  # noqa: E402
from robot_dl.training.pixel_batches import (  # noqa: E402
    OUTSIDE,
    PixelBatch,
    _mirror,
    _zoom,
    collate,
)
from robot_dl.training.pixels import Pixels, join  # noqa: E402

HEIGHT, WIDTH = 48, 64
ROWS, COLUMNS = slice(10, 30), slice(16, 40)


def _pixels() -> Pixels:
    """Make one picture of a white object on black, half as far away as what is behind it."""
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    mask[ROWS, COLUMNS] = 1
    return Pixels(
        images=np.repeat(255 * mask[None, ..., None], 3, -1),
        boxes_xyxy=np.array([[COLUMNS.start, ROWS.start, COLUMNS.stop, ROWS.stop]], np.float32),
        class_ids=np.array([3]),
        starts=np.array([0, 1]),
        segments=3 * mask[None],
        instance_ids=mask[None],
        depth_m=np.where(mask, 1, 2)[None].astype(np.float16),
        focal_px=np.array([100.0], np.float32),
    )


def _box_of(mask: torch.Tensor) -> list[int]:
    rows, columns = mask.any(1).nonzero().flatten(), mask.any(0).nonzero().flatten()
    return [int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1]


def _agree(batch: PixelBatch, atol: float = 0.0) -> None:
    """Check that picture, class, object, metres and box still show the same thing."""
    mask = batch.instance_ids[0] == 1
    assert mask.any()
    assert torch.equal(batch.segments[0] == 3, mask)
    assert torch.equal(batch.depth_m[0] == 1, mask)
    np.testing.assert_allclose(_box_of(mask), batch.boxes_xyxy[0, 0], atol=atol)
    bright = batch.images[0, 0] > 0.72
    assert float((bright == mask).float().mean()) > 0.98


def test_a_gathered_picture_keeps_its_truth() -> None:
    batch = collate(_pixels(), np.array([0]))
    _agree(batch)
    assert batch.class_ids.tolist() == [[2]], 'objects count without the background'
    assert batch.kind.tolist() == [[1]]


def test_objects_that_nobody_sees_are_padding() -> None:
    hidden = replace(_pixels(), boxes_xyxy=np.zeros((1, 4), np.float32))
    assert collate(hidden, np.array([0])).kind.tolist() == [[0]]


def test_slivers_are_ignored() -> None:
    sliver = replace(_pixels(), boxes_xyxy=np.array([[5, 5, 7, 40]], np.float32))
    assert collate(sliver, np.array([0])).kind.tolist() == [[2]]


def test_joined_pictures_keep_their_objects() -> None:
    empty = replace(
        _pixels(),
        boxes_xyxy=np.zeros((0, 4), np.float32),
        class_ids=np.zeros(0, np.int64),
        starts=np.array([0, 0]),
    )
    joined = join([_pixels(), empty, _pixels()])
    assert [joined.objects(k) for k in range(3)] == [slice(0, 1), slice(1, 1), slice(1, 2)]


def test_mirrored_truth_belongs_to_the_mirrored_picture() -> None:
    class Always:
        """Mirrors every picture."""

        def random(self, count: int) -> np.ndarray:
            return np.zeros(count)

    before = collate(_pixels(), np.array([0]))
    after = _mirror(before, Always())
    _agree(after)
    assert after.boxes_xyxy[0, 0].tolist() == [WIDTH - COLUMNS.stop, 10, WIDTH - COLUMNS.start, 30]
    assert torch.equal(after.images[0], before.images[0].flip(-1))


@pytest.mark.parametrize('scale', [0.8, 1.0, 1.25])
@pytest.mark.parametrize('shift', [(0.0, 0.0), (0.125, -0.125)])
def test_zoomed_truth_belongs_to_the_zoomed_picture(scale: float, shift: tuple) -> None:
    zoom = Zoom(torch.tensor([scale]), torch.tensor([shift]))
    after = _zoom(collate(_pixels(), np.array([0])), zoom)
    _agree(after, atol=1.0)
    assert float(after.focal_px) == pytest.approx(100 * scale)


def test_what_comes_from_outside_does_not_count() -> None:
    zoom = Zoom(torch.tensor([0.8]), torch.tensor([[0.0, 0.0]]))
    after = _zoom(collate(_pixels(), np.array([0])), zoom)
    outside = after.segments[0] == OUTSIDE
    assert outside[0, 0]
    assert not outside[HEIGHT // 2, WIDTH // 2]
    assert torch.equal(outside, after.depth_m[0].isnan())
    share = 1 - (round(0.8 * HEIGHT) * round(0.8 * WIDTH)) / (HEIGHT * WIDTH)
    assert float(outside.float().mean()) == pytest.approx(share, abs=0.03)


def test_an_object_cut_at_the_border_is_ignored() -> None:
    zoom = Zoom(torch.tensor([1.6]), torch.tensor([[-0.5, 0.0]]))
    assert _zoom(collate(_pixels(), np.array([0])), zoom).kind.tolist() == [[2]]
