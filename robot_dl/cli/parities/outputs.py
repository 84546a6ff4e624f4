"""How far the outputs of two engines are apart, in numbers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass
class OutputDifference:
    """How far one output of A is from that of B, over all pictures.

    Attributes:
        greatest: The greatest difference of two numbers.
        size: The greatest number of A.
        broken: How many numbers were NaN or infinite, in A and in B.
        total: Sum of the differences.
        count: How many numbers were compared.
        shapes: What did not fit together; empty if all did.
    """

    greatest: float = 0.0
    size: float = 0.0
    broken: tuple[int, int] = (0, 0)
    total: float = 0.0
    count: int = 0
    shapes: str = ''

    @property
    def mean(self) -> float:
        """The mean difference."""
        return self.total / max(self.count, 1)

    @property
    def relative(self) -> float:
        """The greatest difference in parts of the greatest number."""
        return self.greatest / max(self.size, 1e-9)

    def add(self, a: NDArray[Any], b: NDArray[Any]) -> None:
        """Compare the arrays of one more picture."""
        first, second = a.astype(np.float64), b.astype(np.float64)
        fine_a, fine_b = np.isfinite(first), np.isfinite(second)
        self.broken = (
            self.broken[0] + int((~fine_a).sum()),
            self.broken[1] + int((~fine_b).sum()),
        )
        if a.shape != b.shape:
            self.shapes = f'{list(a.shape)} and {list(b.shape)}'
            return
        fine = fine_a & fine_b
        apart = np.abs(first - second)[fine]
        self.greatest = max(self.greatest, float(apart.max(initial=0.0)))
        self.size = max(self.size, float(np.abs(first[fine]).max(initial=0.0)))
        self.total += float(apart.sum())
        self.count += apart.size


def compare_outputs(
    differences: dict[str, OutputDifference],
    a: Mapping[str, NDArray[Any]],
    b: Mapping[str, NDArray[Any]],
) -> None:
    """Add the outputs of one more picture to the differences by name.

    Outputs of other names are paired by their order: exporters name them as they like.
    """
    names_b = list(b) if set(a) != set(b) else list(a)
    for name, other in zip(a, names_b, strict=False):
        differences.setdefault(name, OutputDifference()).add(a[name], b[other])
    if len(a) != len(b):
        difference = differences.setdefault('number of outputs', OutputDifference())
        difference.shapes = f'{sorted(a)} and {sorted(b)}'
