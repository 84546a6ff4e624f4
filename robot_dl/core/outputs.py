"""What decoders share: finding outputs by name or shape, and refusing damaged ones."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from robot_dl.core.names import unknown_name
from robot_dl.core.tensors import Shape, TensorSpec, describe

Outputs = Mapping[str, NDArray[Any]]
Size = tuple[int, int]
Floats = NDArray[np.float32]

FARTHEST_PX = 1e6
MOST_SCORE = 1.05
"""A little above 1, which is what rounding in half precision or INT8 may make of it."""

MOST_CLASSES = 1e9


@dataclass(frozen=True)
class Role:
    """One output that a family needs.

    Attributes:
        what: What it holds; also the option by which a card may name the output.
        shapes: The shapes it may have, None for any extent.
        names: What exporters call it, in lower case.
        integer: True for whole numbers, False for floating point; asked only if the shape alone
            does not decide.
        optional: True if a graph may lack it; then it is found by name only.
    """

    what: str
    shapes: tuple[Shape, ...]
    names: tuple[str, ...] = ()
    integer: bool = False
    optional: bool = False

    def accepts(self, spec: TensorSpec) -> bool:
        """Tell whether an output may have this role, by its shape."""
        return any(spec.accepts(shape) for shape in self.shapes)

    def __str__(self) -> str:
        """Return e.g. 'boxes [1, ?, 4]'."""
        return f'{self.what} {" or ".join(describe("", shape) for shape in self.shapes)}'


def find_outputs(
    family: str, roles: Iterable[Role], named: Mapping[str, str], specs: Iterable[TensorSpec]
) -> dict[str, str]:
    """Return the name of the output for each role.

    An output is the one that the card names, else one with a conventional name, else the only
    one left whose shape and kind fit. Put the role with the narrowest shape first.

    Args:
        family: Name of the decoder, for messages.
        roles: What is needed.
        named: Names that the card gives, by role; empty ones are not given.
        specs: The graph's outputs.

    Raises:
        ValueError: If one is missing, or could be several; the message shows what came.
    """
    left = {spec.name: spec for spec in specs}
    found = {}
    for role in sorted(roles, key=lambda role: not _is_named(role, named, left)):
        name = _find(family, role, named.get(role.what, ''), left)
        if name:
            found[role.what] = name
            del left[name]
    return found


def specs_of(outputs: Outputs) -> tuple[TensorSpec, ...]:
    """Return what a graph would say of the outputs that it has given."""
    return tuple(TensorSpec(name, a.dtype.name, a.shape) for name, a in outputs.items())


def demand(
    family: str,
    shapes: Mapping[str, Shape],
    labels: tuple[str, ...],
    specs: Iterable[TensorSpec],
    hint: str = '',
) -> None:
    """Check that outputs have as many columns as the card's labels ask for.

    Args:
        family: Name of the decoder, for messages.
        shapes: The shape that each output must have, by its name in the graph.
        labels: Names of the classes.
        specs: The graph's outputs.
        hint: What else might be meant, to append to the message.

    Raises:
        ValueError: If one has another shape; the message shows both.
    """
    for spec in specs:
        if spec.name in shapes and not spec.accepts(shapes[spec.name]):
            raise ValueError(
                f'decoder {family} with {len(labels)} labels: expected '
                f'{describe(spec.name, shapes[spec.name])}, got {describe(spec.name, spec.shape)}'
                f'{hint}'
            )


def whole_numbers(family: str, what: str, values: NDArray[Any]) -> NDArray[np.int64]:
    """Return class numbers or counts [N] that the graph gives, of whatever type, as integers.

    Args:
        family: Name of the decoder, for the message.
        what: What the numbers are.
        values: The numbers [N].

    Raises:
        ValueError: If one is NaN, infinite, broken or absurd.
    """
    numbers = np.asarray(values, np.float64).reshape(-1)
    with np.errstate(invalid='ignore'):
        fine = (np.abs(numbers) <= MOST_CLASSES) & (np.rint(numbers) == numbers)
    if not fine.all():
        raise ValueError(
            f'decoder {family}: expected whole numbers for the {what}, but the network gave '
            f'{numbers[~fine][0]:g}; it is damaged, or of another family'
        )
    return numbers.astype(np.int64)


def float32(array: NDArray[Any]) -> Floats:
    """Return an array in float32: itself, or, of half precision, what it says to the last bit."""
    return np.asarray(array, np.float32)


def check_sane(
    family: str,
    boxes: NDArray[Any],
    scores: NDArray[Any],
    farthest: float = FARTHEST_PX,
    most: float = MOST_SCORE,
) -> None:
    """Refuse an output in which any place is NaN, infinite or absurd.

    Args:
        family: Name of the decoder, for the message.
        boxes: Coordinates [N, K].
        scores: Scores [N] or [N, C].
        farthest: Greatest coordinate.
        most: Greatest score.

    Raises:
        ValueError: If a place is not sane; the message counts them.
    """
    if _is_within(boxes, farthest) and _is_within(scores, most):
        return
    with np.errstate(invalid='ignore'):
        # NaN compares as False, so it is not within the limits either.
        sane = (np.abs(boxes) <= farthest).all(axis=1)
        sane &= (np.abs(scores) <= most).reshape(len(scores), -1).all(axis=1)
    count = len(sane) - np.count_nonzero(sane)
    raise ValueError(
        f'decoder {family}: the network gave NaN, infinity or absurd boxes or scores at {count} '
        f'of {len(sane)} places; its weights or its input are damaged, or it is of another family'
    )


def _is_within(values: NDArray[Any], limit: float) -> bool:
    return not values.size or bool(values.max() <= limit and values.min() >= -limit)


def _is_named(role: Role, named: Mapping[str, str], left: Mapping[str, TensorSpec]) -> bool:
    return bool(named.get(role.what)) or any(name.lower() in role.names for name in left)


def _find(family: str, role: Role, name: str, left: Mapping[str, TensorSpec]) -> str:
    if name:
        if name not in left:
            raise ValueError(
                f'decoder {family}: {role.what}: {unknown_name("output", name, left)}'
            )
        fitting = [name]
    else:
        fitting = _called(role, left) or ([] if role.optional else _shaped(role, left))
    if len(fitting) > 1:
        raise ValueError(
            f'decoder {family}: {role.what} may be any of {", ".join(map(repr, fitting))}; say '
            f'which in the card, as in decoder_options: {{{role.what}: {fitting[0]}}}'
        )
    if fitting and role.accepts(left[fitting[0]]):
        return fitting[0]
    if role.optional and not fitting:
        return ''
    came = ', '.join(f'{spec.name}: {spec}' for spec in left.values()) or 'nothing'
    raise ValueError(f'decoder {family}: expected {role}, got {came}')


def _called(role: Role, left: Mapping[str, TensorSpec]) -> list[str]:
    return [name for name in left if name.lower() in role.names]


def _shaped(role: Role, left: Mapping[str, TensorSpec]) -> list[str]:
    fitting = [name for name, spec in left.items() if role.accepts(spec)]
    if len(fitting) < 2:
        return fitting
    alike = [name for name in fitting if ('int' in left[name].dtype) == role.integer]
    return alike or fitting
