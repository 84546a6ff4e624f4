"""What an array must look like: name, element type and shape."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

Shape = tuple[int | None, ...]


@dataclass(frozen=True)
class TensorSpec:
    """One input or output of a network.

    Attributes:
        name: Its name in the graph.
        dtype: NumPy's name of the element type, e.g. 'float32'.
        shape: Extent of each axis; None where any extent is accepted.
    """

    name: str
    dtype: str
    shape: Shape

    def accepts(self, shape: Shape) -> bool:
        """Tell whether `shape` fits; None fits everything on either side."""
        pairs = zip(self.shape, shape, strict=False)
        same_rank = len(self.shape) == len(shape)
        return same_rank and all(a is None or b is None or a == b for a, b in pairs)

    def check(self, array: NDArray[Any]) -> None:
        """Check an array before it goes into the network.

        Raises:
            ValueError: If type or shape differ; the message shows both.
        """
        if array.dtype.name != self.dtype or not self.accepts(array.shape):
            came = describe(array.dtype.name, array.shape)
            raise ValueError(f'{self.name}: expected {self}, got {came}')

    def __str__(self) -> str:
        """Return e.g. 'float32[1, 3, ?, ?]'."""
        return describe(self.dtype, self.shape)


def check_arrays(specs: Iterable[TensorSpec], arrays: Mapping[str, NDArray[Any]]) -> None:
    """Check all arrays, by name, before they go into the network.

    Raises:
        ValueError: If one is missing or does not fit.
    """
    for spec in specs:
        if spec.name not in arrays:
            raise ValueError(f'{spec.name}: expected {spec}, got nothing')
        spec.check(arrays[spec.name])


def describe(dtype: str, shape: Shape) -> str:
    """Return e.g. 'uint8[480, 640, 3]'; an open axis is shown as '?'."""
    return f'{dtype}[{", ".join("?" if n is None else str(n) for n in shape)}]'
