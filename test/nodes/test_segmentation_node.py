"""The segmentation node over real topics; see test_seeing_nodes for what all nodes do."""

import time

import numpy as np
import onnx
import pytest
from onnx import helper, numpy_helper
from rclpy.qos import DurabilityPolicy, QoSProfile, ReliabilityPolicy
from sensor_msgs.msg import Image
from toy_models import picture
from toy_segmenters import SEMANTIC_LABELS, semantic_graph, write_segmenter
from vision_msgs.msg import LabelInfo

from robot_dl.engine.card import file_sha256
from robot_dl.nodes.segmentation_node import SegmentationNode
from robot_dl.ros.masks import mask_from_msg
from robot_dl.ros.qos import LATCHED
from robot_dl.segmentation.pipeline import Segmenter

SIZE_HW = (64, 96)
BLANK = picture(SIZE_HW)
RED_AND_BLUE = picture(SIZE_HW, red=(32, 0, 64, 32), blue=(64, 32, 96, 64))
# As the costmap layer subscribes masks, confidences and labels.
SENSOR_DATA = QoSProfile(depth=50, reliability=ReliabilityPolicy.BEST_EFFORT)


@pytest.fixture(scope='module')
def folder(tmp_path_factory):
    return str(write_segmenter(tmp_path_factory.mktemp('models') / 'colours'))


@pytest.fixture
def node(session, folder):
    return session.start(SegmentationNode, model=folder)


@pytest.fixture
def masks(session):
    """Return the masks of the node under test, as they come."""
    return session.record(Image, 'mask', SENSOR_DATA)


def expected_mask(image: np.ndarray) -> np.ndarray:
    """Return the class of each pixel: 0 for black, 1 + channel for a pure colour."""
    return np.where(image.any(axis=2), 1 + image.argmax(axis=2), 0)


def edges_of(mask: np.ndarray, reach: int) -> np.ndarray:
    """Return the pixels within `reach` of another class, sideways, upwards or downwards."""
    near = np.zeros(mask.shape, bool)
    for axis in (0, 1):
        for shift in range(-reach, reach + 1):
            near |= np.roll(mask, shift, axis) != mask
    return near


@pytest.mark.usefixtures('node')
def test_every_pixel_has_its_class(camera, masks):
    msg = camera.ask(RED_AND_BLUE, masks)
    assert (msg.encoding, msg.height, msg.width) == ('mono8', *SIZE_HW)
    mask, expected = mask_from_msg(msg), expected_mask(RED_AND_BLUE)
    away_from_corners = ~edges_of(expected, 1)
    np.testing.assert_array_equal(mask[away_from_corners], expected[away_from_corners])
    assert (mask != expected).sum() <= 8, 'only corners are rounded'


@pytest.mark.usefixtures('node')
def test_a_blank_image_has_a_mask_all_the_same(camera, masks):
    """Trap 4: a message only when something was found."""
    msg = camera.ask(BLANK, masks)
    np.testing.assert_array_equal(mask_from_msg(msg), np.zeros(SIZE_HW, np.uint8))


@pytest.mark.parametrize('size_hw', [(720, 1280), (360, 640), (480, 640), (333, 481)])
def test_the_mask_is_of_the_size_of_the_image_and_lies_where_it_does(
    session, camera, masks, tmp_path, size_hw
):
    """Trap 5: an answer in the network's pixels. Edges lie within one pixel of the image."""
    folder = write_segmenter(tmp_path / 'wide', (192, 320))
    session.start(SegmentationNode, model=str(folder))
    height, width = size_hw
    scale = min(192 / height, 320 / width)
    # Where the cells of the network, 4 px of its input, begin and end.
    x0, x1 = (round(n * 4 / scale + _inset(width, 320, scale)) for n in (20, 55))
    y0, y1 = (round(n * 4 / scale + _inset(height, 192, scale)) for n in (12, 30))
    image = picture(size_hw, green=(x0, y0, x1, y1))
    msg = camera.ask(image, masks)
    assert (msg.height, msg.width) == size_hw
    mask, expected = mask_from_msg(msg), expected_mask(image)
    rows, columns = (np.flatnonzero((mask == 2).any(axis=axis)) for axis in (1, 0))
    assert np.abs(np.array([rows[0], rows[-1] + 1]) - [y0, y1]).max() <= 1
    assert np.abs(np.array([columns[0], columns[-1] + 1]) - [x0, x1]).max() <= 1
    assert (mask != expected).mean() < 0.002


def _inset(source: int, model: int, scale: float) -> float:
    """Return where the input begins in the image along one axis, in pixels of the image."""
    return -int((model - round(source * scale)) / 2) / scale


@pytest.mark.usefixtures('node')
def test_mask_confidence_and_labels_are_what_a_costmap_layer_reads(session, camera, masks):
    """Nav2's layer pairs equal stamps, reads data[row · width + column], and names by LabelInfo.

    Source: kiwicampus/semantic_segmentation_layer, segmentation_buffer.cpp.
    """
    latched = QoSProfile(
        depth=5,
        reliability=ReliabilityPolicy.RELIABLE,
        durability=DurabilityPolicy.TRANSIENT_LOCAL,
    )
    tables = session.record(LabelInfo, 'label_info', latched)
    confidences = session.record(Image, 'confidence', SENSOR_DATA)
    session.wait(lambda: session.node.count_publishers('confidence'), 'confidence')

    def pair():
        mask = camera.ask(RED_AND_BLUE, masks)
        return mask, camera.answer_within(mask.header, confidences, 1.0)

    mask, confidence = session.wait(lambda: (both := pair())[1] and both, 'both')
    [table] = session.wait(lambda: tables, 'label_info')
    assert mask.encoding == confidence.encoding == 'mono8'
    assert mask.step == mask.width == confidence.step == confidence.width
    assert len(mask.data) == len(confidence.data) == mask.height * mask.width
    names = {entry.class_id: entry.class_name for entry in table.class_map}
    at = {(48, 16): 'red', (80, 48): 'blue', (16, 48): 'background'}
    for (x, y), name in at.items():
        assert names[mask.data[y * mask.width + x]] == name
        assert confidence.data[y * mask.width + x] >= 254
    assert min(confidence.data) < 200, 'less on the edges'


