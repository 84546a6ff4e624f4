"""The classifier learns, its graph equals its net, and its pictures show what they say."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip('torch')

from robot_dl.training.classification import (  # noqa: E402
    ClassificationTrainer,
    augment,
    collate,
    logits_of,
)
from robot_dl.training.classification_evaluation import Answers  # noqa: E402
from robot_dl.training.classifier import SingleNet  # noqa: E402
from robot_dl.training.export import export_graph, write_card  # noqa: E402
from robot_dl.training.singles import Singles  # noqa: E402
from robot_dl.training.trainer import Recipe  # noqa: E402

LABELS = ('left', 'right', 'top')
SIZE_HW = (64, 64)


def _singles(count: int) -> Singles:
    """Make noise with a bright half: the left, the right or the upper one."""
    rng = np.random.default_rng(0)
    images = rng.integers(40, 90, (count, *SIZE_HW, 3)).astype(np.uint8)
    ids = np.arange(count) % 3
    halves = [np.s_[:, :32], np.s_[:, 32:], np.s_[:32]]
    for image, k in zip(images, ids, strict=True):
        image[halves[k]] += 140
    return Singles(images, ids)


def test_six_pictures_are_learnt_by_heart(tmp_path: Path) -> None:
    singles = _singles(6)
    trainer = ClassificationTrainer(Recipe(warm_up_steps=5), LABELS, tmp_path)
    for module in trainer.net.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.momentum = 0.5
    batch = collate(singles, np.arange(6))
    parts = [trainer.step(batch) for _ in range(30)]
    assert parts[-1]['cross_entropy'] < 0.1 * parts[0]['cross_entropy']
    trainer.net.eval()
    scores = trainer.validate(trainer.net, singles)
    assert scores['top1'] == 1.0
    assert scores['nll'] < 0.3


def test_a_short_run_leaves_a_curve_and_a_checkpoint_to_go_on_from(tmp_path: Path) -> None:
    singles, recipe = _singles(6), Recipe(minutes=0.01, batch=3)
    trainer = ClassificationTrainer(recipe, LABELS, tmp_path)
    trainer.run(singles, singles)
    assert trainer.steps > 0
    assert set(trainer.curve[-1]) >= {'minutes', 'steps', 'cross_entropy', 'top1', 'nll'}
    again = ClassificationTrainer(recipe, LABELS, tmp_path)
    assert (again.steps, again.curve) == (trainer.steps, trainer.curve)
    again.run(singles, singles)
    assert again.steps == trainer.steps, 'its time is over'


def test_augmented_pictures_keep_their_classes_and_their_range() -> None:
    batch = collate(_singles(6), np.arange(6))
    changed = augment(batch, np.random.default_rng(0))
    assert torch.equal(changed.class_ids, batch.class_ids)
    assert changed.images.shape == batch.images.shape
    assert 0 <= changed.images.min() <= changed.images.max() <= 1
    assert not torch.equal(changed.images, batch.images)


def test_the_exported_graph_equals_the_net_and_opens_as_a_classifier(tmp_path: Path) -> None:
    pytest.importorskip('onnxruntime')
    from robot_dl.classification.params import ClassificationParams
    from robot_dl.classification.pipeline import open_classifier

    torch.manual_seed(0)
    net, folder = SingleNet(3).eval(), tmp_path / 'tiny'
    for module in net.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.running_mean.normal_(0, 0.1)
            module.running_var.uniform_(0.5, 1.5)
    folder.mkdir()
    export_graph(net, SIZE_HW, ('logits',), folder / 'tiny.onnx')
    keys = {'fit': 'center_crop', 'decoder': 'logits', 'decoder_options': {'temperature': 2.0}}
    write_card(folder, 'classification', SIZE_HW, LABELS, 'A test.', **keys)
    classifier = open_classifier(str(folder), 'cpu')
    singles = _singles(3)
    expected = logits_of(net, singles)
    for image, row in zip(singles.images, expected, strict=True):
        outputs = classifier.infer(classifier.prepare(image)[0])
        np.testing.assert_allclose(outputs['logits'][0], row, rtol=1e-4, atol=1e-5)
        found = classifier(image, ClassificationParams(top_k=1))
        softmax = torch.softmax(torch.from_numpy(row) / 2, 0)
        assert found.class_ids[0] == softmax.argmax()
        assert found.scores[0] == pytest.approx(softmax.max().item(), abs=1e-5)


def _answers() -> Answers:
    scores = np.array([[0.7, 0.2, 0.1], [0.3, 0.6, 0.1], [0.2, 0.5, 0.3]], np.float32)
    return Answers(scores, scores, np.array([0, 1, 2]), LABELS)


def test_scores_are_counted_by_hand() -> None:
    found = _answers()
    assert found.top(1) == pytest.approx(2 / 3)
    assert found.top(2) == 1.0
    assert found.confusion.tolist() == [[1, 0, 0], [0, 1, 0], [0, 1, 0]]
    rows = found.as_json()['per_class']
    assert rows['right'] == {'recall': 1.0, 'precision': 0.5, 'images': 1}
    assert rows['top'] == {'recall': 0.0, 'precision': 0.0, 'images': 1}


def test_the_renderer_names_the_object_that_the_truth_names() -> None:
    pytest.importorskip('mujoco')
    from robot_dl.sim.worlds.single_object import SingleObjectWorld
    from robot_dl.training.singles import MODEL_HW, render_singles

    seeds = range(3, 6)
    singles = render_singles(seeds, 2)
    assert singles.images.shape == (6, *MODEL_HW, 3)
    for seed, ids in zip(seeds, singles.class_ids.reshape(3, 2), strict=True):
        with SingleObjectWorld(seed) as world:
            assert world.truth().class_ids.tolist() == [ids[0]]
        assert ids[0] == ids[1]
