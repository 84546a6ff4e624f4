"""One trunk, several heads; each exported graph says what the whole net says."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip('torch')

from robot_dl.training.net import BINS  # noqa: E402
from robot_dl.training.pixel_net import (  # noqa: E402
    PROTOTYPES,
    TASKS,
    ExportedDense,
    ExportedInstances,
    PixelNet,
)
from robot_dl.training.pixel_trainer import PixelTrainer  # noqa: E402
from robot_dl.training.pixels import Pixels  # noqa: E402
from robot_dl.training.trainer import Recipe  # noqa: E402

SIZE = (64, 96)
LABELS = ('background', 'left', 'right')


@pytest.fixture(scope='module')
def net() -> PixelNet:
    torch.manual_seed(0)
    return PixelNet(TASKS, 3).eval()


@pytest.fixture(scope='module')
def images() -> torch.Tensor:
    return torch.rand(1, 3, *SIZE, generator=torch.Generator().manual_seed(1))


def test_every_task_answers_at_half_the_size(net: PixelNet, images: torch.Tensor) -> None:
    said = net(images)
    assert said['segmentation'].shape == (1, 3, 32, 48)
    assert said['depth'].shape == (1, 2, 32, 48)
    assert said['prototypes'].shape == (1, PROTOTYPES, 32, 48)
    places = 8 * 12 + 4 * 6
    assert said['instances'].shape == (1, 4 * BINS + 2 + PROTOTYPES, places)


def test_a_net_has_only_the_heads_it_was_asked_for() -> None:
    asked = PixelNet(('depth',), 3)
    assert list(asked.heads) == ['depth']
    assert list(asked.eval()(torch.zeros(1, 3, *SIZE))) == ['depth']


@pytest.mark.parametrize('task', ['segmentation', 'depth'])
def test_an_exported_head_says_what_the_net_says(
    net: PixelNet, images: torch.Tensor, task: str
) -> None:
    torch.testing.assert_close(ExportedDense(net, task)(images), net(images)[task])


def test_exported_instances_are_boxes_scores_coefficients(
    net: PixelNet, images: torch.Tensor
) -> None:
    said = net(images)
    rows, prototypes = ExportedInstances(net, SIZE)(images)
    torch.testing.assert_close(prototypes, said['prototypes'])
    torch.testing.assert_close(rows[:, 6:], said['instances'][:, -PROTOTYPES:])
    scores = said['instances'][:, 4 * BINS : 4 * BINS + 2].sigmoid()
    torch.testing.assert_close(rows[:, 4:6], scores)
    assert rows.shape[1] == 4 + 2 + PROTOTYPES


def _pixels(count: int) -> Pixels:
    """Draw bright squares on the left or right, the right ones farther away."""
    rng = np.random.default_rng(3)
    images = rng.integers(0, 60, (count, *SIZE, 3)).astype(np.uint8)
    segments, ids = np.zeros((2, count, *SIZE), np.uint8)
    depth_m = np.full((count, *SIZE), 3.0, np.float16)
    boxes = np.zeros((count, 4), np.float32)
    for picture in range(count):
        right = int(rng.integers(2))
        x, y = int(rng.integers(2, 20)) + 48 * right, int(rng.integers(2, 36))
        part = (picture, slice(y, y + 24), slice(x, x + 24))
        images[part] += 180
        segments[part], ids[part], depth_m[part] = 1 + right, 1, 1.0 + right
        boxes[picture] = x, y, x + 24, y + 24
    return Pixels(
        images=images,
        boxes_xyxy=boxes,
        class_ids=segments.max((1, 2)).astype(np.int64),
        starts=np.arange(count + 1, dtype=np.int64),
        segments=segments,
        instance_ids=ids,
        depth_m=depth_m,
        focal_px=np.full(count, 300.0, np.float32),
    )


def test_some_steps_of_training_teach_all_tasks_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr('robot_dl.training.pixel_trainer.MODEL_HW', SIZE)
    threads = torch.get_num_threads()
    recipe = Recipe(batch=8, warm_up_steps=5, threads=1)
    trainer = PixelTrainer(recipe, LABELS, tmp_path, tasks=TASKS)
    batches = trainer.batches(_pixels(32), np.random.default_rng(0))
    losses = [trainer.step(next(batches)) for _ in range(16)]
    scores = trainer.check(_pixels(8))
    assert set(scores) == {'miou', 'abs_rel', 'delta1'}
    for name in ('entropy', 'dice', 'log_depth', 'mask', 'score', 'box'):
        first, last = (
            np.mean([loss[name] for loss in part]) for part in (losses[:4], losses[-4:])
        )
        assert last < first, name
    again = PixelTrainer(recipe, LABELS, tmp_path, tasks=TASKS)
    assert again.steps == trainer.steps
    torch.set_num_threads(threads)


def test_a_task_goes_on_alone_with_what_was_learned_together(tmp_path: Path) -> None:
    together = PixelTrainer(Recipe(threads=1), LABELS, tmp_path, tasks=TASKS)
    alone = together.alone('depth', Recipe(minutes=1, threads=1), tmp_path / 'depth')
    learned = together.average.net.state_dict()
    for net in (alone.net, alone.average.net):
        state = net.state_dict()
        assert {name.split('.')[1] for name in state if name.startswith('heads')} == {'depth'}
        assert all(torch.equal(state[name], learned[name]) for name in state)
    assert (alone.steps, alone.seconds) == (0, 0.0)
    assert alone._zoom_chance() == 0.0
    assert together._zoom_chance() > 0.0
