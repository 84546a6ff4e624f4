"""Detections, tensors, names, the pinhole and installed files."""

import numpy as np
import pytest

from robot_dl.core.detections import Detections
from robot_dl.core.names import choose
from robot_dl.core.pinhole import Pinhole
from robot_dl.core.share import share_file
from robot_dl.core.tensors import TensorSpec


def test_empty_detections_have_the_right_shapes():
    nothing = Detections.empty()
    assert len(nothing) == 0
    assert nothing.boxes_xyxy.shape == (0, 4)
    assert len(nothing[np.zeros(0, bool)]) == 0


def test_detections_are_selected_by_mask_and_by_index():
    boxes = np.arange(12, dtype=np.float32).reshape(3, 4)
    found = Detections(boxes, np.array([0.1, 0.5, 0.9], np.float32), np.array([4, 5, 6]))
    assert list(found[found.scores > 0.3].class_ids) == [5, 6]
    assert list(found[[2, 0]].class_ids) == [6, 4]


def test_detections_that_do_not_belong_together_are_refused():
    with pytest.raises(ValueError, match=r'boxes \[2, 4\].*for 2 scores, got \[1, 4\]'):
        Detections(np.zeros((1, 4), np.float32), np.zeros(2, np.float32), np.zeros(2, np.int64))


@pytest.mark.parametrize(
    ('shape', 'array', 'fits'),
    [
        ((1, 3), np.zeros((1, 3), np.float32), True),
        ((None, 3), np.zeros((9, 3), np.float32), True),
        ((1, 3), np.zeros((1, 4), np.float32), False),
        ((1, 3), np.zeros((1, 3, 1), np.float32), False),
        ((1, 3), np.zeros((1, 3), np.uint8), False),
    ],
)
def test_tensors_are_checked_by_type_and_shape(shape, array, fits):
    spec = TensorSpec('images', 'float32', shape)
    if fits:
        spec.check(array)
    else:
        with pytest.raises(ValueError, match='images: expected float32.*, got'):
            spec.check(array)


def test_a_tensor_error_shows_both_shapes():
    spec = TensorSpec('images', 'float32', (1, 3, None, 640))
    with pytest.raises(ValueError) as caught:
        spec.check(np.zeros((480, 640, 3), np.uint8))
    assert str(caught.value) == ('images: expected float32[1, 3, ?, 640], got uint8[480, 640, 3]')


def test_a_wrong_name_is_answered_with_the_nearest():
    with pytest.raises(ValueError, match="unknown decoder 'yol'. Did you mean 'yolo'. Available"):
        choose('decoder', 'yol', {'yolo': 1, 'detr': 2})
    with pytest.raises(ValueError, match='Available: none'):
        choose('decoder', 'yolo', {})


def test_a_point_on_the_optical_axis_is_seen_at_the_principal_point():
    camera = Pinhole(500.0, 510.0, 319.5, 239.5, (480, 640))
    points = np.array([[0.0, 0.0, 2.0], [0.4, -0.2, 2.0]])
    np.testing.assert_allclose(camera.project(points), [[319.5, 239.5], [419.5, 188.5]])


def test_a_missing_shared_file_names_the_places():
    with pytest.raises(FileNotFoundError, match='config/nothing.yaml is not installed.*looked at'):
        share_file('config/nothing.yaml')
