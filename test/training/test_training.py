"""Training learns, survives an interruption, and what it exports is what it trained."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip('torch')

from robot_dl.training.batches import augment, collate  # noqa: E402
from robot_dl.training.detection import DetectionTrainer, validate  # noqa: E402
from robot_dl.training.export import export_graph, write_card  # noqa: E402
from robot_dl.training.net import Exported, TabletopNet  # noqa: E402
from robot_dl.training.scenes import MODEL_HW, Scenes  # noqa: E402
from robot_dl.training.trainer import Recipe  # noqa: E402

LABELS = ('square', 'disc')


def _scenes(count: int) -> Scenes:
    """Make pictures of a white square and a black disc on noise."""
    rng = np.random.default_rng(0)
    images = rng.integers(90, 140, (count, *MODEL_HW, 3)).astype(np.uint8)
    y, x = np.mgrid[: MODEL_HW[0], : MODEL_HW[1]]
    boxes = []
    for image in images:
        sx, sy = rng.integers(20, 100, 2)
        cx, cy, r = rng.integers(190, 270), rng.integers(60, 180), rng.integers(18, 40)
        image[sy : sy + 60, sx : sx + 60] = 250
        image[(x - cx) ** 2 + (y - cy) ** 2 < r * r] = 10
        boxes += [[sx, sy, sx + 60, sy + 60], [cx - r + 1, cy - r + 1, cx + r, cy + r]]
    return Scenes(
        images,
        boxes_xyxy=np.array(boxes, np.float32),
        class_ids=np.tile([0, 1], count),
        starts=np.arange(0, 2 * count + 1, 2),
        ignored=np.zeros(2 * count, bool),
    )


def test_four_pictures_are_learnt_by_heart(tmp_path: Path) -> None:
    scenes = _scenes(4)
    # Several threads wait for each other, for minutes where the machine has something else to do.
    trainer = DetectionTrainer(Recipe(warm_up_steps=10, threads=1), LABELS, tmp_path)
    batch = collate(scenes, np.arange(4))
    # So few steps are too short for the slow running statistics of a real training.
    for module in trainer.net.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.momentum = 0.5
    parts = [trainer.step(batch) for _ in range(60)]
    assert sum(parts[-1].values()) < 0.3 * sum(parts[0].values())
    trainer.net.eval()
    assert validate(trainer.net, scenes, LABELS).map50 > 0.9


def test_an_interrupted_training_goes_on_where_it_stopped(tmp_path: Path) -> None:
    scenes = _scenes(2)
    first = DetectionTrainer(Recipe(), LABELS, tmp_path)
    batch = collate(scenes, np.arange(2))
    first.step(batch)
    first.seconds = 12.5
    first.save()
    second = DetectionTrainer(Recipe(seed=5), LABELS, tmp_path)
    assert (second.steps, second.seconds, second.average.updates) == (1, 12.5, 1)
    one, other = first.step(batch), second.step(batch)
    assert one == pytest.approx(other, rel=1e-4)


def test_a_fresh_run_forgets_the_checkpoint(tmp_path: Path) -> None:
    first = DetectionTrainer(Recipe(), LABELS, tmp_path)
    first.step(collate(_scenes(2), np.arange(2)))
    first.save()
    assert DetectionTrainer(Recipe(), LABELS, tmp_path, resume=False).steps == 0


def test_the_same_seed_gives_the_same_weights(tmp_path: Path) -> None:
    one, two = (DetectionTrainer(Recipe(seed=3), LABELS, tmp_path / name).net for name in 'ab')
    other = DetectionTrainer(Recipe(seed=4), LABELS, tmp_path / 'c').net
    key = 'deep.0.conv.weight'
    assert torch.equal(one.state_dict()[key], two.state_dict()[key])
    assert not torch.equal(one.state_dict()[key], other.state_dict()[key])


def test_the_exported_graph_equals_the_net(tmp_path: Path) -> None:
    onnxruntime = pytest.importorskip('onnxruntime')
    torch.manual_seed(0)
    net, size_hw = TabletopNet(3).eval(), (64, 96)
    # An untrained net's running statistics would hide a mistake in folding them.
    for module in net.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.running_mean.normal_(0, 0.1)
            module.running_var.uniform_(0.5, 1.5)
    export_graph(Exported(net, size_hw), size_hw, ('output0',), tmp_path / 'net.onnx')
    image = np.random.default_rng(0).random((1, 3, *size_hw), np.float32)
    with torch.no_grad():
        ours = Exported(net, size_hw)(torch.from_numpy(image)).numpy()
    session = onnxruntime.InferenceSession(tmp_path / 'net.onnx')
    theirs = session.run(['output0'], {'images': image})[0]
    assert theirs.shape == (1, 7, 8 * 12 + 4 * 6)
    np.testing.assert_allclose(theirs, ours, rtol=1e-5, atol=1e-5)


def test_an_exported_folder_opens_as_a_detector(tmp_path: Path) -> None:
    pytest.importorskip('onnxruntime')
    from robot_dl.detection.params import DetectionParams
    from robot_dl.detection.pipeline import open_detector

    folder = tmp_path / 'tiny'
    folder.mkdir()
    size_hw = (64, 96)
    export_graph(Exported(TabletopNet(2), size_hw), size_hw, ('output0',), folder / 'tiny.onnx')
    keys = {'fit': 'letterbox', 'decoder': 'yolo'}
    write_card(folder, 'detection', size_hw, LABELS, 'A test.', **keys)
    detector = open_detector(str(folder), 'cpu')
    assert detector.card.labels == LABELS
    image = np.zeros((48, 64, 3), np.uint8)
    assert len(detector(image, DetectionParams(score=0.9))) == 0


def test_augmentation_moves_boxes_with_their_pictures() -> None:
    rng = np.random.default_rng(0)
    scenes = _scenes(8)
    for _ in range(6):
        batch = augment(collate(scenes, np.arange(8)), rng)
        brightest = batch.images.mean(1)
        for picture, boxes, kind in zip(brightest, batch.boxes_xyxy, batch.kind, strict=True):
            x0, y0, x1, y1 = boxes[0].round().int().tolist()
            if kind[0] == 1:
                inside = picture[y0 + 2 : y1 - 2, x0 + 2 : x1 - 2]
                assert inside.mean() > picture.mean() + 0.15


def test_objects_cut_by_augmentation_are_ignored() -> None:
    rng = np.random.default_rng(3)
    scenes = _scenes(8)
    seen = set()
    for _ in range(12):
        batch = augment(collate(scenes, np.arange(8)), rng)
        height, width = MODEL_HW
        edges = batch.boxes_xyxy
        touches = (
            (edges[..., :2] <= 0).any(-1) | (edges[..., 2] >= width) | (edges[..., 3] >= height)
        )
        seen |= set(batch.kind[touches].tolist())
        assert (batch.kind[~touches] == 1).all()
    assert 2 in seen
