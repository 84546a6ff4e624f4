"""Read NPZ files that anybody may have written: arrays of numbers, and never a pickle."""

import tokenize
import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

DAMAGED = (
    OSError,
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    ArithmeticError,
    RuntimeError,
    MemoryError,
    EOFError,
    tokenize.TokenError,
    zipfile.BadZipFile,
    zlib.error,
)
"""What zipfile and NumPy raise at damaged or hostile files."""
NUMBERS = 'fiub'


def read_npz(path: Path, most_bytes: int) -> dict[str, NDArray[Any]]:
    """Return the arrays of a file by their names.

    Args:
        path: The file.
        most_bytes: What it may unpack to.

    Raises:
        ValueError: If it is damaged, too large, or has anything but arrays of numbers.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            total = sum(member.file_size for member in archive.infolist())
        if total > most_bytes:
            raise ValueError(f'expected at most {most_bytes} bytes, got {total}')
        with np.load(path, allow_pickle=False) as content:
            arrays = {name: np.asarray(content[name]) for name in content.files}
    except DAMAGED as error:
        raise ValueError(f'not a readable NPZ file: {error}') from error
    for name, array in arrays.items():
        if array.dtype.kind not in NUMBERS:
            raise ValueError(f'{name}: expected numbers, got {array.dtype}')
    return arrays
