"""The synthetic models of the detection benchmark: what they claim is counted again here."""

from pathlib import Path

import numpy as np
import onnx
import pytest

from robot_dl.cli.benches.models import WIDTHS, model_folder
from robot_dl.cli.benches.network import SIDE
from robot_dl.cli.benches.picture import SIZE, picture
from robot_dl.cli.benches.synthetic import PASSING
from robot_dl.detection.params import DetectionParams
from robot_dl.detection.pipeline import open_detector


@pytest.fixture(scope='module')
def small():
    with model_folder('synthetic:yolo-n') as folder:
        yield Path(folder)


def multiplications(model: onnx.ModelProto) -> int:
    """Count them from the shapes that onnx infers, not from how the graph was made."""
    graph = onnx.shape_inference.infer_shapes(model).graph
    weights = {tensor.name: list(tensor.dims) for tensor in graph.initializer}
    shapes = {
        info.name: [axis.dim_value for axis in info.type.tensor_type.shape.dim]
        for info in graph.value_info
    }
    convolutions = [node for node in graph.node if node.op_type == 'Conv']
    return sum(
        int(np.prod(weights[node.input[1]]) * np.prod(shapes[node.output[0]][2:]))
        for node in convolutions
    )


def test_the_small_one_is_of_the_size_of_its_family(small):
    model = onnx.load(small / 'synthetic.onnx')
    onnx.checker.check_model(model, full_check=True)
    gflop = 2 * multiplications(model) / 1e9
    assert gflop == pytest.approx(6.5, abs=0.1)
    parameters = sum(np.prod(t.dims) for t in model.graph.initializer if t.data_type == 1) / 1e6
    assert parameters == pytest.approx(2.6, abs=0.1)
    description = open_detector(str(small)).card.description
    assert f'{parameters:.2f} M parameters, {gflop:.2f} GFLOP' in description


def test_scores_are_as_many_above_each_threshold_as_is_stated(small):
    detector = open_detector(str(small))
    assert [spec.shape for spec in detector.engine.outputs] == [(1, 84, 8400)]
    tensor, fit = detector.prepare(picture(SIZE, None))
    outputs = detector.infer(tensor)
    (table,) = outputs.values()
    best = table[0, 4:].max(axis=0)
    for score, count in PASSING:
        # Another processor rounds differently.
        assert np.count_nonzero(best >= score) == pytest.approx(count, rel=0.02)
    params = DetectionParams(score=0.001, max_detections=300)
    assert len(detector.answer(outputs, fit, params)) == pytest.approx(300, abs=5)
    widths = table[0, 2]
    assert 10 < widths.min() < widths.max() < SIDE / 2


def test_a_synthetic_model_is_the_same_every_time(small):
    with model_folder('synthetic:yolo-n') as folder:
        graph, again = (onnx.load(f / 'synthetic.onnx').graph for f in (small, Path(folder)))
    for one, other in zip(graph.initializer, again.initializer, strict=True):
        values = [onnx.numpy_helper.to_array(tensor) for tensor in (one, other)]
        np.testing.assert_allclose(*values, rtol=1e-3, atol=1e-5)


def test_nothing_of_a_synthetic_model_is_left_behind():
    with model_folder('synthetic:yolo-n') as folder:
        assert Path(folder, 'model.yaml').is_file()
    assert not Path(folder).exists()


def test_an_unknown_synthetic_model_names_those_there_are():
    with (
        pytest.raises(ValueError, match=r"synthetic model 'yolo-m'.*" + ', '.join(WIDTHS)),
        model_folder('synthetic:yolo-m'),
    ):
        pass


def test_other_models_are_left_to_the_library():
    with model_folder('tabletop_detector') as model:
        assert model == 'tabletop_detector'
