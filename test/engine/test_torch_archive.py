"""Trap 32: a model unpickled from an untrusted file. What torch would run never reaches it."""

import io
import json
import subprocess
import sys
import warnings
import zipfile
from contextlib import suppress

import numpy as np
import pytest

from robot_dl.core.tensors import TensorSpec
from robot_dl.engine.engine import EngineError, open_graph
from robot_dl.engine.request import Request, Weights
from robot_dl.engine.torch_archive import (
    EXPORTED,
    FILE_OPERATORS,
    TORCHSCRIPT,
    check_archive,
)

torch = pytest.importorskip('torch')

from torch import nn  # noqa: E402
from toy_torch import Colours, exported, rewritten, scripted, torchscript  # noqa: E402

IMAGE = TensorSpec('images', 'float32', (1, 3, 64, 96))
BLANK = torch.zeros(*IMAGE.shape)


@pytest.fixture(scope='module')
def pt2():
    return exported(Colours((64, 96)), BLANK)


@pytest.fixture(scope='module')
def ts():
    return torchscript(Colours((64, 96)), BLANK)


def opened(content):
    return open_graph(Weights(content, '', '.pt', (IMAGE,)), Request('cpu'))


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


def with_member(content: bytes, ending: str, change) -> bytes:
    """Return an archive in which the member that ends so is changed."""
    return rewritten(content, lambda name, old: change(old) if name.endswith(ending) else old)


def with_json(content: bytes, ending: str, change) -> bytes:
    def changed(old: bytes) -> bytes:
        document = json.loads(old)
        change(document)
        return json.dumps(document).encode()

    return with_member(content, ending, changed)


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


def pickled_weight(document):
    next(iter(document['config'].values()))['use_pickle'] = True


def custom_object(document):
    document['config']['thing'] = {'path_name': 'custom_obj_0', 'use_pickle': True}


def opaque_object(document):
    document['config']['thing'] = {'path_name': '../evil', 'use_pickle': False}


def nodes(document):
    return document['graph_module']['graph']['nodes']


def shell_target(document):
    nodes(document)[0]['target'] = 'torch.os.system'


def file_target(document):
    nodes(document)[0]['target'] = 'torch.ops.aten.from_file.default'


def foreign_target(document):
    nodes(document)[0]['target'] = 'torch.ops.stranger.run.default'


def extension_target(document):
    nodes(document)[0]['target'] = '#higher:thing'


def source_in_a_name(document):
    document['graph_module']['graph']['inputs'][-1]['as_tensor']['name'] = 'x=__import__("os")'


def source_in_a_key(document):
    values = document['graph_module']['graph']['tensor_values']
    values['x; import os'] = next(iter(values.values()))


def source_in_a_size(document):
    values = document['graph_module']['graph']['tensor_values']
    size = next(iter(values.values()))['sizes']
    size[0] = {'as_expr': {'expr_str': '__import__("os").getcwd()', 'hint': None}}


def source_in_a_guard(document):
    document['guards_code'] = ['__import__("os").getcwd()']


def custom_argument(document):
    argument = {'as_custom_obj': {'name': 'thing', 'class_fqn': 'evil.Thing'}}
    nodes(document)[0]['inputs'].append({'name': 'x', 'arg': argument, 'kind': 1})


def factory_of_a_default(document):
    context = {'default_factory_module': 'os', 'default_factory_name': 'getcwd'}
    spec = {'type': 'collections.defaultdict', 'context': json.dumps(context)}
    call = document['graph_module']['module_call_graph'][0]
    call['signature']['in_spec'] = json.dumps([1, {**spec, 'children_spec': []}])


@pytest.mark.parametrize(
    ('ending', 'change', 'words'),
    [
        ('model_weights_config.json', pickled_weight, 'its weights contain a pickle'),
        ('model_constants_config.json', custom_object, 'its constants contain a pickle'),
        ('model_constants_config.json', opaque_object, r"path_name '\.\./evil'"),
        ('models/model.json', shell_target, r"target 'torch\.os\.system'"),
        ('models/model.json', file_target, r"target 'torch\.ops\.aten\.from_file"),
        ('models/model.json', foreign_target, r"target 'torch\.ops\.stranger"),
        ('models/model.json', extension_target, "target '#higher:thing'"),
        ('models/model.json', source_in_a_name, "name 'x=__import__"),
        ('models/model.json', source_in_a_key, "name 'x; import os'"),
        ('models/model.json', source_in_a_size, 'expr_str .* could run code'),
        ('models/model.json', source_in_a_guard, 'guards_code .* could run code'),
        ('models/model.json', custom_argument, 'a custom object, which could run code'),
        ('models/model.json', factory_of_a_default, r'nests .* in collections\.defaultdict'),
        ('models/model.json', lambda document: document.clear(), 'cannot open it'),
    ],
)
def test_an_exported_graph_that_could_run_code_is_refused(pt2, ending, change, words):
    with pytest.raises(EngineError, match=words):
        opened(with_json(pt2, ending, change))


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


class Writer(nn.Module):
    """Writes a file when it runs."""

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        torch.save(images, 'written.pt')
        return images


class Reader(nn.Module):
    """Reads a file when it runs."""

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return images + torch.from_file('/etc/hostname', size=4, dtype=torch.uint8).sum()


@pytest.mark.parametrize(('module', 'call'), [(Writer(), 'save'), (Reader(), 'from_file')])
def test_torchscript_that_reaches_files_is_refused(module, call, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(EngineError, match=rf"its code uses '\. ?{call}'"):
        opened(scripted(module))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    'line',
    [
        'torch . save(x, "f")',
        'torch. # a comment\n    save(x, "f")',
        'y = "#"; torch.save(x, "f")',
        'getattr(x, "save")("f")',
        'getattr(x, "sa" "ve")("f")',
        'getattr(getattr(x, "layers"), "save")("f")',
        'ops.rpc.anything(x)',
        'ops.debugprims.load_tensor("f")',
    ],
)
def test_a_call_that_reaches_files_is_found_however_it_is_written(ts, line):
    code = f'def forward(self, x):\n    {line}\n'.encode()
    with pytest.raises(EngineError, match='its code uses'):
        check_archive(with_member(ts, '.py', lambda old: old + code))


def test_every_operator_of_torch_that_takes_the_name_of_a_file_is_known():
    with warnings.catch_warnings():
        warnings.simplefilter('ignore')
        schemas = torch._C._jit_get_all_schemas()
    takes_file = {
        schema.name.split('::')[1]
        for schema in schemas
        for argument in schema.arguments
        if argument.name in ('filename', 'file', 'path', 'file_name', 'url', 'dir')
        and 'str' in str(argument.type)
    }
    assert takes_file
    assert takes_file <= set(FILE_OPERATORS)


def test_an_object_of_a_library_is_refused(ts):
    evil = b'c__torch__.torch.classes.aoti\nRunner\n.'
    with pytest.raises(EngineError, match=r"object of 'torch\.classes\.aoti"):
        opened(with_member(ts, '/data.pkl', lambda old: evil))


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
