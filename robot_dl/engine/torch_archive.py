"""Look into the files of torch before torch opens them, and refuse what could run code.

TorchScript and torch.export both write zip archives. With torch 2.13:

* `torch.jit.load` compiles the code in the archive for an interpreter of its own and reads
  `data.pkl` by an unpickler in C++ that makes tensors and the archive's own classes only. Its
  operators include two that write and read any file, `aten::save` and `aten::from_file`.
* `torch.export.load` unpickles without restriction what the archive marks by `use_pickle`, what
  it calls a custom or opaque object, and the sample inputs if they are no plain tensors; loads
  compiled libraries; evaluates the text of symbolic shapes by sympy; and makes Python source from
  the names and targets of the graph (`torch/export/pt2_archive/_package.py`,
  `torch/_export/serde/serialize.py`). What an honest export contains needs none of this.
"""

import io
import json
import re
import zipfile
from collections.abc import Iterator
from typing import Any

from robot_dl.engine.request import EngineError

TORCHSCRIPT, EXPORTED = 'torchscript', 'pt2'

MOST_UNPACKED = 64 * 2**20
"""Bytes that an archive may unpack to beyond its own size: torch compresses nothing but code."""
MOST_GRAPH = 64 * 2**20

END = b'PK\x05\x06'
"""Begins the last 22 bytes of a zip archive without a comment."""

EXPORT_IT = (
    'export the model where it was trained, to ONNX by torch.onnx.export(…), to TorchScript by '
    'torch.jit.trace(model.eval(), image).save(…), or by torch.export.save(…)'
)

PT2_MEMBERS = re.compile(
    r'archive_format|archive_version|byteorder|version|\.format_version|\.data/\w+|extra/.*'
    r'|models/model\.json|data/sample_inputs/model\.pt'
    r'|data/weights/(model_weights_config\.json|weight_\d+)'
    r'|data/constants/(model_constants_config\.json|tensor_\d+)'
)
"""What `torch.export.save` writes for one model made of tensors."""

NAME = re.compile(r'[A-Za-z_]\w*')
DOTTED = re.compile(r'[\w.]*')
TARGET = re.compile(
    r'torch\.ops\.(aten|prims?|quantized|quantized_decomposed|torchvision|higher_order)(\.\w+)+'
    r'|torch\.sym_\w+|torch\._sym_sqrt|_operator\.\w+|math\.\w+'
)
EXPRESSION = re.compile(r"(Symbol\('\w+'|\d+\.\d+|[\w(), =+*/<>-])*")
GUARD = re.compile(r"[\w\s.()\[\]'+\-*/%<>=!,]*")

FORBIDDEN = {
    TARGET: re.compile(r'from_file|attrgetter|methodcaller|call\b|__'),
    EXPRESSION: re.compile('__'),
    GUARD: re.compile('__'),
}

TEXTS = {
    'name': NAME,
    'as_name': NAME,
    'forward_arg_names': NAME,
    'target': TARGET,
    'as_operator': TARGET,
    'expr_str': EXPRESSION,
    'guards_code': GUARD,
    'parameter_name': DOTTED,
    'buffer_name': DOTTED,
    'tensor_constant_name': DOTTED,
    'path_name': DOTTED,
}
"""What may stand under each key of the graph of torch.export."""
KEYS = ('tensor_values', 'sym_int_values', 'sym_bool_values', 'sym_float_values')
"""Mappings by names, which become names in Python source."""
CUSTOM = ('as_custom_obj', 'custom_obj', 'class_fqn')
CONTAINERS = {None, 'builtins.tuple', 'builtins.list', 'builtins.dict', 'collections.OrderedDict'}
"""What inputs and outputs may be nested in."""

FILE_OPERATORS = ('save', 'from_file', 'load_tensor')
"""Operators of TorchScript that take the name of a file."""
_FILES = '|'.join(FILE_OPERATORS)
ATTRIBUTE = re.compile(rf'\bgetattr\(\s*[\w.]+,\s*"(?!(?:{_FILES})")\w+"\s*\)')
"""The way in which TorchScript reaches into a list of modules."""
FORBIDDEN_CODE = re.compile(
    rf'\.\s*({_FILES})\b|\bgetattr\b|\brpc_\w+|\bdebugprims\b'
    r'|\bops\.(?!(aten|prim|prims|quantized|torchvision|mkldnn)\b)\w+'
)
FORBIDDEN_CLASS = re.compile(rb'torch\.classes\.(?!quantized\.)[\w.]*')


def check_archive(content: bytes) -> str:
    """Return what an archive is, TORCHSCRIPT or EXPORTED.

    Raises:
        EngineError: If it is neither, damaged, huge when unpacked, or could run code.
    """
    try:
        with _opened(content) as archive:
            return _checked(archive, len(content))
    except (zipfile.BadZipFile, NotImplementedError, UnicodeError, RecursionError) as error:
        raise EngineError(f'damaged: {error}') from error


