"""From an image to its mask, and to the masks of its objects, in the pixels of the image."""

from dataclasses import replace

import numpy as np
import pytest
from toy_models import picture
from toy_segmenters import write_instance_segmenter, write_segmenter

from robot_dl.core.fit import FITS
from robot_dl.core.params import ParamError
from robot_dl.engine.card_checks import CardError
from robot_dl.segmentation.decoders import SEMANTIC_DECODERS
from robot_dl.segmentation.instances import open_instance_segmenter
from robot_dl.segmentation.params import InstanceSegmentationParams, SegmentationParams
from robot_dl.segmentation.pipeline import open_segmenter
from robot_dl.segmentation.types import Instances, Region, SemanticMask

PARAMS = SegmentationParams()
INSTANCE_PARAMS = InstanceSegmentationParams()
SIZES = [(64, 96), (480, 640), (720, 1280), (300, 100), (33, 47)]


@pytest.fixture(scope='module')
def segmenter(tmp_path_factory):
    return open_segmenter(str(write_segmenter(tmp_path_factory.mktemp('semantic'))), 'cpu')


@pytest.fixture(scope='module')
def instance_segmenter(tmp_path_factory):
    folder = write_instance_segmenter(tmp_path_factory.mktemp('instances'))
    return open_instance_segmenter(str(folder), 'cpu')


