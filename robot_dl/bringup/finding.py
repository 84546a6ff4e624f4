"""Find a deployment file: one of the user's, or an example that is installed with the package."""

from pathlib import Path

from robot_dl.bringup.document import DeploymentError
from robot_dl.core.names import unknown_name
from robot_dl.core.share import share_file


def find_deployment(name: str) -> Path:
    """Return the file that a user means.

    Args:
        name: A path, or the name of an example such as 'four_cameras' or 'four_cameras.yaml'.
            A file in the working directory wins over an example of its name.

    Raises:
        DeploymentError: If there is neither; the message names the nearest example.
    """
    file = Path(name).expanduser()
    if '/' in name or file.exists():
        return file
    examples = {path.stem: path for path in share_file('config/deployments').glob('*.yaml')}
    if file.suffix not in ('', '.yaml') or file.stem not in examples:
        raise DeploymentError(f'{name}: no such file; {unknown_name("example", name, examples)}')
    return examples[file.stem]
