"""Which model a benchmark runs: one that the node knows, or a synthetic one made for it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from robot_dl.core.names import choose

PREFIX = 'synthetic:'
WIDTHS = {'yolo-n': 16, 'yolo-s': 32}
"""Maps in the first layer of each synthetic model."""


@contextmanager
def model_folder(model: str) -> Iterator[str]:
    """Yield what the detection node accepts as its parameter `model`.

    Args:
        model: What the node accepts already, or 'synthetic:' and one of `WIDTHS`; that is
            written into a folder which is deleted afterwards.

    Raises:
        ValueError: If there is no such synthetic model; the message names the nearest one.
    """
    if not model.startswith(PREFIX):
        yield model
        return
    name = model[len(PREFIX) :]
    width = choose('synthetic model', name, WIDTHS)
    from robot_dl.cli.benches.synthetic import write_synthetic

    with TemporaryDirectory(prefix='robot_dl-bench-') as folder:
        write_synthetic(Path(folder), name, width)
        yield folder
