"""What the decoders share: the shapes of maps, and the refusal of damaged ones."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from robot_dl.core.activation import MOST_LOGIT
from robot_dl.core.outputs import Outputs, Role, find_outputs, float32, specs_of
from robot_dl.core.tensors import TensorSpec, describe

Floats = NDArray[np.float32]

SLACK = 1e-3
"""How far a half-precision network's scores may lie outside [0, 1]."""


def check_sane_maps(family: str, array: NDArray[Any], most: float = MOST_LOGIT) -> None:
    """Refuse maps in which any number is NaN, infinite or absurd.

    Args:
        family: Name of the decoder, for the message.
        array: The maps.
        most: Greatest sane number.

    Raises:
        ValueError: If a number is not sane; the message counts them.
    """
    # NaN compares as False, so it is not within the limits either.
    if not array.size or (array.max() <= most and array.min() >= -most):
        return
    with np.errstate(invalid='ignore'):
        count = array.size - np.count_nonzero(np.abs(array) <= most)
    raise ValueError(
        f'decoder {family}: the network gave NaN, infinity or absurd numbers at {count} of '
        f'{array.size} places; its weights or its input are damaged, or it is of another family'
    )


def check_chances(family: str, array: NDArray[Any], advice: str) -> None:
    """Refuse scores outside [0, 1].

    Args:
        family: Name of the decoder, for the message.
        array: The scores.
        advice: What to do if they are logits.

    Raises:
        ValueError: If a score lies outside.
    """
    check_sane_maps(family, array)
    if array.size and (array.min() < -SLACK or array.max() > 1 + SLACK):
        raise ValueError(
            f'decoder {family}: the network gave {array.min():g} to {array.max():g}, expected '
            f'scores from 0 to 1; {advice}'
        )


def check_maps(
    family: str,
    outputs: tuple[TensorSpec, ...],
    name: str,
    count: int,
    layout: str,
    hint: str = '',
) -> None:
    """Check that a graph returns as many maps as are wanted.

    Args:
        family: Name of the decoder, for messages.
        outputs: What the graph returns.
        name: Which output holds them; empty where its shape tells.
        count: How many are wanted.
        layout: Order of their axes: nchw or nhwc.
        hint: What else might be meant, to append to the message.

    Raises:
        ValueError: If the output is missing, or has another number of maps.
    """
    found = _maps_output(family, outputs, name)
    spec = next(spec for spec in outputs if spec.name == found)
    wanted = (1, count, None, None) if layout == 'nchw' else (1, None, None, count)
    if not spec.accepts(wanted):
        raise ValueError(
            f'decoder {family}: expected {count} maps, {describe(found, wanted)}, got '
            f'{describe(found, spec.shape)}{hint}'
        )


def maps_of(family: str, outputs: Outputs, name: str, layout: str) -> Floats:
    """Return the maps [C, h, w] that the network gave for one image, in float32.

    Raises:
        ValueError: If they are missing.
    """
    array = float32(outputs[_maps_output(family, specs_of(outputs), name)])[0]
    return np.ascontiguousarray(array if layout == 'nchw' else array.transpose(2, 0, 1))


def _maps_output(family: str, specs: tuple[TensorSpec, ...], name: str) -> str:
    role = Role('output', ((1, None, None, None),), ('logits', 'out', 'output', 'output0'))
    return find_outputs(family, [role], {'output': name}, specs)['output']


def scores_of(
    family: str, outputs: Outputs, name: str, layout: str, are_chances: bool, advice: str
) -> Floats:
    """Return the maps of scores [C, h, w] of the classes.

    Args:
        family: Name of the decoder, for messages.
        outputs: What the graph returned.
        name: Which output holds them; empty where its shape tells.
        layout: Order of their axes: nchw or nhwc.
        are_chances: Whether the graph ends behind the activation.
        advice: What to do if it does not.

    Raises:
        ValueError: If the output is missing, or its numbers make no sense.
    """
    scores = maps_of(family, outputs, name, layout)
    if are_chances:
        check_chances(family, scores, advice)
    else:
        check_sane_maps(family, scores)
    return scores
