"""A folder of images, or a single one."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from robot_dl.cli.sources.frame import Bytes, Calibration, Frame, RawImage, Tell
from robot_dl.core.images import decoded

SUFFIXES = ('.bmp', '.jpeg', '.jpg', '.pgm', '.png', '.ppm', '.tif', '.tiff', '.webp')
# A photograph says nothing about when the next one was taken.
PERIOD_NS = 100_000_000


@dataclass(frozen=True)
class ImageFiles:
    """Images from files, ten a second."""

    title: str
    paths: tuple[Path, ...]
    is_live: bool = False
    has_stamps: bool = False
    calibration: Calibration | None = None

    def frames(self, tell: Tell) -> Iterator[Frame]:
        """Yield the images that can be read."""
        for index, path in enumerate(self.paths):
            try:
                image = RawImage.from_rgb(read_rgb(path))
            except (ValueError, OSError) as error:
                tell(f'skipped {error}')
            else:
                yield Frame(image, index * PERIOD_NS)


def open_image(path: Path) -> ImageFiles:
    """Return a single image as a source."""
    return ImageFiles(f'image {path}', (path,))


def open_folder(folder: Path) -> ImageFiles:
    """Return the images directly in `folder`, in natural order.

    Raises:
        ValueError: If there is none.
    """
    paths = [path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES]
    if not paths:
        raise ValueError(f'{folder}: expected images ({", ".join(SUFFIXES)}), found none')
    paths.sort(key=lambda path: natural_key(path.name))
    return ImageFiles(f'folder {folder} with {len(paths)} images', tuple(paths))


def natural_key(name: str) -> list[tuple[int, int | str]]:
    """Return what sorts 'image9' before 'image10'."""
    parts = re.split(r'(\d+)', name.lower())
    return [(0, int(part)) if part.isdecimal() else (1, part) for part in parts]


def read_rgb(path: Path) -> Bytes:
    """Return the colours [H, W, 3] uint8 of an image file.

    Raises:
        ValueError: If it is broken.
    """
    try:
        bgr = decoded(path.read_bytes())
    except ValueError as error:
        raise ValueError(f'{path}: {error}') from error
    return np.asarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB), np.uint8)