def half_red(size_hw) -> np.ndarray:
    """Return an image whose lower right quarter is red."""
    height, width = size_hw
    return picture(size_hw, red=(width // 2, height // 2, width, height))


@pytest.mark.parametrize('size_hw', SIZES)
def test_a_mask_has_the_size_of_the_image_and_the_classes_of_its_pixels(segmenter, size_hw):
    """Trap 5: nothing is left in pixels of the network. Edges may be a cell of 4 px away."""
    mask = segmenter(half_red(size_hw), PARAMS)
    assert mask.class_ids.shape == size_hw
    assert mask.class_ids.dtype == np.uint8
    assert mask.confidence is None
    height, width = size_hw
    near = int(np.ceil(3 * max(height / 64, width / 96)))
    assert (mask.class_ids[height // 2 + near :, width // 2 + near :] == 1).all()
    assert (mask.class_ids[: height // 2 - near] == 0).all()
    assert (mask.class_ids[:, : width // 2 - near] == 0).all()


def test_confidence_is_low_on_outlines_and_high_elsewhere(segmenter):
    tensor, fit = segmenter.prepare(half_red((480, 640)))
    mask = segmenter.answer(segmenter.infer(tensor), fit, PARAMS, confidence=True)
    assert mask.confidence.shape == (480, 640)
    assert mask.confidence[100, 100] == mask.confidence[400, 500] == 255
    assert mask.confidence[240:, 310:330].min() < 140


def test_a_blank_image_is_all_background(segmenter):
    """Trap 4: nothing to see is an answer, too."""
    mask = segmenter(np.zeros((48, 64, 3), np.uint8), PARAMS)
    assert (mask.class_ids == 0).all()


@pytest.mark.parametrize('fit', sorted(FITS))
def test_what_a_crop_leaves_out_is_unlabelled_and_nothing_else(tmp_path, fit):
    folder = write_segmenter(tmp_path, input={'name': 'images', 'size_hw': [64, 96], 'fit': fit})
    segmenter = open_segmenter(str(folder), 'cpu')
    tensor, place = segmenter.prepare(np.full((64, 192, 3), 255, np.uint8))
    mask = segmenter.answer(segmenter.infer(tensor), place, PARAMS, confidence=True)
    unseen = mask.class_ids == mask.unlabelled
    expected = np.zeros((64, 192), bool)
    if fit == 'center_crop':
        expected[:, :48] = expected[:, 144:] = True
    np.testing.assert_array_equal(unseen, expected)
    assert (mask.confidence[unseen] == 0).all()
    assert (mask.class_ids[~unseen] == 1).all()


def test_many_classes_take_two_bytes_a_pixel(tmp_path):
    labels = [f'label {n}' for n in range(256)]
    options = {'decoder': 'class_map', 'labels': labels, 'decoder_options': {}}
    segmenter = open_segmenter(str(write_segmenter(tmp_path)), 'cpu')
    card = replace(segmenter.card, **options, palette={})
    wide = replace(segmenter, card=card, decoder=SEMANTIC_DECODERS['class_map']())
    ids = np.arange(256).reshape(1, 16, 16)
    _, fit = segmenter.prepare(np.zeros((64, 96, 3), np.uint8))
    mask = wide.answer({'output': ids}, fit, PARAMS)
    assert mask.class_ids.dtype == np.uint16
    assert mask.class_ids.max() == 255
    with pytest.raises(ValueError, match='the network gave class 256, but the card has 256 la'):
        wide.answer({'output': ids + 1}, fit, PARAMS)


def test_drivable_classes_must_be_labels_of_the_model(segmenter):
    segmenter.check_params(SegmentationParams(drivable_classes=('red',), camera_height_m=0.5))
    with pytest.raises(ParamError, match="drivable_classes: unknown label 'rad'. Did you mean"):
        segmenter.check_params(SegmentationParams(drivable_classes=('rad',), camera_height_m=1))


def test_free_space_needs_the_height_of_the_camera():
    with pytest.raises(ParamError, match='camera_height_m: expected more than 0 because driva'):
        SegmentationParams(drivable_classes=('floor',))


@pytest.mark.parametrize('size_hw', [(64, 96), (480, 720), (720, 1280)])
def test_objects_have_their_pixels_and_a_number_each(instance_segmenter, size_hw):
    """Trap 5."""
    found = instance_segmenter(half_red(size_hw), INSTANCE_PARAMS)
    assert found.instance_ids.shape == size_hw
    assert len(found) > 0
    assert set(np.unique(found.instance_ids)) <= set(range(len(found) + 1))
    red, boxed = half_red(size_hw)[..., 0] > 0, np.zeros(size_hw, bool)
    for number, box in enumerate(found.detections.boxes_xyxy, start=1):
        left, top, right, bottom = box.round().astype(int)
        boxed[top:bottom, left:right] = True
        rows, columns = np.nonzero(found.instance_ids == number)
        assert len(rows)
        assert columns.min() >= box[0] - 0.5
        assert columns.max() <= box[2] + 0.5
        assert rows.min() >= box[1] - 0.5
        assert rows.max() <= box[3] + 0.5
    red, hit = red & boxed, found.instance_ids > 0
    assert (red & hit).sum() / (red | hit).sum() > 0.9


def test_a_blank_image_has_no_objects(instance_segmenter):
    """Trap 4."""
    found = instance_segmenter(np.zeros((64, 96, 3), np.uint8), INSTANCE_PARAMS)
    assert len(found) == 0
    assert found.instance_ids.shape == (64, 96)
    assert not found.instance_ids.any()


def test_only_wanted_classes_are_found(instance_segmenter):
    image = picture((64, 96), red=(0, 0, 32, 32), green=(32, 32, 64, 64))
    assert len(instance_segmenter(image, INSTANCE_PARAMS)) == 2
    found = instance_segmenter(image, InstanceSegmentationParams(classes=('green',)))
    assert found.detections.class_ids.tolist() == [1]
    with pytest.raises(ParamError, match='unknown label'):
        instance_segmenter.check_params(InstanceSegmentationParams(classes=('pink',)))


def test_a_model_of_another_task_is_refused(tmp_path):
    folder = str(write_segmenter(tmp_path))
    with pytest.raises(CardError, match="expected a model for instance_segmentation, got 'segm"):
        open_instance_segmenter(folder, 'cpu')


@pytest.mark.parametrize(
    ('make', 'words'),
    [
        (lambda: SemanticMask(np.zeros((2, 3))), 'expected class ids uint8 or uint16'),
        (
            lambda: SemanticMask(np.zeros((2, 3), np.uint8), np.zeros((3, 2), np.uint8)),
            r'expected confidence uint8\[2, 3\]',
        ),
        (
            lambda: Instances(Instances.empty((1, 1)).detections, np.zeros((2, 3), np.uint8)),
            'expected ids uint16',
        ),
        (
            lambda: Instances(
                Instances.empty((1, 1)).detections,
                np.zeros((2, 3), np.uint16),
                (Region(0, 0, np.zeros((1, 1), bool)),),
            ),
            'expected a region for each of 0 detections, got 1',
        ),
    ],
)
def test_results_whose_parts_do_not_fit_are_refused(make, words):
    with pytest.raises(ValueError, match=words):
        make()
