"""Put a model into its folder: all of it, tried, or nothing."""

import hashlib
import re
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from robot_dl.cli.importing.card_text import yaml_text
from robot_dl.cli.trials import Sight, look, trial_picture
from robot_dl.engine.card_checks import CardError
from robot_dl.engine.engine import EngineError
from robot_dl.engine.library import BUNDLED, user_models

Tried = TypeVar('Tried')

NAME = re.compile(r'[A-Za-z0-9][A-Za-z0-9._-]{0,63}')


def checked_name(name: str) -> str:
    """Return the name of a model, which is also the name of its folder.

    Raises:
        CardError: If it could lead out of the models' folder, or a bundled model has it.
    """
    if not NAME.fullmatch(name):
        raise CardError(
            f'--name {name!r}: expected a letter or a digit, then up to 63 letters, digits, '
            "'.', '_' or '-'"
        )
    if (BUNDLED / name / 'model.yaml').exists():
        raise CardError(
            f'--name {name!r}: a bundled model has this name, and would be found first'
        )
    return name


def name_from(path: Path) -> str:
    """Return a name for the model in a file: its own, without what a folder cannot have."""
    return re.sub('[^A-Za-z0-9._-]+', '_', path.stem).lstrip('._-')[:64] or 'model'


def place_of(name: str, to: Path | None, force: bool) -> Path:
    """Return the folder of a new model.

    Raises:
        CardError: If there is one already, or something else.
    """
    folder = to.expanduser().absolute() if to else _models_folder() / name
    if folder.is_symlink():
        raise CardError(
            f'{folder}: a link to {folder.readlink()}; remove it, or take another name'
        )
    is_model = (folder / 'model.yaml').is_file()
    if folder.exists() and not is_model and (not folder.is_dir() or any(folder.iterdir())):
        raise CardError(f'{folder}: exists and is not a model; take another name or place')
    if is_model and not force:
        raise CardError(f'{folder}: there is a model already; --force replaces it')
    return folder


def _models_folder() -> Path:
    try:
        return user_models()
    except RuntimeError as error:  # A container's user may have no home.
        raise CardError('there is no home folder for your models; give --to DIR') from error


def install(
    folder: Path, weights: bytes, values: Mapping[str, Any], tried: Callable[[Path], Tried]
) -> Tried:
    """Write a model beside its place, try it, and move it there.

    Args:
        folder: Its place; a model that lies there is replaced.
        weights: Content of the weights' file.
        values: The content of model.yaml, without the hash.
        tried: Tries the model in a folder, and may write further files into it.

    Returns:
        What trying it has shown.

    Raises:
        CardError: If the card and the graph do not fit, or its outputs cannot be read.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix='.importing-', dir=folder.parent) as place:
        new = Path(place, folder.name)
        new.mkdir()
        (new / values['weights']).write_bytes(weights)
        (new / 'model.yaml').write_text(card_text(values, weights), encoding='utf-8')
        shown = tried(new)
        _swap(new, folder, Path(place, 'old'))
    return shown


def _swap(new: Path, folder: Path, old: Path) -> None:
    """Move a model to its place; what was there stays there if that fails."""
    was_there = folder.exists()
    if was_there:
        folder.rename(old)
    try:
        new.rename(folder)
    except OSError:
        if was_there:
            old.rename(folder)
        raise


def card_text(values: Mapping[str, Any], weights: bytes) -> str:
    """Return model.yaml."""
    whole: dict[str, Any] = {}
    for key, value in values.items():
        whole[key] = value
        if key == 'weights':
            whole['sha256'] = hashlib.sha256(weights).hexdigest()
    return yaml_text(whole)


def tried_on_picture(folder: Path) -> Sight:
    """Look at a picture with a model, as its node would.

    Raises:
        CardError: If the card and the graph do not fit, or the decoder cannot read the outputs.
    """
    try:
        return look(str(folder), 'cpu', trial_picture())
    except (CardError, EngineError) as error:
        # The folder is gone when somebody reads this.
        text = str(error).replace(f'{folder}/', '').replace(f'{folder}: ', '')
        raise CardError(f'the finished card does not work: {text}') from error
    except ValueError as error:
        raise CardError(f'the outputs are not what the card says: {error}') from error
