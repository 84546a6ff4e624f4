"""Files of torch, changed as somebody who means harm would change them."""

import json

import torch
from toy_torch import rewritten

from robot_dl.core.tensors import TensorSpec
from robot_dl.engine.engine import open_graph
from robot_dl.engine.request import Request, Weights

IMAGE = TensorSpec('images', 'float32', (1, 3, 64, 96))
BLANK = torch.zeros(*IMAGE.shape)


def opened(content):
    return open_graph(Weights(content, '', '.pt', (IMAGE,)), Request('cpu'))


def with_member(content: bytes, ending: str, change) -> bytes:
    """Return an archive in which the member that ends so is changed."""
    return rewritten(content, lambda name, old: change(old) if name.endswith(ending) else old)


def with_json(content: bytes, ending: str, change) -> bytes:
    def changed(old: bytes) -> bytes:
        document = json.loads(old)
        change(document)
        return json.dumps(document).encode()

    return with_member(content, ending, changed)
