"""Trap 32: a model unpickled from an untrusted file. What torch would run never reaches it."""

import io
import subprocess
import sys
import warnings
import zipfile
from contextlib import suppress

import numpy as np
import pytest

from robot_dl.engine.engine import EngineError
from robot_dl.engine.torch_archive import (
    EXPORTED,
    TORCHSCRIPT,
    check_archive,
)

torch = pytest.importorskip('torch')

from torch import nn  # noqa: E402
from torch_archives import opened, with_member  # noqa: E402
from toy_torch import Colours, exported, rewritten, scripted  # noqa: E402


def command(marker) -> bytes:
    """Return a pickle (protocol 0) that makes a file when it is read."""
    return f"cos\nsystem\n(S'touch {marker}'\ntR.".encode()


def as_checkpoint(pickle: bytes) -> bytes:
    """Return a pickle in the archive that torch.save writes."""
    stream = io.BytesIO()
    torch.save((), stream)
    return rewritten(
        stream.getvalue(), lambda name, old: pickle if name.endswith('data.pkl') else old
    )


def test_honest_files_are_told_apart(pt2, ts):
    assert check_archive(pt2) == EXPORTED
    assert check_archive(ts) == TORCHSCRIPT


def test_an_archive_is_refused_for_what_was_changed_and_not_for_being_rewritten(pt2, ts):
    for content in (pt2, ts):
        same = rewritten(content, lambda name, old: old)
        check_archive(same)


class Wide(nn.Module):
    """Uses what networks use: lists of modules, branches, texts, open sizes."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.ModuleList([nn.Conv2d(3, 3, 1) for _ in range(3)])
        self.up = nn.Upsample(scale_factor=2.0)

    def forward(self, images: torch.Tensor) -> dict[str, torch.Tensor]:
        for layer in self.layers:
            images = torch.nn.functional.silu(layer(images))
        _, _, rows, columns = images.shape
        flat = images.reshape(1, 3, rows * columns)
        return {'a': torch.einsum('bcn,bcm->bnm', flat, flat), 'b': self.up(images)}


def test_what_networks_use_is_let_pass():
    sizes = {2: torch.export.Dim('rows', min=2, max=64) * 2, 3: torch.export.Dim.AUTO}
    image = torch.zeros(1, 3, 8, 10)
    check_archive(exported(Wide(), image, dynamic_shapes=(sizes,)))
    assert check_archive(scripted(Wide())) == TORCHSCRIPT


@pytest.mark.parametrize('legacy', [True, False])
@pytest.mark.parametrize('what', [Colours((64, 96)), Colours((64, 96)).state_dict()])
def test_what_torch_save_writes_is_refused_and_told_how_to_export(what, legacy):
    stream = io.BytesIO()
    torch.save(what, stream, _use_new_zipfile_serialization=not legacy)
    with pytest.raises(EngineError, match=r'pickle.*never loaded.*torch\.onnx\.export'):
        opened(stream.getvalue())


@pytest.mark.parametrize('ending', ['/data.pkl', '/constants.pkl'])
def test_a_pickle_that_runs_a_command_does_not_run_it_from_torchscript(ts, tmp_path, ending):
    marker = tmp_path / 'ran'
    with pytest.raises(EngineError, match='cannot open it'):
        opened(with_member(ts, ending, lambda old: command(marker)))
    assert not marker.exists()


def test_sample_inputs_that_run_a_command_are_refused(pt2, tmp_path):
    marker = tmp_path / 'ran'
    evil = as_checkpoint(command(marker))
    with pytest.raises(EngineError, match='sample inputs are a pickle of more than tensors'):
        opened(with_member(pt2, 'sample_inputs/model.pt', lambda old: evil))
    assert not marker.exists()


def test_torch_itself_would_run_them(pt2, tmp_path):
    """Why we look before torch does; when this fails, torch has become careful."""
    marker = tmp_path / 'ran'
    evil = as_checkpoint(command(marker))
    content = with_member(pt2, 'sample_inputs/model.pt', lambda old: evil)
    (tmp_path / 'evil.pt2').write_bytes(content)
    script = 'import sys, torch; torch.export.load(sys.argv[1])'
    command_line = [sys.executable, '-c', script, str(tmp_path / 'evil.pt2')]
    subprocess.run(command_line, check=False, capture_output=True)
    assert marker.exists()


@pytest.mark.parametrize(
    'name', ['data/aotinductor/model/evil.so', 'data/weights/model.pt', 'models/../../evil.json']
)
def test_an_exported_archive_with_anything_else_in_it_is_refused(pt2, name):
    root = zipfile.ZipFile(io.BytesIO(pt2)).namelist()[0].partition('/')[0]
    stream = io.BytesIO(rewritten(pt2, lambda name, old: old))
    with zipfile.ZipFile(stream, 'a') as archive:
        archive.writestr(f'{root}/{name}', b'x')
    with pytest.raises(EngineError, match='which could run code'):
        opened(stream.getvalue())


def test_an_export_from_before_archives_without_pickles_is_refused():
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, 'w') as archive:
        archive.writestr('version', '8.1')
        archive.writestr('serialized_exported_program.json', '{}')
    with pytest.raises(EngineError, match=r'damaged|torch 2\.7 or older'):
        opened(stream.getvalue())


def bomb() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, 'w', zipfile.ZIP_DEFLATED) as archive:
        archive.writestr('m/archive_format', b'pt2')
        archive.writestr('m/data/weights/weight_0', bytes(100 * 2**20))
    return stream.getvalue()


def twice(content: bytes) -> bytes:
    stream = io.BytesIO(rewritten(content, lambda name, old: old))
    with zipfile.ZipFile(stream, 'a') as archive, warnings.catch_warnings():
        warnings.simplefilter('ignore')
        archive.writestr(archive.namelist()[0], b'another')
    return stream.getvalue()


def two_roots() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, 'w') as archive:
        archive.writestr('a/archive_format', b'pt2')
        archive.writestr('b/models/model.json', b'{}')
    return stream.getvalue()


@pytest.mark.parametrize(
    ('damage', 'words'),
    [
        (lambda content: b'', 'expected the zip archive that torch writes'),
        (lambda content: b'a text file', 'expected the zip archive that torch writes'),
        (lambda content: b'\x80\x04\x95pickle', 'it is a pickle, which is never loaded'),
        (lambda content: content[:-40], 'damaged: its end is missing'),
        (lambda content: content[: len(content) // 2], 'damaged: its end is missing'),
        (lambda content: content + b'more', 'damaged: its end is missing'),
        (lambda content: b'before' + content, 'expected the zip archive that torch writes'),
        (lambda content: bomb(), 'it would unpack .* to 10485'),
        (twice, 'contains a file twice'),
        (lambda content: two_roots(), 'expected everything inside a/'),
    ],
)
def test_a_damaged_archive_is_refused(ts, damage, words):
    with pytest.raises(EngineError, match=words):
        opened(damage(ts))


@pytest.mark.parametrize('kind', ['pt2', 'ts'])
def test_whatever_bits_flip_nothing_but_an_error_comes_of_it(kind, request):
    """Fifty flipped bits: the file opens and runs, or is refused."""
    content = request.getfixturevalue(kind)
    rng = np.random.default_rng(0)
    for _ in range(20):
        damaged = bytearray(content)
        for place in rng.integers(0, len(content), 50):
            damaged[place] ^= 1 << int(rng.integers(8))
        with suppress(EngineError):
            opened(bytes(damaged))
