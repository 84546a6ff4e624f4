"""The one array of scores that a classifier gives, whatever its axes are called."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from robot_dl.core.tensors import Shape, TensorSpec, describe


def check_output(
    decoder: str, outputs: tuple[TensorSpec, ...], labels: tuple[str, ...], name: str
) -> None:
    """Check that a graph gives one score for each label.

    Args:
        decoder: Name of the decoder, for the message.
        outputs: What the graph gives.
        labels: Names of the classes.
        name: Which output holds the scores; empty where there is only one.

    Raises:
        ValueError: If the output is missing or of another shape.
    """
    wanted = [spec for spec in outputs if spec.name == name] if name else list(outputs)
    if len(wanted) == 1 and _can_hold(wanted[0].shape, len(labels)):
        return
    came = ', '.join(f'{spec.name}: {spec}' for spec in outputs)
    which = f'an output {name!r}' if name else 'one output'
    advice = '; name it in decoder_options: {output: ...}' if len(wanted) > 1 else ''
    raise ValueError(
        f'decoder {decoder} with {len(labels)} labels: expected {which} [1, {len(labels)}] '
        f'or [1, {len(labels)}, 1, 1], got {came}{advice}'
    )


def _can_hold(shape: Shape, count: int) -> bool:
    """Tell whether an array of this shape, open axes included, can hold `count` numbers."""
    product = 1
    for extent in shape:
        product *= extent or 1
    return product == count or (None in shape and product >= 1 and count % product == 0)


def row_of(decoder: str, outputs: Mapping[str, NDArray[Any]], name: str) -> NDArray[np.float64]:
    """Return the numbers [C] that the network gave for one image.

    Raises:
        ValueError: If they are for several images, or damaged (NaN, infinity).
    """
    array = outputs[name] if name else next(iter(outputs.values()))
    if max(array.shape, default=1) != array.size:
        came = describe(array.dtype.name, array.shape)
        raise ValueError(f'decoder {decoder}: expected [1, C] or [1, C, 1, 1], got {came}')
    row = array.reshape(-1).astype(np.float64)
    damaged = len(row) - np.count_nonzero(np.isfinite(row))
    if damaged:
        raise ValueError(
            f'decoder {decoder}: the network gave NaN or infinity for {damaged} of {len(row)} '
            'classes; its weights are damaged, or its input is'
        )
    return row
