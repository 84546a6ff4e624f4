"""The wire format of Protocol Buffers: enough to look into an ONNX file without `onnx`.

Source: https://protobuf.dev/programming-guides/encoding/ (varints, tags, length prefixes).
"""

from collections.abc import Iterator
from dataclasses import dataclass

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
WIDTHS = {FIXED64: 8, FIXED32: 4}
LONGEST_VARINT = 10


class WireError(ValueError):
    """The bytes are not a message."""


@dataclass(frozen=True)
class Field:
    """One field of a message.

    Attributes:
        number: Which one it is.
        value: A number, or the bytes of text, of an array or of a message inside.
        wire: All of its bytes, tag included.
    """

    number: int
    value: int | memoryview
    wire: memoryview

    @property
    def content(self) -> memoryview:
        """The bytes of the field.

        Raises:
            WireError: If it is a number.
        """
        if isinstance(self.value, int):
            raise WireError(f'field {self.number}: expected bytes, got a number')
        return self.value

    @property
    def text(self) -> str:
        """The text of the field, with '?' for what is not UTF-8."""
        return bytes(self.content).decode('utf-8', errors='replace')


def fields(message: memoryview) -> Iterator[Field]:
    """Yield the fields of a message, without copying them.

    Raises:
        WireError: If it is cut off, or no message at all.
    """
    at = 0
    while at < len(message):
        begin = at
        tag, at = _varint(message, at)
        number, kind = tag >> 3, tag & 7
        if number == 0:
            raise WireError('there is no field 0')
        value: int | memoryview
        if kind == VARINT:
            value, at = _varint(message, at)
        else:
            length, at = _length(message, at, kind)
            if at + length > len(message):
                raise WireError(f'it ends {at + length - len(message)} bytes too early')
            value = message[at : at + length]
            at += length
        yield Field(number, value, message[begin:at])


def _length(message: memoryview, at: int, kind: int) -> tuple[int, int]:
    """Return how long a value is, and where it begins."""
    if kind == BYTES:
        return _varint(message, at)
    if kind not in WIDTHS:
        raise WireError(f'unknown kind of field {kind}')
    return WIDTHS[kind], at


def _varint(message: memoryview, at: int) -> tuple[int, int]:
    value = 0
    for index, byte in enumerate(message[at : at + LONGEST_VARINT]):
        value |= (byte & 0x7F) << (7 * index)
        if byte < 0x80:
            return value, at + index + 1
    raise WireError('a number has no end')


def varint(value: int) -> bytes:
    """Return a number as it is written."""
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def bytes_field(number: int, content: bytes | memoryview) -> bytes:
    """Return a field that holds bytes, as it is written."""
    return b''.join([varint(number << 3 | BYTES), varint(len(content)), content])
