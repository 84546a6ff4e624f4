"""The ONNX file as bytes: what is read without a runtime, compared with the `onnx` package."""

from contextlib import suppress

import numpy as np
import onnx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from onnx import TensorProto, helper, numpy_helper
from toy_models import colour_graph

from robot_dl.cli.importing.onnx_file import read_onnx
from robot_dl.cli.importing.onnx_graph import read_graph
from robot_dl.cli.importing.protobuf import WireError, bytes_field, fields, varint
from robot_dl.engine.card_checks import CardError


@given(st.integers(0, 2**64 - 1), st.binary(max_size=300))
def test_what_is_written_is_read(number, content):
    wire = bytes_field(7, content) + varint(3 << 3) + varint(number)
    first, second = fields(memoryview(wire))
    assert (first.number, bytes(first.content)) == (7, content)
    assert (second.number, second.value) == (3, number)
    assert bytes(first.wire) + bytes(second.wire) == wire


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(content):
    with suppress(WireError):
        read_graph(content)


@given(st.integers(0, 10_000))
def test_a_file_that_was_cut_off_is_refused_or_lacks_its_end(place):
    whole = colour_graph((64, 96)).SerializeToString()
    cut = whole[: place % len(whole)]
    try:
        graph = read_graph(cut)
    except WireError:
        return
    # Cut between two fields of the file itself: all of the graph is there.
    assert len(graph.nodes) == 3


def test_the_graph_is_read_as_onnx_reads_it():
    model = colour_graph((64, 96), repeats=2)
    helper.set_model_props(model, {'names': "{0: 'réd'}", 'stride': '32'})
    graph = read_graph(model.SerializeToString())
    assert graph.metadata == {'names': "{0: 'réd'}", 'stride': '32'}
    assert [(n.op, list(n.inputs), list(n.outputs)) for n in graph.nodes] == [
        (n.op_type, list(n.input), list(n.output)) for n in model.graph.node
    ]
    for tensor in model.graph.initializer:
        if tensor.data_type == TensorProto.FLOAT:
            expected = numpy_helper.to_array(tensor).ravel()
            np.testing.assert_array_equal(graph.floats(tensor.name), expected)
    assert graph.floats('flat') is None
    assert graph.floats('nothing') is None


def test_a_constant_of_a_node_is_read_too():
    tensor = helper.make_tensor('value', TensorProto.FLOAT, [3], [1.5, 2.5, 3.5])
    node = helper.make_node('Constant', [], ['c'], value=tensor)
    model = colour_graph((64, 96))
    model.graph.node.insert(0, node)
    np.testing.assert_array_equal(
        read_graph(model.SerializeToString()).floats('c'), [1.5, 2.5, 3.5]
    )


def external(folder, location='weights.bin'):
    path = folder / 'colours.onnx'
    onnx.save(
        colour_graph((64, 96), repeats=1),
        str(path),
        save_as_external_data=True,
        location='weights.bin',
        size_threshold=0,
    )
    if location != 'weights.bin':
        model = onnx.load(str(path), load_external_data=False)
        for tensor in model.graph.initializer:
            for entry in tensor.external_data:
                if entry.key == 'location':
                    entry.value = location
        path.write_bytes(model.SerializeToString())
    return path


def test_weights_beside_a_file_are_put_into_it(tmp_path):
    path = external(tmp_path)
    file = read_onnx(path)
    assert file.merged == ('weights.bin',)
    merged, expected = onnx.load_from_string(file.content), onnx.load(str(path))
    onnx.checker.check_model(merged)
    assert [t.name for t in merged.graph.initializer] == [
        t.name for t in expected.graph.initializer
    ]
    for ours, theirs in zip(merged.graph.initializer, expected.graph.initializer, strict=True):
        assert ours.data_location == TensorProto.DEFAULT
        assert not ours.external_data
        np.testing.assert_array_equal(numpy_helper.to_array(ours), numpy_helper.to_array(theirs))


def test_a_file_with_everything_inside_stays_as_it_is(tmp_path):
    path = tmp_path / 'colours.onnx'
    onnx.save(colour_graph((64, 96)), str(path))
    file = read_onnx(path)
    assert file.content == path.read_bytes()
    assert file.merged == ()


@pytest.mark.parametrize('location', ['../secret.bin', '/etc/passwd', '', 'sub/../../secret.bin'])
def test_weights_outside_of_the_folder_are_never_opened(tmp_path, location):
    folder = tmp_path / 'model'
    folder.mkdir()
    (tmp_path / 'secret.bin').write_bytes(bytes(10**6))
    path = external(folder, location)
    with pytest.raises(CardError, match='outside of .*model; such a file is never opened'):
        read_onnx(path)


def test_a_link_that_leads_outside_is_not_followed(tmp_path):
    folder = tmp_path / 'model'
    folder.mkdir()
    path = external(folder)
    (folder / 'weights.bin').rename(tmp_path / 'weights.bin')
    (folder / 'weights.bin').symlink_to(tmp_path / 'weights.bin')
    with pytest.raises(CardError, match='outside of'):
        read_onnx(path)


def test_missing_weights_are_named(tmp_path):
    path = external(tmp_path)
    (tmp_path / 'weights.bin').unlink()
    with pytest.raises(
        CardError, match=r"weights are in 'weights.bin', which does not lie beside"
    ):
        read_onnx(path)


def test_weights_that_were_cut_off_are_refused(tmp_path):
    path = external(tmp_path)
    weights = tmp_path / 'weights.bin'
    weights.write_bytes(weights.read_bytes()[:100])
    with pytest.raises(CardError, match="'weights.bin' has 100 bytes.*cut off, or belongs to an"):
        read_onnx(path)
