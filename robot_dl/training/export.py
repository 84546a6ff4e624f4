"""From a trained net to a folder that a node can open: ONNX graph and model card."""

from __future__ import annotations

import copy
import hashlib
import warnings
from pathlib import Path

import torch
import yaml

from robot_dl.training.net import Exported, TabletopNet

OPSET = 17
"""Old enough for the ONNX Runtime of every supported ROS distribution."""


def export_onnx(net: TabletopNet, size_hw: tuple[int, int], path: Path) -> None:
    """Write the net as one ONNX graph: images [1, 3, H, W] → output0 [1, 4 + C, N]."""
    whole = Exported(copy.deepcopy(net), size_hw).to('cpu').eval()
    example = torch.zeros(1, 3, *size_hw)
    with warnings.catch_warnings():
        # The tracing exporter is announced to go; the new one cannot write opset 17 directly.
        warnings.simplefilter('ignore')
        torch.onnx.export(
            whole,
            (example,),
            str(path),
            opset_version=OPSET,
            input_names=['images'],
            output_names=['output0'],
            dynamo=False,
        )


def write_card(
    folder: Path, weights: str, size_hw: tuple[int, int], labels: tuple[str, ...], about: str
) -> None:
    """Write `model.yaml` beside the weights, which must be there already."""
    card = {
        'name': folder.name,
        'task': 'detection',
        'weights': weights,
        'sha256': hashlib.sha256((folder / weights).read_bytes()).hexdigest(),
        'input': {
            'name': 'images',
            'size_hw': list(size_hw),
            'layout': 'nchw',
            'color': 'rgb',
            'mean': [0, 0, 0],
            'std': [255, 255, 255],
            'fit': 'letterbox',
        },
        'decoder': 'yolo',
        'labels': list(labels),
        'license': 'Apache-2.0',
        'description': about,
    }
    text = yaml.safe_dump(card, sort_keys=False, default_flow_style=None, width=99)
    (folder / 'model.yaml').write_text(text)
