"""The classification pipeline, from pixels to labels, with a network that sees colours."""

import numpy as np
import pytest
from toy_colour_classifier import LABELS, write_classifier

from robot_dl.classification.params import ClassificationParams
from robot_dl.classification.pipeline import open_classifier
from robot_dl.classification.types import Classification, best
from robot_dl.core.params import ParamError
from robot_dl.engine.card_checks import CardError

PARAMS = ClassificationParams()
GREENISH = np.tile(np.array([51, 255, 102], np.uint8), (48, 64, 1))


@pytest.fixture(scope='module')
def classifier(tmp_path_factory):
    return open_classifier(str(write_classifier(tmp_path_factory.mktemp('m'))), 'cpu')


def expected_scores(rgb, gain=8.0, temperature=1.0):
    powers = np.exp(np.array(rgb) / 255 * gain / temperature)
    return powers / powers.sum()


def test_classes_come_best_first_with_their_scores(classifier):
    found = classifier(GREENISH, PARAMS)
    assert found.class_ids.tolist() == [1, 2, 0]
    expected = expected_scores([51, 255, 102])
    np.testing.assert_allclose(found.scores, expected[[1, 2, 0]], atol=1e-5)


def test_only_the_best_are_returned(classifier):
    assert classifier(GREENISH, PARAMS.replace(top_k=2)).class_ids.tolist() == [1, 2]


def test_scores_below_the_least_are_left_out(classifier):
    assert len(classifier(GREENISH, PARAMS.replace(score=1.0))) == 0
    assert classifier(GREENISH, PARAMS.replace(score=0.5)).class_ids.tolist() == [1]


def test_only_wanted_classes_are_returned_and_their_scores_stay(classifier):
    found = classifier(GREENISH, PARAMS.replace(classes=('red', 'blue')))
    assert found.class_ids.tolist() == [2, 0]
    whole = classifier(GREENISH, PARAMS)
    assert found.scores.tolist() == whole.scores[1:].tolist()


def test_the_temperature_of_the_card_softens_the_scores(tmp_path):
    options = {'temperature': 3.0}
    folder = write_classifier(tmp_path, decoder_options=options)
    found = open_classifier(str(folder), 'cpu')(GREENISH, PARAMS)
    expected = expected_scores([51, 255, 102], temperature=3.0)
    np.testing.assert_allclose(found.scores, expected[[1, 2, 0]], atol=1e-5)


def test_outputs_with_empty_axes_are_read(tmp_path):
    classifier = open_classifier(str(write_classifier(tmp_path, flat=False)), 'cpu')
    assert classifier(GREENISH, PARAMS).class_ids.tolist() == [1, 2, 0]


def test_the_crop_sees_the_middle_of_a_wide_image(classifier):
    image = np.zeros((32, 96, 3), np.uint8)
    image[:, 32:64, 2] = 255
    image[:, :32, 0] = image[:, 64:, 0] = 255
    found = classifier(image, PARAMS)
    assert LABELS[found.class_ids[0]] == 'blue'
    assert found.scores[0] == pytest.approx(expected_scores([0, 0, 255])[2], abs=1e-5)


def test_of_equal_scores_the_first_label_comes_first(classifier):
    grey = np.full((32, 32, 3), 90, np.uint8)
    assert classifier(grey, PARAMS).class_ids.tolist() == [0, 1, 2]


@pytest.mark.parametrize('count', [1, 2, 7, 1000])
def test_the_best_agree_with_a_sorted_list(count):
    scores = np.random.default_rng(count).integers(0, 9, 40).astype(np.float32) / 10
    found = best(scores, count, 0.3)
    pairs = sorted(((-s, i) for i, s in enumerate(scores.tolist())))[:count]
    kept = [(i, -s) for s, i in pairs if -s >= np.float32(0.3)]
    assert list(zip(found.class_ids.tolist(), found.scores.tolist(), strict=True)) == kept


def test_nothing_is_a_classification_too():
    assert len(Classification.empty()) == 0
    with pytest.raises(ValueError, match=r'expected a score \[K\] for each class id'):
        Classification(np.zeros(2, np.float32), np.zeros(3, np.int64))


def test_unknown_class_names_are_refused(classifier):
    with pytest.raises(ParamError, match="classes: unknown label 'gren'. Did you mean 'green'"):
        classifier.check_params(ClassificationParams(classes=('red', 'gren')))


def test_a_network_that_gives_another_number_of_scores_than_it_said_is_refused(classifier):
    with pytest.raises(ValueError, match='means: expected 3 scores, got 4'):
        classifier.scores({'logits': np.zeros((1, 4), np.float32)})


@pytest.mark.parametrize(
    ('changes', 'words'),
    [
        ({'task': 'detection'}, "expected a model for classification, got 'detection'"),
        ({'decoder': 'logit'}, "unknown decoder 'logit'. Did you mean 'logits'"),
        ({'labels': ['a', 'b']}, r'2 labels: expected one output \[1, 2\]'),
        ({'decoder_options': {'temperature': -1.0}}, 'temperature: expected at least'),
        ({'decoder_options': {'output': 'probs'}}, "expected an output 'probs'"),
    ],
)
def test_a_model_that_does_not_fit_is_refused(tmp_path, changes, words):
    with pytest.raises(CardError, match=words):
        open_classifier(str(write_classifier(tmp_path / 'm', **changes)), 'cpu')
