"""`robot_dl parity`: what agrees, what does not, and why."""

import json

import cv2
import numpy as np
import onnx
import pytest
from onnx import helper, numpy_helper
from toy_models import LABELS, colour_graph, picture, write_model

from robot_dl.cli.main import main
from robot_dl.cli.parities.agreement import agreement_for
from robot_dl.cli.parities.objects import ObjectAgreement
from robot_dl.cli.parities.outputs import OutputDifference, compare_outputs
from robot_dl.cli.parities.pictures import choose_pictures
from robot_dl.core.detections import Detections
from robot_dl.depth.types import DepthMap
from robot_dl.engine.card import file_sha256
from robot_dl.segmentation.types import Instances, Region, SemanticMask

SIZE = (64, 96)


def found(*rows):
    boxes = np.array([row[0] for row in rows], np.float32).reshape(-1, 4)
    scores = np.array([row[2] for row in rows], np.float32)
    return Detections(boxes, scores, np.array([row[1] for row in rows], np.int64))


BOX, BESIDE = [0, 0, 10, 10], [1, 0, 11, 10]


@pytest.mark.parametrize(
    ('a', 'b', 'paired', 'alike', 'share'),
    [
        ([], [], 0, 0, 1.0),
        ([(BOX, 0, 0.9)], [], 0, 0, 0.0),
        ([(BOX, 0, 0.9)], [(BOX, 0, 0.8)], 1, 1, 1.0),
        ([(BOX, 0, 0.9)], [(BESIDE, 0, 0.9)], 1, 1, 1.0),
        ([(BOX, 0, 0.9)], [(BOX, 1, 0.9)], 1, 0, 0.0),
        ([(BOX, 0, 0.9)], [([20, 20, 30, 30], 0, 0.9)], 0, 0, 0.0),
        ([(BOX, 0, 0.9), (BOX, 1, 0.8)], [(BOX, 1, 0.8), (BESIDE, 0, 0.9)], 2, 2, 1.0),
        ([(BOX, 0, 0.9), (BOX, 0, 0.8)], [(BOX, 0, 0.9)], 1, 1, 2 / 3),
    ],
)
def test_objects_of_one_place_and_class_are_pairs(a, b, paired, alike, share):
    agreement = ObjectAgreement()
    agreement.add(found(*a), found(*b))
    assert (agreement.paired, agreement.alike) == (paired, alike)
    assert agreement.share == pytest.approx(share)


def test_the_overlap_and_the_scores_of_pairs_are_kept():
    agreement = ObjectAgreement()
    agreement.add(found((BOX, 0, 0.9)), found((BESIDE, 0, 0.7)))
    assert agreement.overlaps == [pytest.approx(90 / 110)]
    assert agreement.scores == [pytest.approx(0.2)]


def instances(*rows, size_hw=(20, 40)):
    """Return objects whose masks are their boxes; the first of them lies in front."""
    ids, regions = np.zeros(size_hw, np.uint16), []
    for number, (box, *_) in reversed(list(enumerate(rows, 1))):
        left, top, right, bottom = box
        ids[top:bottom, left:right] = number
        regions.insert(0, Region(top, left, np.ones((bottom - top, right - left), bool)))
    return Instances(found(*rows), ids, tuple(regions))


def test_masks_of_objects_are_compared_by_their_pixels():
    agreement = agreement_for('instance_segmentation')
    row, other = (BOX, 0, 0.9), ([20, 0, 30, 10], 1, 0.8)
    agreement.add(instances(row, other), instances(other, (BESIDE, 0, 0.7)))
    assert (agreement.paired, agreement.alike, agreement.share) == (2, 2, 1.0)
    assert sorted(agreement.overlaps) == [pytest.approx(90 / 110), 1.0]
    agreement.add(instances(), instances(row))
    assert agreement.share == pytest.approx(4 / 5)


