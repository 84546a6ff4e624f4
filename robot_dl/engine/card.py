"""The model card: what a network expects and means, written beside its weights."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from robot_dl.core.fit import Fit
from robot_dl.core.tensors import TensorSpec
from robot_dl.engine.card_checks import (
    CardError,
    built,
    constant,
    labels,
    mapping,
    palette,
    shape,
    short,
    text,
)
from robot_dl.engine.input_card import InputCard
from robot_dl.engine.request import Weights

MAX_CARD_BYTES = 1_000_000
UNLABELLED = ('depth', 'policy')
"""The tasks that know no classes."""
OF_A_POLICY = 'policy'
"""The task whose cards say by `policy` what the numbers mean: no image and no decoder needed."""


@dataclass(frozen=True)
class ModelCard:
    """A model and everything that is needed to run it.

    Attributes:
        folder: Where the card lies; the weights lie there too.
        name: What people call the model.
        task: What it does, e.g. 'detection'.
        weights: File name inside the folder.
        sha256: Hash of that file, hexadecimal.
        input: What it expects of an image; None for a policy that looks at none.
        decoder: Entry of the task's table that reads the outputs; empty for a policy.
        license: SPDX identifier of the weights' licence.
        labels: Name of each class; none for a task of `UNLABELLED`.
        decoder_options: What the decoder has to know besides, by name.
        constants: Further inputs of the graph that never change, by name: numbers, nested as
            the axes are.
        files: Hash of each further file in the folder that belongs to the weights, by its name:
            an ONNX graph above 2 GB keeps its numbers beside it.
        description: One sentence.
        palette: Red, green and blue, 0-255, of labels that people shall see in a certain colour.
        world: Simulated world that it was trained on, whose pictures `robot_dl eval` renders.
        measured: How the model was made from another one, and what it lost by that, by name;
            nothing reads it but people.
        tensors: Shape of each float32 input of the graph that is no image, by its name.
        policy: What observations and actions of a policy are, as `robot_dl.policy.spec` reads it.
    """

    folder: Path
    name: str
    task: str
    weights: str
    sha256: str
    input: InputCard | None
    decoder: str
    license: str
    labels: tuple[str, ...] = ()
    decoder_options: Mapping[str, Any] = field(default_factory=dict)
    constants: Mapping[str, Any] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    description: str = ''
    palette: Mapping[str, Any] = field(default_factory=dict)
    world: str = ''
    measured: Mapping[str, Any] = field(default_factory=dict)
    tensors: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    policy: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Check every value.

        Raises:
            CardError: If one does not fit; the message names it.
        """
        for key in ('name', 'task', 'weights', 'sha256', 'license'):
            text(key, getattr(self, key))
        self._check_kind()
        for key in ('description', 'world'):
            if not isinstance(getattr(self, key), str):
                raise CardError(f'{key}: expected text, got {short(getattr(self, key))}')
        has_labels = self.labels or self.task not in UNLABELLED
        object.__setattr__(self, 'labels', labels(self.labels) if has_labels else ())
        palette(self.palette, self.labels)
        mapping('decoder_options', self.decoder_options)
        mapping('measured', self.measured)
        for name, values in mapping('constants', self.constants).items():
            constant(f'constants.{name}', values)
        self._check_file('weights', self.weights, 'sha256', self.sha256)
        for name, sha256 in mapping('files', self.files).items():
            self._check_file('files', name, f'files.{name}', sha256)

    def _check_kind(self) -> None:
        """Refuse what only a policy has in other cards, and the other way round."""
        tensors = {name: shape(name, n) for name, n in mapping('tensors', self.tensors).items()}
        object.__setattr__(self, 'tensors', tensors)
        has_policy = bool(mapping('policy', self.policy))
        if self.task != OF_A_POLICY:
            text('decoder', self.decoder)
            if self.input is None or tensors or has_policy:
                raise CardError(f'{self.task}: expected `input`, and neither tensors nor policy')
        elif self.decoder or not (tensors or self.input) or not has_policy:
            raise CardError('policy: expected `tensors` and `policy`, and no decoder')

    def _check_file(self, key: str, name: str, hash_key: str, sha256: object) -> None:
        inside = self.folder.resolve()
        if inside not in (inside / name).resolve().parents:
            raise CardError(f'{key}: expected a file inside {inside}, got {name!r}')
        if not isinstance(sha256, str) or not re.fullmatch('[0-9a-fA-F]{64}', sha256):
            raise CardError(f'{hash_key}: expected 64 hexadecimal digits, got {short(sha256)}')

    @property
    def image(self) -> InputCard:
        """What it expects of an image.

        Raises:
            CardError: If it looks at none.
        """
        if self.input is None:
            raise CardError(f'{self.name}: this model for {self.task} looks at no image')
        return self.input

    @property
    def input_words(self) -> str:
        """What goes in, for people: width and height of an image, or names and shapes."""
        image = [f'{self.input.size_hw[1]}×{self.input.size_hw[0]}'] if self.input else []
        shapes = [f'{name} {list(extents)}' for name, extents in self.tensors.items()]
        return ', '.join(image + shapes)

    @property
    def weights_path(self) -> Path:
        """The weights' file."""
        return self.folder.resolve() / self.weights

    @property
    def inputs(self) -> tuple[TensorSpec, ...]:
        """What the card gives to the graph: the image, tensors, and what never changes."""
        image = self.input
        images = [TensorSpec(image.name, image.dtype, image.shape)] if image else []
        tensors = [TensorSpec(name, 'float32', n) for name, n in self.tensors.items()]
        constants = {name: np.asarray(values) for name, values in self.constants.items()}
        fixed = [TensorSpec(name, a.dtype.name, a.shape) for name, a in constants.items()]
        return *images, *tensors, *fixed

    def read_weights(self) -> Weights:
        """Return the content of the weights' files, after checking that they are the card's.

        What is checked is what is returned: nothing reads the files again.

        Raises:
            CardError: If a file is missing or its hash differs.
        """
        content = self._read(self.weights, self.sha256)
        files = {name: self._read(name, sha256) for name, sha256 in self.files.items()}
        suffix = self.weights_path.suffix.lower()
        return Weights(content, self.sha256.lower(), suffix, self.inputs, files)

    def _read(self, name: str, sha256: str) -> bytes:
        path = self.folder.resolve() / name
        if not path.is_file():
            raise CardError(f'{path}: named by the card, but there is no such file')
        content = path.read_bytes()
        digest = hashlib.sha256(content).hexdigest()
        if digest != sha256.lower():
            raise CardError(
                f'{path}: expected sha256 {sha256}, got {digest}; restore the '
                'file, or write the new hash into model.yaml if you changed it on purpose'
            )
        return content

    def prepare(self, image: NDArray[np.uint8]) -> tuple[NDArray[Any], Fit]:
        """Return the input tensor for an RGB image [H, W, 3] uint8, and the fit that undoes it."""
        fit = self.image.fit_of((image.shape[0], image.shape[1]))
        return self.image.tensor(image, fit), fit


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
        values = dict(mapping('model.yaml', content))
        if values.get('task') == OF_A_POLICY:
            values = {'input': None, 'decoder': '', **values}
        if values.get('input') is not None or values.get('task') != OF_A_POLICY:
            values['input'] = built(InputCard, mapping('input', values.get('input')), 'input.')
        card: ModelCard = built(ModelCard, values, '', folder=Path(folder))
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
