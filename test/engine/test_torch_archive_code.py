"""Trap 32: what a graph in a file of torch could run: foreign targets, operators on files."""

import json
import warnings

import pytest

from robot_dl.engine.engine import EngineError
from robot_dl.engine.torch_archive import (
    FILE_OPERATORS,
    check_archive,
)

torch = pytest.importorskip('torch')

from torch import nn  # noqa: E402
from torch_archives import opened, with_json, with_member  # noqa: E402
from toy_torch import scripted  # noqa: E402


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
