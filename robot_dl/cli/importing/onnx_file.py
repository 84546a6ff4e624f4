"""Read an ONNX file so that nothing is missing: weights that lie beside it are put into it."""

from dataclasses import dataclass
from pathlib import Path

from robot_dl.cli.importing.onnx_graph import Graph, embedded, external_tensors, read_graph
from robot_dl.cli.importing.protobuf import WireError
from robot_dl.cli.importing.refusals import MOST_BYTES
from robot_dl.engine.card_checks import CardError


@dataclass(frozen=True)
class OnnxFile:
    """An ONNX model in one piece.

    Attributes:
        content: The bytes, with every weight inside.
        graph: What they hold.
        merged: The files that were put into it.
    """

    content: bytes
    graph: Graph
    merged: tuple[str, ...]


def read_onnx(path: Path) -> OnnxFile:
    """Read a file and the weights beside it, without a runtime.

    Raises:
        CardError: If it is no ONNX model, is damaged, or keeps weights outside of its folder.
    """
    try:
        content = path.read_bytes()
        places = list(external_tensors(content))
        files = {name: _beside(path, name) for name in {p.get('location', '') for p in places}}
        if len(content) + sum(file.stat().st_size for file in files.values()) >= MOST_BYTES:
            raise CardError('with the weights beside it, it is larger than 2 GiB')
        if places:
            content = embedded(content, lambda place: _piece(files, place))
        graph = read_graph(content)
        if not graph.has_inputs:
            raise CardError('its graph takes no input')
        return OnnxFile(content, graph, tuple(sorted(files)))
    except WireError as error:
        raise CardError(f'it is damaged, or not ONNX: {error}') from error


def _beside(path: Path, location: str) -> Path:
    """Return the file that a graph names, if it lies in the graph's own folder or below."""
    folder = path.parent.resolve()
    file = (folder / location).resolve()
    if not location or folder not in file.parents:
        raise CardError(
            f'its weights are to be read from {location!r}, outside of {folder}; such a file is '
            'never opened: export the model with its weights inside'
        )
    if not file.is_file():
        raise CardError(
            f'its weights are in {location!r}, which does not lie beside it; copy both files, or '
            'export with the weights inside (torch.onnx.export(…, external_data=False))'
        )
    return file


def _piece(files: dict[str, Path], place: dict[str, str]) -> bytes:
    """Return the bytes of one tensor."""
    location = place.get('location', '')
    try:
        offset, length = int(place.get('offset', 0)), int(place.get('length', -1))
    except ValueError:
        raise CardError(f'{location!r}: it does not say where the weights are in it') from None
    size = files[location].stat().st_size
    if offset < 0 or length < -1 or offset + max(length, 0) > size:
        raise CardError(
            f'{location!r} has {size} bytes; weights are to be read from {offset} on, {length} '
            'bytes: the file is cut off, or belongs to another model'
        )
    with files[location].open('rb') as stream:
        stream.seek(offset)
        return stream.read(length)
