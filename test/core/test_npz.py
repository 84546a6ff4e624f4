"""NPZ files that anybody may have written."""

import io
import zipfile
from contextlib import suppress

import numpy as np
import pytest

from robot_dl.core.npz import read_npz

MOST = 1 << 20


@pytest.fixture
def file(tmp_path):
    path = tmp_path / 'numbers.npz'
    np.savez_compressed(path, first=np.arange(50.0), second=np.zeros((2, 3), bool))
    return path


def test_arrays_come_as_they_were_saved(file):
    arrays = read_npz(file, MOST)
    assert arrays['first'].tolist() == np.arange(50.0).tolist()
    assert arrays['second'].shape == (2, 3)


def test_a_file_that_unpacks_to_more_is_refused(file):
    with pytest.raises(ValueError, match='expected at most 100 bytes'):
        read_npz(file, 100)


@pytest.mark.parametrize('array', [np.array(['a']), np.array([{}], object)])
def test_what_is_no_number_is_refused(tmp_path, array):
    np.savez(tmp_path / 'odd.npz', odd=array)
    with pytest.raises(ValueError, match='odd|pickle'):
        read_npz(tmp_path / 'odd.npz', MOST)


def test_no_damage_raises_anything_else(file):
    content = file.read_bytes()
    for place in range(0, len(content), 3):
        broken = bytearray(content)
        broken[place] ^= 0xFF
        file.write_bytes(broken)
        with suppress(ValueError):
            read_npz(file, MOST)


def test_a_header_that_promises_too_much_memory_is_refused(tmp_path):
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        header, {'descr': '<f8', 'fortran_order': False, 'shape': (10**15,)}
    )
    with zipfile.ZipFile(tmp_path / 'big.npz', 'w') as archive:
        archive.writestr('big.npy', header.getvalue())
    with pytest.raises(ValueError, match='NPZ'):
        read_npz(tmp_path / 'big.npz', MOST)
