"""What Ultralytics writes into its exports, YOLOv5 to YOLO26.

Source: the metadata of ultralytics/engine/exporter.py and of yolov5/export.py; in ONNX each value
is text, in TorchScript all of them are one JSON file.
"""

import re
from collections.abc import Mapping
from typing import Any

from robot_dl.cli.importing.draft import Guess, read
from robot_dl.cli.importing.labels import literal, named
from robot_dl.engine.card_checks import CardError

TASKS = {
    'detect': 'detection',
    'classify': 'classification',
    'segment': 'instance_segmentation',
}
TRANSFORMER = 'RTDETRDecoder'
SOURCE = 'metadata of the exporter'
LONGEST = 300


def is_ultralytics(metadata: Mapping[str, Any]) -> bool:
    """Tell whether one of Ultralytics' exporters made the file."""
    return 'names' in metadata and 'stride' in metadata


def ultralytics_draft(metadata: Mapping[str, Any]) -> dict[str, Guess]:
    """Return what the metadata says, by key of the card.

    Raises:
        CardError: If the model does something that no node of ours does.
    """
    if not is_ultralytics(metadata):
        return {}
    task = metadata.get('task', 'detect')
    if task not in TASKS:
        raise CardError(
            f'the metadata says task {task!r}; there are nodes for '
            f'{", ".join(TASKS)} ({", ".join(TASKS.values())}) only'
        )
    if metadata.get('head') == TRANSFORMER:
        raise CardError(
            "it is Ultralytics' RT-DETR, whose rows hold centre and size as parts of the input; "
            "no decoder here reads those: export RT-DETR from its authors' code, or by Optimum"
        )
    draft = read(f'{SOURCE}: task {task!r}', task=TASKS[task])
    draft |= _labels(metadata['names'])
    draft |= _license(metadata.get('license'))
    if about := _sentence(metadata.get('description')):
        draft |= read(SOURCE, description=about)
    return draft


def imgsz(metadata: Mapping[str, Any]) -> tuple[int, int] | None:
    """Return the height and width that the exporter was told, if it says so.

    YOLOv5 writes the whole shape of its example instead, into TorchScript only.
    """
    size = literal(metadata.get('imgsz')) or (metadata.get('shape') or [])[2:]
    if isinstance(size, (list, tuple)) and len(size) == 2 and all(type(n) is int for n in size):
        return size[0], size[1]
    return None


def does_nms(metadata: Mapping[str, Any]) -> bool:
    """Tell whether suppression is part of the graph (`nms=True`)."""
    arguments = literal(metadata.get('args'))
    return isinstance(arguments, dict) and arguments.get('nms') is True


def _sentence(text: Any) -> str:
    """Return text in one line, without what would move the cursor of a terminal."""
    if not isinstance(text, str):
        return ''
    line = ' '.join(text.split())
    return line[:LONGEST] if line.isprintable() else ''


def _labels(names: Any) -> dict[str, Guess]:
    try:
        labels = named(literal(names))
    except ValueError:
        return {}
    return read(f'{SOURCE}: {len(labels)} names', labels=labels)


def _license(text: Any) -> dict[str, Guess]:
    # "AGPL-3.0 License (https://ultralytics.com/license)"
    found = re.match(r'([A-Za-z]+-[0-9.]+)', text) if isinstance(text, str) else None
    if not found:
        return {}
    return read(f'{SOURCE}: {text!r}', license=found[1])
