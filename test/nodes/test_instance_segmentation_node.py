"""The instance segmentation node over real topics; see test_seeing_nodes for what all do."""

import numpy as np
import pytest
from sensor_msgs.msg import Image
from toy_models import picture
from toy_segmenters import write_instance_segmenter
from vision_msgs.msg import Detection2DArray

from robot_dl.nodes.instance_segmentation_node import InstanceSegmentationNode
from robot_dl.ros.masks import mask_from_msg

NODE = 'instance_segmentation_node'
SIZE_HW = (64, 96)
BLANK = picture(SIZE_HW)
RED_AND_BLUE = picture(SIZE_HW, red=(32, 0, 64, 32), blue=(64, 32, 96, 64))
TWO_REDS = np.maximum(picture(SIZE_HW, red=(0, 0, 32, 32)), picture(SIZE_HW, red=(64, 32, 96, 64)))


@pytest.fixture(scope='module')
def folder(tmp_path_factory):
    return str(write_instance_segmenter(tmp_path_factory.mktemp('models') / 'colours'))


@pytest.fixture
def node(session, folder):
    return session.start(InstanceSegmentationNode, model=folder)


@pytest.fixture
def found(session, camera):
    """Return a function that returns the answers to an image: detections, mask [H, W]."""
    arrays = session.record(Detection2DArray, 'detections')
    masks = session.record(Image, 'mask')

    def ask(image: np.ndarray) -> tuple[Detection2DArray, np.ndarray]:
        header = camera.ask(image, masks).header
        [array] = session.wait(lambda: [a for a in arrays if a.header == header], 'detections')
        [mask] = [m for m in masks if m.header == header]
        assert mask.encoding == 'mono16'
        return array, mask_from_msg(mask)

    return ask


@pytest.mark.usefixtures('node')
def test_the_id_of_a_detection_is_the_number_of_its_pixels(found):
    array, mask = found(RED_AND_BLUE)
    assert mask.shape == SIZE_HW
    by_label = {d.results[0].hypothesis.class_id: int(d.id) for d in array.detections}
    assert sorted(by_label) == ['blue', 'red']
    assert sorted(by_label.values()) == [1, 2]
    assert mask[16, 48] == by_label['red']
    assert mask[48, 80] == by_label['blue']
    for label, channel in (('red', 0), ('blue', 2)):
        truth = RED_AND_BLUE[..., channel] > 0
        own = mask == by_label[label]
        assert (own & truth).sum() / (own | truth).sum() > 0.95


@pytest.mark.usefixtures('node')
def test_two_objects_of_one_class_have_different_numbers(found):
    array, mask = found(TWO_REDS)
    assert len(array.detections) == 2
    assert {mask[16, 16], mask[48, 80]} == {1, 2}
    assert mask[48, 16] == 0


@pytest.mark.usefixtures('node')
def test_array_and_elements_have_the_header_of_the_image(found):
    """Trap 2: the header of each element is that of the image, too."""
    array, _ = found(RED_AND_BLUE)
    assert array.header.frame_id == 'camera_optical_frame'
    assert [d.header for d in array.detections] == [array.header] * 2


@pytest.mark.usefixtures('node')
def test_a_blank_image_gives_an_empty_array_and_an_empty_mask(found):
    """Trap 4: a message only when something was found."""
    array, mask = found(BLANK)
    assert array.detections == []
    np.testing.assert_array_equal(mask, np.zeros(SIZE_HW, np.uint16))


@pytest.mark.usefixtures('node')
def test_boxes_and_masks_are_in_pixels_of_a_large_image(found):
    """Trap 5: 1280 x 720 lies 96 x 54 in the network, 5 px from its top."""
    scale = 1280 / 96
    square = [round(scale * n) for n in (32, -5, 64, 27)]
    array, mask = found(picture((720, 1280), red=(square[0], 0, square[2], square[3])))
    [best, *_] = sorted(array.detections, key=lambda d: -d.results[0].hypothesis.score)
    assert mask.shape == (720, 1280)
    rows, columns = (np.flatnonzero((mask == int(best.id)).any(axis=axis)) for axis in (1, 0))
    box = [columns[0], rows[0], columns[-1] + 1, rows[-1] + 1]
    np.testing.assert_allclose(box, [square[0], 0, square[2], square[3]], atol=scale)
    centre = best.bbox.center.position
    assert (centre.x, centre.y) == pytest.approx((48 * scale, 13.5 * scale), abs=0.5)


def test_live_parameters_take_effect_with_the_next_image(session, node, found):
    assert len(found(RED_AND_BLUE)[0].detections) == 2
    assert session.set_parameters(NODE, classes=['blue']).successful
    array, mask = found(RED_AND_BLUE)
    assert [d.results[0].hypothesis.class_id for d in array.detections] == ['blue']
    assert (mask[16, 48], mask[48, 80]) == (0, 1)
    assert session.set_parameters(NODE, classes=[], max_detections=1).successful
    assert len(found(RED_AND_BLUE)[0].detections) == 1


@pytest.mark.parametrize(
    ('values', 'reason'),
    [
        ({'score': 1.5}, 'score out of range'),
        ({'mask_threshold': 0.0}, 'mask_threshold out of range'),
        ({'classes': ['rad']}, "unknown label 'rad'. Did you mean 'red'"),
    ],
)
def test_a_bad_value_is_refused_with_a_reason_and_changes_nothing(session, node, values, reason):
    session.expect_refusal(node, values, reason)
