"""The model card: what a network expects and means, written beside its weights."""

import hashlib
import re
import reprlib
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from robot_dl.core.images import planes_from_pixels
from robot_dl.core.names import unknown_name

MAX_CARD_BYTES = 1_000_000
COLORS = ('rgb', 'bgr')
LAYOUTS = ('nchw', 'nhwc')
FITS = ('letterbox',)


class CardError(ValueError):
    """A model card is missing, malformed, or does not fit its weights."""


@dataclass(frozen=True)
class InputCard:
    """What the network expects of an image.

    Attributes:
        name: Name of the graph's input.
        size_hw: Height and width, in pixels.
        layout: Order of the axes: nchw or nhwc.
        color: Order of the channels: rgb or bgr.
        mean: Subtracted from each channel, in 0-255 units, in the order of `color`.
        std: Divides each channel after that, in 0-255 units.
        fit: How an image of another shape is brought to `size_hw`.
    """

    name: str
    size_hw: tuple[int, int]
    layout: str = 'nchw'
    color: str = 'rgb'
    mean: tuple[float, float, float] = (0.0, 0.0, 0.0)
    std: tuple[float, float, float] = (255.0, 255.0, 255.0)
    fit: str = 'letterbox'

    def __post_init__(self) -> None:
        """Check every value.

        Raises:
            CardError: If one does not fit; the message names it.
        """
        size_hw = _numbers('input.size_hw', self.size_hw, 2, low=1)
        if any(n != int(n) or n > 16384 for n in size_hw):
            raise CardError(f'input.size_hw: expected whole pixels ≤ 16384, got {self.size_hw}')
        object.__setattr__(self, 'size_hw', tuple(int(n) for n in size_hw))
        object.__setattr__(self, 'mean', _numbers('input.mean', self.mean, 3))
        object.__setattr__(self, 'std', _numbers('input.std', self.std, 3, low=1e-6))
        _text('input.name', self.name)
        _one_of('input.layout', self.layout, LAYOUTS)
        _one_of('input.color', self.color, COLORS)
        _one_of('input.fit', self.fit, FITS)

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the tensor: [1, 3, h, w] or [1, h, w, 3]."""
        return (1, 3, *self.size_hw) if self.layout == 'nchw' else (1, *self.size_hw, 3)


@dataclass(frozen=True)
class ModelCard:
    """A model and everything that is needed to run it.

    Attributes:
        folder: Where the card lies; the weights lie there too.
        name: What people call the model.
        task: What it does, e.g. 'detection'.
        weights: File name inside the folder.
        sha256: Hash of that file, hexadecimal.
        input: What it expects of an image.
        decoder: Entry of the task's table that reads the outputs.
        labels: Name of each class.
        license: SPDX identifier of the weights' licence.
        description: One sentence.
    """

    folder: Path
    name: str
    task: str
    weights: str
    sha256: str
    input: InputCard
    decoder: str
    labels: tuple[str, ...]
    license: str
    description: str = ''

    def __post_init__(self) -> None:
        """Check every value.

        Raises:
            CardError: If one does not fit; the message names it.
        """
        for key in ('name', 'task', 'weights', 'sha256', 'decoder', 'license'):
            _text(key, getattr(self, key))
        if not isinstance(self.description, str):
            raise CardError(f'description: expected text, got {_short(self.description)}')
        if not re.fullmatch('[0-9a-fA-F]{64}', self.sha256):
            raise CardError(f'sha256: expected 64 hexadecimal digits, got {self.sha256!r}')
        object.__setattr__(self, 'labels', _labels(self.labels))
        inside = self.folder.resolve()
        if inside not in (inside / self.weights).resolve().parents:
            raise CardError(f'weights: expected a file inside {inside}, got {self.weights!r}')

    @property
    def weights_path(self) -> Path:
        """The weights' file."""
        return self.folder.resolve() / self.weights

    def read_weights(self) -> bytes:
        """Return the content of the weights' file, after checking that it is the card's.

        Raises:
            CardError: If the file is missing or its hash differs.
        """
        if not self.weights_path.is_file():
            raise CardError(f'{self.weights_path}: named by the card, but there is no such file')
        content = self.weights_path.read_bytes()
        digest = hashlib.sha256(content).hexdigest()
        if digest != self.sha256.lower():
            raise CardError(
                f'{self.weights_path}: expected sha256 {self.sha256}, got {digest}; restore the '
                'file, or write the new hash into model.yaml if you changed it on purpose'
            )
        return content

    def normalise(self, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return the input tensor for an RGB image [h, w, 3] uint8 of the model's size."""
        spec = self.input
        return planes_from_pixels(
            pixels, spec.mean, spec.std, swap=spec.color == 'bgr', planar=spec.layout == 'nchw'
        )


def load_card(folder: Path) -> ModelCard:
    """Read `model.yaml` in `folder`. The weights are not touched.

    Raises:
        CardError: If it is missing or malformed; the message names the file and the key.
    """
    path = Path(folder) / 'model.yaml'
    if not path.is_file():
        raise CardError(f'{path}: no such file; a model is a folder with model.yaml and weights')
    try:
        content = _read_yaml(path)
        values = dict(_mapping('model.yaml', content))
        values['input'] = _build(InputCard, _mapping('input', values.get('input')), 'input.')
        card: ModelCard = _build(ModelCard, values, '', folder=Path(folder))
        return card
    except CardError as error:
        raise CardError(f'{path}: {error}') from error


def file_sha256(path: Path) -> str:
    """Return the hash of a file, hexadecimal, reading it piece by piece."""
    digest = hashlib.sha256()
    with path.open('rb') as stream:
        while piece := stream.read(1 << 20):
            digest.update(piece)
    return digest.hexdigest()


def _read_yaml(path: Path) -> object:
    if path.stat().st_size > MAX_CARD_BYTES:
        raise CardError(f'expected at most {MAX_CARD_BYTES} bytes, got {path.stat().st_size}')
    try:
        return yaml.safe_load(path.read_text(encoding='utf-8'))
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise CardError(f'not valid YAML: {error}') from error


def _build(kind: Any, values: Mapping[str, Any], prefix: str, **given: Any) -> Any:
    known = [f.name for f in fields(kind) if f.name not in given]
    for key in values:
        if key not in known:
            raise CardError(unknown_name('key', f'{prefix}{key}', [prefix + k for k in known]))
    for f in fields(kind):
        if f.default is MISSING and f.name not in {**values, **given}:
            raise CardError(f'{prefix}{f.name}: missing')
    return kind(**values, **given)


def _mapping(key: str, value: object) -> Mapping[str, Any]:
    if not isinstance(value, dict) or not all(isinstance(k, str) for k in value):
        raise CardError(f'{key}: expected "key: value" lines, got {_short(value)}')
    return value


def _text(key: str, value: object) -> None:
    if not isinstance(value, str) or not value.strip() or not value.isprintable():
        raise CardError(f'{key}: expected text, got {_short(value)}')


def _one_of(key: str, value: object, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise CardError(f'{key}: expected one of {", ".join(choices)}, got {_short(value)}')


def _numbers(key: str, value: object, count: int, low: float = -1e6) -> tuple[float, ...]:
    numbers = tuple(value) if isinstance(value, (list, tuple)) else ()
    fine = all(type(n) in (int, float) and low <= n <= 1e6 for n in numbers)
    if len(numbers) != count or not fine:
        raise CardError(f'{key}: expected {count} numbers ≥ {low:g}, got {_short(value)}')
    return tuple(float(n) for n in numbers)


def _labels(value: object) -> tuple[str, ...]:
    labels = tuple(value) if isinstance(value, (list, tuple)) else ()
    if not labels or not all(isinstance(n, str) and n for n in labels):
        raise CardError(f'labels: expected a list of class names, got {_short(value)}')
    if len(set(labels)) != len(labels):
        raise CardError(f'labels: expected different names, got {_short(value)}')
    return labels


def _short(value: object) -> str:
    # Not repr: a few nested anchors would make it longer than the memory.
    return reprlib.repr(value)
