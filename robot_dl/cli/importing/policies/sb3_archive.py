"""Open the zip files of stable-baselines3 without unpickling anything.

`save` writes the algorithm's attributes as JSON into `data` and the weights by torch.save into
`policy.pth` (stable_baselines3/common/save_util.py, 2.9). What JSON cannot hold stands there as
cloudpickle under ':serialized:', beside a readable copy of its own attributes; the pickle is cut
away as soon as the JSON is read, and nothing here could decode it.
"""

import io
import json
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from robot_dl.engine.card_checks import CardError
from robot_dl.engine.torch_archive import END

DATA, WEIGHTS, VERSION = 'data', 'policy.pth', '_stable_baselines3_version'
PICKLE = ':serialized:'

MOST_FILES = 100
MOST_DATA = 64 * 2**20
MOST_WEIGHTS = 1 * 2**30
MOST_TENSORS = 10_000
MOST_BEYOND = 2**20
"""Bytes by which the archive of the weights may unpack beyond its size: torch packs nothing."""

END_BYTES = 22
"""A zip archive without a comment ends with so many bytes that begin with `END`."""

SB3 = 'a zip file of stable-baselines3 (model.save)'


@dataclass(frozen=True)
class Sb3Archive:
    """What a saved algorithm says of itself, and its weights.

    Attributes:
        data: Attributes of the algorithm, without the pickled parts.
        weights: The state dict of its policy: float arrays by name.
        version: Of stable-baselines3; empty in old files.
    """

    data: Mapping[str, Any]
    weights: Mapping[str, NDArray[Any]]
    version: str = ''


def is_sb3(path: Path) -> bool:
    """Tell whether a file may be what stable-baselines3 saves, by its name or its members."""
    if not path.is_file() or path.suffix.lower() == '.zip':
        return path.is_file()
    try:
        with zipfile.ZipFile(path) as archive:
            return {DATA, WEIGHTS} <= set(archive.namelist())
    except (zipfile.BadZipFile, NotImplementedError, UnicodeError):
        return False


def read_sb3(path: Path) -> Sb3Archive:
    """Read a saved algorithm.

    Nothing is written anywhere, so that names which lead out of a folder lead nowhere.

    Raises:
        CardError: If it is damaged, hostile, or not what stable-baselines3 writes.
    """
    try:
        _check_end(path)
        with zipfile.ZipFile(path) as archive:
            members = _members(archive)
            data = _data(_bytes(archive, members[DATA], MOST_DATA))
            weights = _bytes(archive, members[WEIGHTS], MOST_WEIGHTS)
            version = _bytes(archive, members[VERSION], 100) if VERSION in members else b''
    except (zipfile.BadZipFile, NotImplementedError, UnicodeError, EOFError, zlib.error) as error:
        raise CardError(f'damaged: {error}') from error
    except RuntimeError as error:
        raise CardError(f'expected {SB3}: {error}') from error  # encrypted
    return Sb3Archive(data, read_weights(weights), version.decode('ascii', 'replace').strip())


def _check_end(path: Path) -> None:
    """Refuse a cut file, in which another archive could be found: that of the weights."""
    with path.open('rb') as stream:
        stream.seek(max(0, path.stat().st_size - END_BYTES))
        if stream.read(len(END)) != END:
            raise CardError('damaged: its end is missing')


def _members(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    infos = archive.infolist()
    if len(infos) > MOST_FILES:
        raise CardError(f'expected {SB3}, of about six files; it has {len(infos)}')
    members = {info.filename: info for info in infos}
    if len(members) != len(infos):
        raise CardError('damaged: it contains a file twice')
    for name in (DATA, WEIGHTS):
        if name not in members:
            raise CardError(f'expected {SB3} with a file {name!r}; it has {sorted(members)[:8]}')
    return members


def _bytes(archive: zipfile.ZipFile, member: zipfile.ZipInfo, most: int) -> bytes:
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise CardError(f'{member.filename}: expected it stored or deflated, as {SB3} has it')
    if member.file_size > most:
        raise CardError(
            f'{member.filename}: expected at most {most} bytes, got {member.file_size}'
        )
    # A read without a size would unpack all that is there before it looks at what was declared.
    with archive.open(member) as stream:
        return stream.read(member.file_size + 1)


def _data(content: bytes) -> Mapping[str, Any]:
    try:
        data = json.loads(content, object_pairs_hook=_without_pickle)
    except (ValueError, RecursionError) as error:
        raise CardError(f'{DATA}: expected JSON: {error}') from error
    if not isinstance(data, dict):
        raise CardError(f'{DATA}: expected a JSON object, got {type(data).__name__}')
    return data


def _without_pickle(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    return {key: value for key, value in pairs if key != PICKLE}


def read_weights(content: bytes) -> dict[str, NDArray[Any]]:
    """Return the float arrays of a state dict that torch.save wrote, by name.

    Raises:
        CardError: If it holds anything but a flat dictionary of plain tensors.
    """
    _check_zip(content)
    import torch

    try:
        state = torch.load(io.BytesIO(content), map_location='cpu', weights_only=True)
    except Exception as error:  # an unpickler meets any bytes
        reason = (str(error) or type(error).__name__).splitlines()[0][:200]
        raise CardError(f'{WEIGHTS}: expected tensors and nothing else: {reason}') from error
    if not isinstance(state, dict) or len(state) > MOST_TENSORS:
        raise CardError(f'{WEIGHTS}: expected a dictionary of tensors, got {type(state).__name__}')
    return {str(name): _array(str(name), value) for name, value in state.items()}


def _check_zip(content: bytes) -> None:
    """Refuse a pickle of the time before torch 1.6, and an archive that unpacks to more."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            unpacked = sum(info.file_size for info in archive.infolist())
    except (zipfile.BadZipFile, NotImplementedError, UnicodeError) as error:
        raise CardError(
            f'{WEIGHTS}: expected the archive that torch.save writes: {error}'
        ) from error
    if unpacked > len(content) + MOST_BEYOND:
        raise CardError(f'{WEIGHTS}: it would unpack {len(content)} bytes to {unpacked}')


def _array(name: str, value: Any) -> NDArray[Any]:
    import torch

    if not isinstance(value, torch.Tensor) or value.layout != torch.strided:
        raise CardError(f'{WEIGHTS}: {name}: expected a tensor, got {type(value).__name__}')
    # A tensor of any size can be a view of one number.
    if value.numel() * value.element_size() > value.untyped_storage().nbytes():
        raise CardError(f'{WEIGHTS}: {name}: it claims {list(value.shape)}, and has fewer numbers')
    array: NDArray[Any] = value.detach().to(torch.float32).numpy().copy()
    if not np.isfinite(array).all():
        raise CardError(f'{WEIGHTS}: {name}: expected finite numbers; there are NaN or infinities')
    return array
