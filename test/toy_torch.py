"""The colour detector of `toy_models` as torch writes it, and archives that torch never wrote."""

import io
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

import torch
from torch import nn
from toy_models import CELL, write_model


class Colours(nn.Module):
    """One box a cell of 32 px, scores = its mean R, G, B; see `toy_models.colour_graph`."""

    def __init__(self, size_hw: tuple[int, int]) -> None:
        super().__init__()
        rows, columns = size_hw[0] // CELL, size_hw[1] // CELL
        y, x = torch.meshgrid(torch.arange(rows), torch.arange(columns), indexing='ij')
        size = torch.full((rows * columns,), float(CELL))
        boxes = [(x.flatten() + 0.5) * CELL, (y.flatten() + 0.5) * CELL, size, size]
        self.register_buffer('boxes', torch.stack(boxes)[None])
        # With weights, so that the archives contain some.
        self.colours = nn.Conv2d(3, 3, 1, bias=False)
        with torch.no_grad():
            self.colours.weight.copy_(torch.eye(3)[:, :, None, None])

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        cells = nn.functional.avg_pool2d(self.colours(images), CELL)
        return torch.cat([self.boxes, cells.flatten(2)], 1)


def torchscript(module: nn.Module, *inputs: torch.Tensor) -> bytes:
    """Return a module traced on `inputs`, as `torch.jit.save` writes it."""
    stream = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter('ignore')
        torch.jit.save(torch.jit.trace(module.eval(), inputs), stream)
    return stream.getvalue()


def scripted(module: nn.Module) -> bytes:
    """Return a module compiled from its source, as `torch.jit.save` writes it."""
    stream = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter('ignore')
        torch.jit.save(torch.jit.script(module), stream)
    return stream.getvalue()


def exported(module: nn.Module, *inputs: torch.Tensor, **options: object) -> bytes:
    """Return a module as `torch.export.save` writes it."""
    stream = io.BytesIO()
    torch.export.save(torch.export.export(module.eval(), inputs, **options), stream)
    return stream.getvalue()


WRITERS = {'.torchscript': torchscript, '.pt2': exported}


def write_torch_model(folder: Path, suffix: str, size_hw: tuple[int, int] = (64, 96)) -> Path:
    """Write the colour detector as TorchScript or torch.export, and its card."""
    content = WRITERS[suffix](Colours(size_hw), torch.zeros(1, 3, *size_hw))
    return write_weights(folder, f'colours{suffix}', content, size_hw)


def write_weights(
    folder: Path, name: str, content: bytes, size_hw: tuple[int, int] = (64, 96), **changes: object
) -> Path:
    """Write some bytes as the weights of the colour detector, and a card that is right."""
    import hashlib

    digest = hashlib.sha256(content).hexdigest()
    write_model(folder, size_hw, weights=name, sha256=digest, **changes)
    (folder / name).write_bytes(content)
    return folder


def rewritten(content: bytes, change: Callable[[str, bytes], bytes | None]) -> bytes:
    """Return an archive in which `change` has replaced members, or removed those for None."""
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(stream, 'w') as new,
    ):
        for name in old.namelist():
            member = change(name, old.read(name))
            if member is not None:
                new.writestr(name, member)
    return stream.getvalue()
