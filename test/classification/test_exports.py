"""Real exports of the public families: the graph, the scores and the pixels are what they were.

References: torch for the graphs, torch's softmax for the scores, Pillow and the image processors
of `transformers` for the pixels. The bounds are those of docs/nodes/classification_node.md.
"""

import cv2
import numpy as np
import pytest

torch = pytest.importorskip('torch')
pytest.importorskip('transformers')

import toy_classifiers  # noqa: E402
from PIL import Image  # noqa: E402
from toy_classifiers import LABELS, SIZE_HW, TOYS  # noqa: E402
from transformers import MobileNetV2ImageProcessor, ViTImageProcessor  # noqa: E402

from robot_dl.classification.params import ClassificationParams  # noqa: E402
from robot_dl.classification.pipeline import open_classifier  # noqa: E402
from robot_dl.core.fit import center_crop  # noqa: E402
from robot_dl.core.images import fitted  # noqa: E402

pytestmark = pytest.mark.slow

TOLERANCE = {True: 2e-2, False: 1e-4}
"""Of the logits, in half precision and not."""
PARAMS = ClassificationParams(top_k=len(LABELS))


def photo(size_hw: tuple[int, int], seed: int = 0) -> np.ndarray:
    """Return a picture with what real ones have: areas, edges, fine texture and noise."""
    rng = np.random.default_rng(seed)
    height, width = size_hw
    image = cv2.resize(rng.uniform(0, 255, (9, 12, 3)), (width, height)).astype(np.float32)
    for _ in range(25):
        corner = rng.integers(0, [width, height])
        colour = rng.uniform(0, 255, 3).tolist()
        cv2.circle(image, corner.tolist(), int(rng.integers(5, height // 5)), colour, -1)
    image += 12 * np.sin(np.arange(width) / 2.5)[None, :, None] + rng.normal(0, 6, image.shape)
    return image.clip(0, 255).astype(np.uint8)


@pytest.fixture(scope='module', params=sorted(TOYS))
def export(request, tmp_path_factory):
    """Return an opened export and the net it was made of."""
    folder = toy_classifiers.write(request.param, tmp_path_factory.mktemp(request.param))
    return TOYS[request.param], open_classifier(str(folder), 'cpu'), folder.name


def said_by_torch(name: str, tensor: np.ndarray) -> np.ndarray:
    """Return what the net itself gives for the input [1, 3, h, w]."""
    with torch.no_grad():
        whole = toy_classifiers.net(name)(torch.from_numpy(tensor.astype(np.float32)))
    return whole.numpy().reshape(-1)


def test_the_graph_gives_what_torch_gives_and_the_scores_are_its_softmax(export):
    toy, classifier, _ = export
    tensor, _ = classifier.prepare(photo((120, 160)))
    outputs = classifier.infer(tensor)
    given = outputs[toy.output].astype(np.float32).reshape(-1)
    expected = said_by_torch(classifier.card.name, tensor)
    assert expected.std() > 0.1
    np.testing.assert_allclose(given, expected, rtol=TOLERANCE[toy.half], atol=TOLERANCE[toy.half])
    if toy.decoder == 'logits':
        expected = torch.softmax(torch.from_numpy(given), 0).numpy()
        np.testing.assert_allclose(classifier.scores(outputs), expected, atol=1e-6)


def test_an_image_gets_the_classes_that_torch_gives_it(export):
    toy, classifier, _ = export
    for seed in range(3):
        image = photo((96, 128), seed)
        found = classifier(image, PARAMS)
        raw = said_by_torch(classifier.card.name, classifier.prepare(image)[0])
        assert found.class_ids[0] == raw.argmax()
        assert found.scores.sum() == pytest.approx(1, abs=2e-3 if toy.half else 1e-5)


def processed(image: np.ndarray) -> np.ndarray:
    """Return the middle 224 x 224 of an image whose shorter side was brought to 256, by others."""
    processor = MobileNetV2ImageProcessor(
        size={'shortest_edge': 256},
        crop_size={'height': 224, 'width': 224},
        do_rescale=False,
        do_normalize=False,
        resample=Image.BILINEAR,
    )
    return np.asarray(processor(image)['pixel_values'][0]).transpose(1, 2, 0)


@pytest.mark.parametrize('source_hw', [(480, 640), (720, 1280), (1080, 1920), (300, 257)])
@pytest.mark.parametrize(('resampling', 'mean'), [('area', 1.2), ('bilinear', 4.5)])
def test_pixels_are_close_to_those_of_an_image_processor(source_hw, resampling, mean):
    """The picture is rougher than real ones: noise and a texture of 16 px a period."""
    image = photo(source_hw)
    ours = fitted(image, center_crop(source_hw, (224, 224), 0.875), resampling)
    apart = np.abs(ours.astype(int) - processed(image).astype(int))
    assert apart.mean() < mean
    assert np.percentile(apart, 99) < 8 * mean


@pytest.mark.parametrize('source_hw', [(480, 640), (1080, 1920), (480, 641), (641, 480)])
def test_the_crop_lies_where_that_of_an_image_processor_lies(source_hw):
    """Two ramps show where a pixel comes from; a crop beside it would be a whole pixel off."""
    height, width = source_hw
    ramps = np.zeros((*source_hw, 3), np.uint8)
    ramps[..., 0] = np.linspace(0, 255, width)
    ramps[..., 1] = np.linspace(0, 255, height)[:, None]
    ours = fitted(ramps, center_crop(source_hw, (224, 224), 0.875), 'area')
    levels = (ours.astype(float) - processed(ramps)).mean((0, 1))[:2]
    pixels = levels / 255 * [width, height] * 256 / min(source_hw)
    assert np.abs(pixels).max() < 0.2


def test_scores_agree_with_an_image_processor_and_torch(tmp_path):
    """From the file of an image to its scores, nothing of ours in the reference."""
    classifier = open_classifier(str(toy_classifiers.write('vit', tmp_path)), 'cpu')
    processor = ViTImageProcessor(size={'height': SIZE_HW[0], 'width': SIZE_HW[1]})
    for seed in range(4):
        image = photo((480, 640), seed)
        theirs = torch.tensor(np.array(processor(image)['pixel_values']))
        with torch.no_grad():
            expected = toy_classifiers.net('vit')(theirs).softmax(1).numpy()[0]
        found = classifier(image, PARAMS)
        ours = np.empty(len(LABELS))
        ours[found.class_ids] = found.scores
        assert found.class_ids[0] == expected.argmax()
        assert np.abs(ours - expected).max() < 0.01
