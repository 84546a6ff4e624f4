"""Inputs beside the image, and what they are fed."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from robot_dl.cli.importing.draft import Guess, read
from robot_dl.cli.importing.facts import Facts, Size
from robot_dl.core.tensors import TensorSpec
from robot_dl.engine.card_checks import CardError

KNOWN: dict[str, tuple[Callable[[Size], list[Any]], str]] = {
    'orig_target_sizes': (
        lambda hw: [[hw[1], hw[0]]],
        'the size to which RT-DETR and D-FINE scale their boxes: width and height of the input',
    ),
}
"""Values for inputs that some exporters add, from the size of the image, and the reason."""


def constants_of(
    others: tuple[TensorSpec, ...], model_hw: Size, given: Mapping[str, Any]
) -> dict[str, NDArray[Any]]:
    """Return what the inputs beside the image are fed.

    Args:
        others: Those inputs.
        model_hw: Height and width of the image, in pixels.
        given: What the user says of them, by name.

    Raises:
        CardError: If one is not known, or the graph does not take what was given.
    """
    names = [spec.name for spec in others]
    for name in given:
        if name not in names:
            raise CardError(f'--constant {name}: beside the image it takes {names or "nothing"}')
    return {spec.name: _array(spec, model_hw, given) for spec in others}


def constant_draft(facts: Facts) -> dict[str, Guess]:
    """Return the constants of a card, by key."""
    draft: dict[str, Guess] = {}
    for spec in facts.others:
        if spec.name in KNOWN:
            value, reason = KNOWN[spec.name]
            draft |= read(reason, **{f'constants__{spec.name}': value(facts.model_hw)})
    return draft


def _array(spec: TensorSpec, model_hw: Size, given: Mapping[str, Any]) -> NDArray[Any]:
    if spec.name not in given and spec.name not in KNOWN:
        raise CardError(
            f'the graph takes {spec.name} {spec} beside the image, and it is not known what that '
            f"should be. If it never changes, give it: --constant {spec.name}='[…]'"
        )
    value = given[spec.name] if spec.name in given else KNOWN[spec.name][0](model_hw)
    try:
        array = np.asarray(value, spec.dtype)
        spec.check(array)
    except (TypeError, ValueError) as error:
        raise CardError(f'--constant {spec.name}: expected {spec}: {error}') from error
    return array
