"""Find the files that are installed beside the package: configs and launch files."""

from pathlib import Path


def share_file(relative: str) -> Path:
    """Return the path of a file such as 'config/fastdds.xml'.

    It is looked for in a source checkout (also one installed editable) and then in
    `share/robot_dl` of the prefix that the package is installed under, which is the same for
    pip, pip --user, Debian packages and colcon.

    Raises:
        FileNotFoundError: If no place has it; the message lists the places.
    """
    package = Path(__file__).resolve().parents[1]
    places = [package.parent / relative]
    places += [prefix / 'share' / 'robot_dl' / relative for prefix in package.parents[1:5]]
    for place in places:
        if place.exists():
            return place
    looked = ', '.join(str(p) for p in places)
    raise FileNotFoundError(f'{relative} is not installed with robot_dl; looked at {looked}')