def test_masks_of_classes_are_compared_pixel_by_pixel():
    agreement = agreement_for('segmentation')
    a, b = np.zeros((2, 4), np.uint8), np.zeros((2, 4), np.uint8)
    a[:, :2], b[:, :1] = 1, 1
    agreement.add(SemanticMask(a), SemanticMask(b))
    assert agreement.share == 6 / 8
    assert agreement.overlap == pytest.approx((2 / 4 + 4 / 6) / 2)
    assert agreement.as_json['iou_least'] == agreement.overlap


def test_metres_are_compared_in_parts_of_themselves():
    agreement = agreement_for('depth')
    a = np.array([[1.0, 2.0, 4.0, np.nan, np.nan]], np.float32)
    b = np.array([[1.01, 2.2, 4.0, np.nan, 1.0]], np.float32)
    agreement.add(DepthMap(a), DepthMap(b))
    assert agreement.share == 3 / 5
    assert agreement.numbers['relative_difference_mean'] == pytest.approx(0.11 / 3, rel=1e-4)


def test_differences_are_summed_over_pictures():
    difference = OutputDifference()
    difference.add(np.array([1.0, 4.0]), np.array([1.5, 4.0]))
    difference.add(np.array([1.0, -8.0]), np.array([1.0, -6.0]))
    assert difference.greatest == 2.0
    assert difference.relative == 0.25
    assert difference.mean == pytest.approx(2.5 / 4)


def test_numbers_that_are_none_are_counted_apart():
    difference = OutputDifference()
    difference.add(np.array([np.nan, 1.0]), np.array([0.0, np.inf]))
    assert difference.broken == (1, 1)
    assert difference.greatest == 0.0


def test_outputs_of_other_names_are_paired_by_their_order():
    differences: dict[str, OutputDifference] = {}
    a = {'boxes': np.ones(3), 'scores': np.zeros(2)}
    compare_outputs(differences, a, {'o0': np.ones(3), 'o1': np.ones(2)})
    assert differences['boxes'].greatest == 0.0
    assert differences['scores'].greatest == 1.0
    compare_outputs(differences, a, {'o0': np.ones(4)})
    assert differences['boxes'].shapes == '[3] and [4]'
    assert differences['number of outputs'].shapes


@pytest.fixture
def images(tmp_path):
    folder = tmp_path / 'images'
    folder.mkdir()
    squares = ({'red': (0, 0, 32, 32)}, {'green': (32, 32, 64, 64)}, {'blue': (64, 0, 96, 32)})
    for index, square in enumerate(squares):
        cv2.imwrite(str(folder / f'{index}.png'), picture(SIZE, **square)[..., ::-1])
    return folder


def changed(folder, change):
    """Write the colour detector after `change` of its graph."""
    write_model(folder)
    model = colour_graph(SIZE)
    change({tensor.name: tensor for tensor in model.graph.initializer}, model.graph)
    onnx.save(model, str(folder / 'colours.onnx'))
    return write_card(folder)


def write_card(folder):
    text = (folder / 'model.yaml').read_text().splitlines()
    lines = [line for line in text if not line.startswith('sha256')]
    lines.append(f'sha256: {file_sha256(folder / "colours.onnx")}')
    (folder / 'model.yaml').write_text('\n'.join(lines))
    return folder


def moved(initializers, graph):
    boxes = numpy_helper.to_array(initializers['boxes']).copy()
    boxes[:, 0] += 12
    initializers['boxes'].CopyFrom(numpy_helper.from_array(boxes, 'boxes'))


def nudged(initializers, graph):
    boxes = numpy_helper.to_array(initializers['boxes']) + np.float32(0.1)
    initializers['boxes'].CopyFrom(numpy_helper.from_array(boxes, 'boxes'))


def not_a_number(initializers, graph):
    boxes = numpy_helper.to_array(initializers['boxes']).copy()
    boxes[0, 0, 0] = np.nan
    initializers['boxes'].CopyFrom(numpy_helper.from_array(boxes, 'boxes'))


def other_colours(initializers, graph):
    graph.initializer.append(numpy_helper.from_array(np.array([2, 1, 0], np.int64), 'order'))
    graph.node[0].input[0] = 'swapped'
    graph.node.insert(0, helper.make_node('Gather', ['images', 'order'], ['swapped'], axis=1))


