"""What a graph itself tells of the image it takes: its arithmetic, its inputs."""

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from toy_models import colour_graph

from robot_dl.cli.importing.facts import Facts, image_input
from robot_dl.cli.importing.normalisation import normalisation_draft
from robot_dl.cli.importing.onnx_graph import read_graph
from robot_dl.core.tensors import TensorSpec
from robot_dl.engine.card_checks import CardError


def values(draft):
    return {key: guess.value for key, guess in draft.items()}


def normalising(*steps, dtype=TensorProto.FLOAT):
    """Return what is known of a graph that begins with these steps."""
    model = colour_graph((64, 96))
    last, nodes = 'images', []
    for i, (op, numbers) in enumerate(steps):
        inputs = [last]
        if numbers is not None:
            shape = (1, -1, 1, 1) if np.ndim(numbers) else ()
            array = np.asarray(numbers, np.float32).reshape(shape)
            model.graph.initializer.append(numpy_helper.from_array(array, f'c{i}'))
            inputs.append(f'c{i}')
        attributes = {'to': TensorProto.FLOAT} if op == 'Cast' else {}
        nodes.append(helper.make_node(op, inputs, [f's{i}'], **attributes))
        last = f's{i}'
    model.graph.node[0].input[0] = last
    for node in reversed(nodes):
        model.graph.node.insert(0, node)
    onnx.checker.check_model(model)
    name = {TensorProto.FLOAT: 'float32', TensorProto.UINT8: 'uint8'}[dtype]
    image = TensorSpec('images', name, (1, 3, 64, 96))
    graph = read_graph(model.SerializeToString())
    return Facts(None, image, (), (), {}, {}, 'nchw', (64, 96), (64, 96), {}, graph)


BYTES = {'input.mean': [0, 0, 0], 'input.std': [1, 1, 1]}
UNIT = {'input.mean': [0, 0, 0], 'input.std': [255, 255, 255]}


@pytest.mark.parametrize(
    ('steps', 'expected'),
    [
        ([], {}),
        ([('Relu', None), ('Div', 255)], {}),
        ([('Div', 255)], BYTES),
        (
            [('Mul', 1 / 255), ('Sub', [0.485, 0.456, 0.406]), ('Div', [0.229, 0.224, 0.225])],
            BYTES,
        ),
        ([('Sub', [123.7, 116.3, 103.5]), ('Div', [58.4, 57.1, 57.4])], BYTES),
        ([('Identity', None), ('Mul', 2 / 255), ('Sub', 1)], BYTES),
        ([('Sub', [0.485, 0.456, 0.406]), ('Div', [0.229, 0.224, 0.225])], UNIT),
        ([('Mul', 2), ('Sub', 1)], UNIT),
    ],
)
def test_arithmetic_at_the_beginning_of_a_graph_tells_what_it_takes(steps, expected):
    draft = normalisation_draft(normalising(*steps))
    assert values(draft) == expected
    if expected:
        assert (
            f'the graph begins with {steps[-1][0] if len(steps) == 1 else ""}'
            in draft['input.std'].reason
        )


def test_bytes_are_not_normalised():
    draft = normalisation_draft(normalising(('Cast', None), dtype=TensorProto.UINT8))
    assert values(draft) == BYTES


@pytest.mark.parametrize(
    ('shapes', 'words'),
    [
        ([], 'the inputs are: none'),
        ([(1, 3, 8, 8), (1, 3, 8, 8)], 'expected one input that takes a colour image'),
        ([(1, 1, 8, 8)], 'expected one input that takes a colour image'),
        ([(1, 4, 8, 8)], 'expected one input that takes a colour image'),
        ([(1, 16)], 'expected one input that takes a colour image'),
        ([(8, 3, 64, 64)], r'takes 8 images at once .* export it again with batch=1'),
    ],
)
def test_a_graph_that_takes_no_single_colour_image_is_refused(shapes, words):
    specs = tuple(TensorSpec(f'x{i}', 'float32', shape) for i, shape in enumerate(shapes))
    with pytest.raises(CardError, match=words):
        image_input(specs)


def test_the_image_is_found_among_the_inputs():
    image = TensorSpec('images', 'float32', (None, 3, None, None))
    sizes = TensorSpec('orig_target_sizes', 'int64', (None, 2))
    assert image_input((sizes, image)) == (image, (sizes,))
