"""Graphs that are bound to arrays once, and run on what these hold by then."""

import gc

import numpy as np
import pytest
from onnx import TensorProto, helper

from robot_dl.engine.onnx_binding import BoundGraph
from robot_dl.engine.onnx_engine import open_weights
from robot_dl.engine.request import EngineError, Request, Weights

X = np.arange(3, dtype=np.float32)[np.newaxis]


def engine(rows=1):
    """Return a graph with two inputs: `sum` = x + state, `state_out` = 2 state."""
    float32 = TensorProto.FLOAT
    nodes = [
        helper.make_node('Add', ['x', 'state'], ['sum']),
        helper.make_node('Add', ['state', 'state'], ['state_out']),
    ]
    ends = [
        [helper.make_tensor_value_info(name, float32, [rows, 3]) for name in names]
        for names in (('x', 'state'), ('sum', 'state_out'))
    ]
    graph = helper.make_graph(nodes, 'g', *ends)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid('', 17)], ir_version=8)
    weights = Weights(model.SerializeToString(), '0' * 64, '.onnx', ())
    return open_weights(weights, Request('cpu'))


@pytest.mark.parametrize('rows', [1, 'n'])
def test_a_bound_graph_reads_what_is_written_into_its_arrays(rows):
    arrays = {'x': X.copy(), 'state': np.ones((1, 3), np.float32)}
    run = engine(rows).bind(arrays)
    assert isinstance(run, BoundGraph)
    for step in range(3):
        arrays['x'][...] = X + step
        found = run()
        np.testing.assert_array_equal(found['sum'], X + step + arrays['state'])
        np.testing.assert_array_equal(found['state_out'], 2 * arrays['state'])
        np.copyto(arrays['state'], found['state_out'])


def test_what_a_run_has_returned_is_not_changed_by_the_next_one():
    arrays = {'x': X.copy(), 'state': np.zeros((1, 3), np.float32)}
    run = engine().bind(arrays)
    first = run()['sum']
    arrays['x'] += 1
    assert run()['sum'].tolist() == (X + 1).tolist()
    assert first.tolist() == X.tolist()


def test_arrays_that_nobody_else_keeps_are_kept():
    run = engine().bind({'x': X.copy(), 'state': np.ones((1, 3), np.float32)})
    gc.collect()
    others = [np.full((1, 3), np.nan, np.float32) for _ in range(100)]
    assert run()['sum'].tolist() == (X + 1).tolist()
    assert len(others) == 100


def test_an_array_that_is_not_contiguous_is_read_all_the_same():
    wide = np.zeros((1, 6), np.float32)
    wide[:, ::2] = X
    found = engine().bind({'x': wide[:, ::2], 'state': np.ones((1, 3), np.float32)})()
    assert found['sum'].tolist() == (X + 1).tolist()


def test_binding_checks_what_it_gets():
    with pytest.raises(ValueError, match=r'state: expected float32\[1, 3\], got nothing'):
        engine().bind({'x': X})
    with pytest.raises(ValueError, match=r'x: expected float32\[1, 3\], got float64'):
        engine().bind({'x': X.astype(float), 'state': X})


def test_a_failure_of_the_runtime_is_told_as_one():
    # The extents are not the card's but the graph's: they do not fit each other.
    arrays = {'x': np.zeros((2, 3), np.float32), 'state': np.zeros((5, 3), np.float32)}
    with pytest.raises(EngineError, match='ONNX Runtime failed'):
        engine('n').bind(arrays)()