def parity(tmp_path, *arguments):
    file = tmp_path / 'parity.json'
    code = main(['parity', *map(str, arguments), '--json', str(file)])
    return code, json.loads(file.read_text())


def test_a_model_agrees_with_itself(tmp_path, images, capsys):
    a, b = write_model(tmp_path / 'a'), write_model(tmp_path / 'b')
    code, result = parity(tmp_path, a, b, '--images', images)
    assert code == 0
    assert result['ok']
    assert result['outputs']['output0']['greatest'] == 0
    assert result['answers'] | {'found': [3, 3], 'agreement': 1.0} == result['answers']
    text = capsys.readouterr().out
    assert f'3 pictures of {images}' in text
    assert text.endswith('they agree\n')


@pytest.mark.parametrize(
    ('change', 'ok', 'reason'),
    [
        (nudged, True, ''),
        (moved, False, 'what they find overlaps by'),
        (other_colours, False, 'of what they find is the same'),
        (not_a_number, False, '0 numbers of A and 3 of B are NaN or infinite'),
    ],
)
def test_other_weights_agree_if_their_answers_do(tmp_path, images, change, ok, reason):
    a, b = write_model(tmp_path / 'a'), changed(tmp_path / 'b', change)
    code, result = parity(tmp_path, a, b, '--images', images)
    assert (code, result['ok']) == (int(not ok), ok)
    assert any(reason in said for said in result['reasons']) or ok


def test_a_limit_for_the_numbers_can_be_set(tmp_path, images):
    a, b = write_model(tmp_path / 'a'), changed(tmp_path / 'b', nudged)
    assert parity(tmp_path, a, b, '--images', images, '--max-difference', 0.1)[0] == 0
    code, result = parity(tmp_path, a, b, '--images', images, '--max-difference', 1e-4)
    assert code == 1
    assert 'of its greatest number' in result['reasons'][0]


def test_an_engine_that_is_not_there_has_not_been_compared(tmp_path, images):
    """Trap 24: silent fall-back to the CPU."""
    code, result = parity(
        tmp_path, write_model(tmp_path / 'a'), '--images', images, '--device-b', 'xnnpack'
    )
    assert code == 1
    assert "device 'xnnpack' needs XnnpackExecutionProvider" in result['reasons'][0]


def test_models_that_cannot_be_compared_are_refused(tmp_path, images, capsys):
    a = write_model(tmp_path / 'a')
    b = write_model(tmp_path / 'b', labels=[*LABELS[:2], 'yellow'])
    assert main(['parity', str(a), str(b), '--images', str(images)]) == 2
    assert 'expected two models of one task with the same labels' in capsys.readouterr().err
    assert main(['parity', str(a), '--images', str(tmp_path / 'none')]) == 2
    assert 'expected a folder of images' in capsys.readouterr().err


def test_torch_and_onnx_runtime_agree_on_the_colour_detector(tmp_path, images):
    pytest.importorskip('torch')
    from toy_torch import write_torch_model

    a = write_model(tmp_path / 'a')
    for suffix in ('.torchscript', '.pt2'):
        b = write_torch_model(tmp_path / suffix[1:], suffix)
        code, result = parity(tmp_path, a, b, '--images', images, '--max-difference', 1e-6)
        assert code == 0, result
        assert result['b']['runs_on'] == 'torch cpu'


def test_rendered_pictures_are_taken_where_they_can_be_made(tmp_path):
    pytest.importorskip('mujoco')
    pictures = choose_pictures(None, 'tabletop', range(3))
    assert pictures.source == '3 rendered pictures (seeds 0 to 2)'
    images = list(pictures.images)
    assert [image.shape for image in images] == [(480, 640, 3)] * 3
    assert pictures.are_real


def test_without_pictures_noise_is_called_noise():
    pictures = choose_pictures(None, '', range(2))
    assert pictures.source == '2 pictures of noise'
    assert not pictures.are_real
    a, b = pictures.images
    assert a.shape == (480, 640, 3)
    assert (a != b).any()
