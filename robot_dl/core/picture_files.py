"""What PNG and JPEG files say of themselves, read without decoding them."""

from collections.abc import Iterator

PNG_START = b'\x89PNG\r\n\x1a\n'
PNG_LAST, PNG_FRAME_BYTES = b'IEND', 12
"""The last chunk, and what a chunk has around its content: length, kind and checksum."""

JPEG_START, JPEG_END = b'\xff\xd8', b'\xff\xd9'
SCAN = 0xDA
FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""Markers of the JPEG segments that give the size of the picture."""


def claimed_hw(data: bytes) -> tuple[int, int]:
    """Return the height and width that a PNG or JPEG file gives for itself; 0, 0 if none.

    Source: ISO/IEC 15948 (PNG), 11.2.2, and ITU-T T.81 (JPEG), B.2.2.
    """
    if data.startswith(PNG_START):
        return int.from_bytes(data[20:24], 'big'), int.from_bytes(data[16:20], 'big')
    for marker, at, _ in _jpeg_segments(data):
        if marker in FRAMES:
            height, width = data[at + 5 : at + 7], data[at + 7 : at + 9]
            return int.from_bytes(height, 'big'), int.from_bytes(width, 'big')
    return 0, 0


def is_jpeg_or_png(data: bytes) -> bool:
    """Tell whether the data begins as a JPEG or a PNG."""
    return data.startswith((JPEG_START, PNG_START))


def is_cut(data: bytes) -> bool:
    """Tell whether the data begins as a JPEG or a PNG and has no end."""
    return is_cut_jpeg(data) or is_cut_png(data)


def is_cut_png(data: bytes) -> bool:
    """Tell whether the data begins as a PNG and a chunk goes on past it (ISO/IEC 15948, 5.3).

    One damaged byte can make a chunk claim 4 GiB, which OpenCV takes and fills before it looks
    how much there is.
    """
    if not data.startswith(PNG_START):
        return False
    at = len(PNG_START)
    while at + PNG_FRAME_BYTES <= len(data):
        kind = data[at + 4 : at + 8]
        at += int.from_bytes(data[at : at + 4], 'big') + PNG_FRAME_BYTES
        if kind == PNG_LAST:
            return at > len(data)
    return True


def is_cut_jpeg(data: bytes) -> bool:
    """Tell whether the data begins as a JPEG and has no end (ITU-T T.81, annex B).

    Only after the header does FFD9 mean the end: a thumbnail inside the header has one of its
    own. What a camera appends after the end does not matter.
    """
    if not data.startswith(JPEG_START):
        return False
    end = len(JPEG_START)
    for marker, at, after in _jpeg_segments(data):
        if marker == SCAN:
            return data.rfind(JPEG_END, at) < 0
        end = after
    # Either the header goes on past the data, or it is damaged: that the decoder will say.
    return end + 4 > len(data)


def _jpeg_segments(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Yield marker, begin and end of every segment of a JPEG's header, the first scan last."""
    at = len(JPEG_START)
    while data.startswith(JPEG_START) and at + 4 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xFF:
            at += 1  # fill byte
            continue
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4], 'big')
        yield marker, at, end
        if marker == SCAN:
            return
        at = end