def _opened(content: bytes) -> zipfile.ZipFile:
    if content[:1] == b'\x80':
        raise EngineError(f'it is a pickle, which is never loaded: it can run code. {EXPORT_IT}')
    if content[:4] != b'PK\x03\x04':
        raise EngineError('expected the zip archive that torch writes; it is none')
    # Python and torch could disagree on an archive with something before or after it.
    if content[-22:-18] != END:
        raise EngineError('damaged: its end is missing')
    return zipfile.ZipFile(io.BytesIO(content))


def _checked(archive: zipfile.ZipFile, size: int) -> str:
    members = {member.filename: member for member in archive.infolist()}
    if len(members) != len(archive.infolist()):
        raise EngineError('damaged: it contains a file twice')
    unpacked = sum(member.file_size for member in members.values())
    if unpacked > size + MOST_UNPACKED:
        raise EngineError(f'it would unpack {size} bytes to {unpacked}; that is no model')
    root = next(iter(members)).partition('/')[0] + '/'
    if not all(name.startswith(root) for name in members):
        raise EngineError(f'damaged: expected everything inside {root}')
    names = [name[len(root) :] for name in members]
    for sign, check in KINDS.items():
        if any(name == sign or name.startswith(sign + '/') for name in names):
            return check(archive, root, names)
    raise EngineError(f'it is a pickled checkpoint, which is never loaded: {EXPORT_IT}')


def _check_exported(archive: zipfile.ZipFile, root: str, names: list[str]) -> str:
    for name in names:
        if not PT2_MEMBERS.fullmatch(name):
            raise EngineError(f'it contains {name!r}, which could run code; {EXPORT_IT}')
    for kind in ('weights', 'constants'):
        path = f'data/{kind}/model_{kind}_config.json'
        for key, value in _texts(_json(archive, root + path)):
            if key == 'use_pickle' and value is not False:
                raise EngineError(f'its {kind} contain a pickle, which is never loaded')
            _check_text(key, value)
    for key, value in _texts(_json(archive, f'{root}models/model.json')):
        _check_text(key, value)
    return EXPORTED


def _json(archive: zipfile.ZipFile, name: str) -> Any:
    try:
        if archive.getinfo(name).file_size > MOST_GRAPH:
            raise EngineError(f'{name}: expected at most {MOST_GRAPH} bytes')
        return json.loads(archive.read(name))
    except (KeyError, ValueError) as error:
        raise EngineError(f'damaged: {error}') from error


def _texts(node: Any, key: str = '') -> Iterator[tuple[str, object]]:
    """Yield every value of a JSON document with the key that it stands under."""
    if isinstance(node, dict):
        for name, value in node.items():
            yield ('name', name) if key in KEYS else ('', name)
            if name in CUSTOM:
                yield name, value
            yield from _texts(value, name)
    elif isinstance(node, list):
        for value in node:
            yield from _texts(value, key)
    else:
        yield key, node


def _check_text(key: str, value: object) -> None:
    if key in CUSTOM and value:
        raise EngineError(f'it contains a custom object, which could run code; {EXPORT_IT}')
    if key in ('in_spec', 'out_spec') and isinstance(value, str):
        _check_nesting(value)
    allowed = TEXTS.get(key)
    if allowed is None or not isinstance(value, str):
        return
    forbidden = FORBIDDEN.get(allowed)
    if not allowed.fullmatch(value) or (forbidden and forbidden.search(value)):
        raise EngineError(f'{key} {value[:80]!r} in its graph could run code; {EXPORT_IT}')


def _check_nesting(text: str) -> None:
    """Refuse inputs or outputs nested in anything but plain containers."""
    if not text:
        return
    try:
        found = {value for key, value in _texts(json.loads(text)) if key == 'type'}
    except ValueError as error:
        raise EngineError(f'damaged: {error}') from error
    if not found <= CONTAINERS:
        strange = ', '.join(map(str, found - CONTAINERS))
        raise EngineError(f'it nests its inputs or outputs in {strange}; use tuples or dicts')


def _check_torchscript(archive: zipfile.ZipFile, root: str, names: list[str]) -> str:
    for name in names:
        if name.startswith('code/') and name.endswith('.py'):
            _check_code(archive.read(root + name).decode())
        objects = archive.read(root + name) if name in ('data.pkl', 'constants.pkl') else b''
        if strange := FORBIDDEN_CLASS.search(objects):
            raise EngineError(f'it contains an object of {strange.group().decode()!r}')
    return TORCHSCRIPT


def _check_code(code: str) -> None:
    """Refuse code that could reach a file."""
    changes = 1
    while changes:
        code, changes = ATTRIBUTE.subn('_', code)
    # A comment may hide a part of a call, and a '#' in a text may hide it from us.
    for text in (code, re.sub('#[^\n]*', '', code)):
        if found := FORBIDDEN_CODE.search(text):
            raise EngineError(f'its code uses {found.group().strip()!r}, which no network needs')


def _refuse_old_export(archive: zipfile.ZipFile, root: str, names: list[str]) -> str:
    raise EngineError(
        'it was written by torch 2.7 or older, as a pickle; export it by a newer one'
    )


KINDS = {
    'archive_format': _check_exported,
    'serialized_exported_program.json': _refuse_old_export,
    'code': _check_torchscript,
}
"""What tells each kind of archive, and a closer look at it."""
