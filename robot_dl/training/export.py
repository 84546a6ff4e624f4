"""From a trained net to a folder that a node can open: graph and model card."""

from __future__ import annotations

import copy
import warnings
from pathlib import Path
from typing import Any

import torch
import yaml
from torch import nn

from robot_dl.engine.card import file_sha256

OPSET = 17
"""Old enough for the ONNX Runtime of every supported ROS distribution."""


def export_graph(
    net: nn.Module, size_hw: tuple[int, int], outputs: tuple[str, ...], path: Path
) -> None:
    """Write a net as one graph, images [1, 3, H, W] → `outputs`, as the suffix of `path` says."""
    whole = copy.deepcopy(net).to('cpu').eval()
    example = torch.zeros(1, 3, *size_hw)
    with warnings.catch_warnings():
        # The tracing exporters are announced to go; the new one cannot write opset 17 directly.
        warnings.simplefilter('ignore')
        WRITERS[path.suffix](whole, example, outputs, path)


def _write_onnx(
    net: nn.Module, example: torch.Tensor, outputs: tuple[str, ...], path: Path
) -> None:
    torch.onnx.export(
        net,
        (example,),
        str(path),
        opset_version=OPSET,
        input_names=['images'],
        output_names=list(outputs),
        dynamo=False,
    )


def _write_torchscript(
    net: nn.Module, example: torch.Tensor, outputs: tuple[str, ...], path: Path
) -> None:
    with torch.no_grad():
        torch.jit.save(torch.jit.trace(net, (example,)), str(path))


def _write_exported(
    net: nn.Module, example: torch.Tensor, outputs: tuple[str, ...], path: Path
) -> None:
    torch.export.save(torch.export.export(net, (example,)), str(path))


WRITERS = {'.onnx': _write_onnx, '.torchscript': _write_torchscript, '.pt2': _write_exported}
"""What writes each kind of file. Only ONNX keeps the names of the outputs."""


def write_card(
    folder: Path,
    task: str,
    size_hw: tuple[int, int],
    labels: tuple[str, ...],
    about: str,
    **keys: Any,
) -> None:
    """Write `model.yaml` beside the weights, which must be there already.

    Args:
        folder: The model's folder.
        task: What it does.
        size_hw: Size of its input, pixels.
        labels: Names of its classes; none of a model that tells no classes.
        about: One sentence.
        **keys: Further keys of the card; `fit` is that of the input, `weights` the name of the
            file if it is not `<folder>.onnx`.
    """
    weights = keys.pop('weights', f'{folder.name}.onnx')
    card = {
        'name': folder.name,
        'task': task,
        'weights': weights,
        'sha256': file_sha256(folder / weights),
        'input': _input(size_hw, keys.pop('fit')),
        **keys,
        **({'labels': list(labels)} if labels else {}),
        'license': 'Apache-2.0',
        'description': about,
    }
    text = yaml.safe_dump(card, sort_keys=False, default_flow_style=None, width=99)
    (folder / 'model.yaml').write_text(text)


def _input(size_hw: tuple[int, int], fit: str) -> dict[str, Any]:
    """Return what our nets expect of an image: RGB from 0 to 1."""
    return {
        'name': 'images',
        'size_hw': list(size_hw),
        'layout': 'nchw',
        'color': 'rgb',
        'mean': [0, 0, 0],
        'std': [255, 255, 255],
        'fit': fit,
    }
