"""What the archives of torch say of themselves, read without torch.

Neither runs anything: both are zip archives, and what is read of them is JSON.
"""

import json
import zipfile
from pathlib import Path
from typing import Any

from robot_dl.cli.importing.facts import Size
from robot_dl.cli.importing.labels import literal
from robot_dl.core.tensors import TensorSpec
from robot_dl.engine.card_checks import CardError

MOST_BYTES = 50_000_000
"""Of the description of a graph; it holds no weights."""

# torch/_export/serde/schema.py: ScalarType.
DTYPES = {1: 'uint8', 5: 'int64', 4: 'int32', 6: 'float16', 7: 'float32', 8: 'float64', 12: 'bool'}


def extra_metadata(path: Path) -> dict[str, Any]:
    """Return the JSON that Ultralytics puts into its archives as `extra/config.txt`."""
    text = _member(path, '/extra/config.txt')
    content = literal(text) if text else {}
    return content if isinstance(content, dict) else {}


def shape_in(metadata: dict[str, Any]) -> Size | None:
    """Return height and width of the example that YOLOv5's exporter used."""
    shape = metadata.get('shape')
    if isinstance(shape, list) and len(shape) == 4 and all(type(n) is int for n in shape):
        return shape[2], shape[3]
    return None


def script_inputs(size_hw: Size | None) -> tuple[TensorSpec, ...]:
    """Return what a TorchScript file takes: of its inputs it knows neither names nor shapes.

    Raises:
        CardError: If the size is not known.
    """
    if size_hw is None:
        raise CardError(
            'TorchScript does not tell which size of image it takes; give it: --input-size HxW'
        )
    return (TensorSpec('images', 'float32', (1, 3, *size_hw)),)


def program_inputs(path: Path) -> tuple[TensorSpec, ...]:
    """Return what a torch.export archive takes; None for an axis of any extent.

    Raises:
        CardError: If the description of its graph is missing or damaged.
    """
    try:
        model = json.loads(_member(path, '/models/model.json'))
        graph = model['graph_module']['graph']
        specs = model['graph_module']['signature']['input_specs']
        names = [s['user_input']['arg']['as_tensor']['name'] for s in specs if 'user_input' in s]
        return tuple(_spec(name, graph['tensor_values'][name]) for name in names)
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise CardError(
            'expected an archive that torch.export.save of torch 2.9 or newer wrote; '
            f'its models/model.json is missing or damaged ({type(error).__name__})'
        ) from error


def _spec(name: str, value: dict[str, Any]) -> TensorSpec:
    extents = tuple(size.get('as_int') for size in value['sizes'])
    return TensorSpec(name, DTYPES.get(value['dtype'], f'dtype {value["dtype"]}'), extents)


def _member(path: Path, end: str) -> str:
    """Return the text of the archive's member of a name that ends so; empty without one."""
    with zipfile.ZipFile(path) as archive:
        for member in archive.infolist():
            if member.filename.endswith(end) and member.file_size <= MOST_BYTES:
                return archive.read(member).decode('utf-8', errors='replace')
    return ''
