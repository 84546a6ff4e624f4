"""Find a model by its name."""

from pathlib import Path

from robot_dl.core.names import unknown_name
from robot_dl.engine.card_checks import CardError

BUNDLED = Path(__file__).resolve().parents[1] / 'zoo'


def user_models() -> Path:
    """Return the folder of the models a user has imported."""
    return Path.home() / '.robot_dl' / 'models'


def available_models() -> dict[str, Path]:
    """Return the folder of every model known by name; a bundled one wins over a user's."""
    try:
        # Not what begins with a dot: an import that was killed may have left such a folder.
        mine = list(user_models().glob('[!.]*/model.yaml'))
    except RuntimeError:  # A container's user may have no home.
        mine = []
    cards = [*mine, *BUNDLED.glob('*/model.yaml')]
    return {card.parent.name: card.parent for card in cards}


def find_model(name: str) -> Path:
    """Return the folder of a model.

    Args:
        name: Name of a bundled or imported model, or the path of a folder with model.yaml
            (anything with a slash, or a leading '.' or '~').

    Raises:
        CardError: If there is none; the message names the nearest one.
    """
    if '/' in name or name.startswith(('.', '~')):
        folder = Path(name).expanduser()
        if not folder.is_dir():
            raise CardError(f'model {name!r}: no such folder; give a folder with model.yaml')
        return folder
    models = available_models()
    if name not in models:
        raise CardError(unknown_name('model', name, models))
    return models[name]