class WatchedSegmenter(Segmenter):
    """Remembers for what it was asked."""

    asked: list = []

    def answer(self, outputs, fit, params, confidence=False):
        """Answer, and remember."""
        self.asked.append(confidence)
        return super().answer(outputs, fit, params, confidence)


class WatchedNode(SegmentationNode):
    """Has such a model."""

    Model = WatchedSegmenter


def test_confidence_is_computed_only_while_somebody_subscribes(session, camera, masks, folder):
    WatchedSegmenter.asked.clear()
    node = session.start(WatchedNode, model=folder)
    camera.ask(BLANK, masks)
    assert not any(WatchedSegmenter.asked)
    confidences = session.record(Image, 'confidence')
    session.wait(node.confidence.get_subscription_count, 'subscriber of confidence')
    assert camera.answer_within(camera.ask(BLANK, masks).header, confidences, 5.0)
    assert WatchedSegmenter.asked[-1]


def test_a_model_that_does_not_know_how_sure_it_is_says_so(session, camera, masks, tmp_path):
    folder = tmp_path / 'ids'
    write_segmenter(folder, decoder='class_map')
    model = semantic_graph(SIZE_HW)
    graph = model.graph
    graph.node.append(helper.make_node('ArgMax', ['logits'], ['ids'], axis=1, keepdims=0))
    graph.output[0].CopyFrom(
        helper.make_tensor_value_info('ids', onnx.TensorProto.INT64, [1, 16, 24])
    )
    replace_graph(folder, model)
    node = session.start(SegmentationNode, model=str(folder))
    session.record(Image, 'confidence')
    session.wait(node.confidence.get_subscription_count, 'subscriber of confidence')
    camera.ask(RED_AND_BLUE, masks)
    assert 'colours does not tell how sure it is' in node.complaint()


def replace_graph(folder, model) -> None:
    """Put another graph into a model's folder."""
    path = folder / 'colours.onnx'
    before = file_sha256(path)
    onnx.save(model, str(path))
    card = folder / 'model.yaml'
    card.write_text(card.read_text().replace(before, file_sha256(path)))


def test_above_255_classes_a_pixel_takes_two_bytes(session, camera, masks, tmp_path):
    labels = [*SEMANTIC_LABELS, *(f'class {i}' for i in range(4, 300))]
    folder = write_segmenter(tmp_path / 'many', labels=labels)
    model = semantic_graph(SIZE_HW)
    # The colours get the last places, so that their ids take both bytes.
    rest = np.full((1, 296, 16, 24), -50, np.float32)
    model.graph.initializer.append(numpy_helper.from_array(rest, 'rest'))
    model.graph.node.append(helper.make_node('Concat', ['rest', 'logits'], ['all'], axis=1))
    model.graph.output[0].CopyFrom(
        helper.make_tensor_value_info('all', onnx.TensorProto.FLOAT, [1, 300, 16, 24])
    )
    replace_graph(folder, model)
    session.start(SegmentationNode, model=str(folder))
    msg = camera.ask(RED_AND_BLUE, masks)
    assert msg.encoding == 'mono16'
    assert msg.step == 2 * msg.width
    mask = mask_from_msg(msg)
    assert (mask[16, 48], mask[48, 80], mask[48, 16]) == (297, 299, 296)


def test_a_network_that_gives_nan_is_an_error_and_not_an_answer(session, camera, masks, tmp_path):
    """Trap 20: NaN from the network forwarded."""
    folder = write_segmenter(tmp_path / 'broken')
    model = semantic_graph(SIZE_HW)
    [twenty] = [i for i in model.graph.initializer if i.name == 'twenty']
    twenty.CopyFrom(numpy_helper.from_array(np.array(np.nan, np.float32), 'twenty'))
    replace_graph(folder, model)
    node = session.start(SegmentationNode, model=str(folder))

    def complained() -> bool:
        camera.send(BLANK)
        return node.frames.summary(time.monotonic()).errors

    session.wait(complained, 'error')
    assert masks == []
    assert node.state == 'active'


def test_every_pixel_has_a_class_so_the_least_score_is_zero(session, node):
    tables = session.record(LabelInfo, 'label_info', LATCHED)
    [table] = session.wait(lambda: tables, 'label_info')
    assert table.threshold == 0.0


@pytest.mark.parametrize(
    ('values', 'reason'),
    [
        ({'drivable_classes': ['red']}, 'camera_height_m: expected more than 0'),
        (
            {'drivable_classes': ['rad'], 'camera_height_m': 1.0},
            "drivable_classes: unknown label 'rad'. Did you mean 'red'",
        ),
        ({'camera_pitch_rad': 3.0}, 'camera_pitch_rad out of range'),
        (
            {'grid_resolution_m': 0.01, 'grid_length_m': 50.0},
            'grid_resolution_m: expected a grid of at most 1000000 cells, got 2500000',
        ),
        ({'model': 'other'}, 'read-only parameter: model'),
    ],
)
def test_a_bad_value_is_refused_with_a_reason_and_changes_nothing(session, node, values, reason):
    session.expect_refusal(node, values, reason)
