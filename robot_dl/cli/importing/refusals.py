"""Files that are not what their name says: told by their first bytes, before they are opened."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from robot_dl.core.names import unknown_name
from robot_dl.engine.card_checks import CardError
from robot_dl.engine.engine import ENGINES, EngineError

MOST_BYTES = 2**31
"""Protocol Buffers, and so ONNX, end here; a larger file is something else."""

HEAD_BYTES = 512

EXPORT_IT = (
    'it is never opened; export the model where it was trained, e.g. by torch.onnx.export(…), or '
    'by `yolo export model=best.pt format=onnx`'
)


@contextmanager
def telling_of(path: Path) -> Iterator[None]:
    """Let the errors of a block name the file that they are about."""
    try:
        yield
    except EngineError as error:
        raise EngineError(f'{path}: {error}') from error
    except CardError as error:
        raise CardError(f'{path}: {error}') from error


def refuse_impostors(path: Path) -> None:
    """Check that a file can be a graph, from its name, its size and its first bytes.

    Raises:
        CardError: If not; the message says what it is instead, and what to do.
    """
    if not path.is_file():
        kind = 'a folder' if path.is_dir() else 'no such file'
        raise CardError(f'{path}: {kind}; expected an exported graph, e.g. model.onnx')
    size = path.stat().st_size
    if not 0 < size < MOST_BYTES:
        raise CardError(f'{path}: expected 1 byte to 2 GiB, got {size} bytes')
    with path.open('rb') as stream:
        head = stream.read(HEAD_BYTES)
    for is_it, what in IMPOSTORS:
        if is_it(head):
            raise CardError(f'{path}: {what}')
    suffix = path.suffix.lower()
    if suffix not in ENGINES:
        raise CardError(f'{path}: {unknown_name("kind of file", suffix, ENGINES)}')
    if suffix == '.onnx' and head.startswith(b'PK'):
        raise CardError(
            f'{path}: it is a zip archive, as torch writes, not ONNX; call it .torchscript or '
            '.pt2 if torch.jit.save or torch.export.save made it'
        )


def is_text(head: bytes) -> bool:
    """Tell whether bytes are something that people write."""
    # A piece of UTF-8 may end within a character.
    text = head.decode('utf-8', errors='ignore')
    cut = len(head) - len(text.encode('utf-8'))
    return cut < 4 and all(c.isprintable() or c in '\r\n\t' for c in text)


def _is_pickle(head: bytes) -> bool:
    # Protocol 2 and later begin like this (PEP 307); a tensor of an ONNX file never does.
    return head[:1] == b'\x80' and head[1:2] in (b'\x02', b'\x03', b'\x04', b'\x05')


IMPOSTORS: tuple[tuple[Callable[[bytes], bool], str], ...] = (
    (_is_pickle, f'it is a pickle; loading it would run code from it, so {EXPORT_IT}'),
    (
        lambda head: head.startswith(b'version https://git-lfs'),
        'it is the pointer that Git LFS keeps instead of a large file; run `git lfs pull`',
    ),
    (
        lambda head: head.lstrip()[:14].lower().startswith((b'<!doctype html', b'<html')),
        'it is a web page, probably saved instead of the file behind it; download the file itself',
    ),
    (lambda head: head.startswith(b'\x89HDF'), 'it is Keras or HDF5; convert it with tf2onnx'),
    (lambda head: head[4:8] == b'TFL3', 'it is TensorFlow Lite; convert it with tf2onnx'),
    (is_text, 'it is text, not a graph'),
)
"""What people have by mistake, and what to say of it."""
