"""Annotated pictures as files: what a node says beside the truth, large enough to read."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from robot_dl.cli.demos.marks import LEGEND, Line, Mark
from robot_dl.cli.demos.section import Panel

Rgb = NDArray[np.uint8]
Point = tuple[int, int]

SCALE = 2
STRIP_PX = 44
FONT = cv2.FONT_HERSHEY_DUPLEX
DASH_PX = 9
INK = (235, 238, 242)


@dataclass(frozen=True)
class Style:
    """How one kind of mark looks: RGB colour, width in pixels, and whether it is dashed."""

    color: tuple[int, int, int]
    width_px: int
    is_dashed: bool = False


STYLES = {
    'truth': Style((255, 255, 255), 1, True),
    'uncounted': Style((178, 184, 194), 1, True),
    'found': Style((25, 214, 170), 3),
    'missed': Style((255, 82, 110), 3, True),
    'false': Style((255, 176, 32), 3),
    'grid': Style((58, 66, 76), 1),
}


def annotated(panel: Panel) -> Rgb:
    """Return a panel twice as large, with all marks, and a legend or its title below.

    Returns:
        RGB [2 H + strip, 2 W, 3] uint8.
    """
    large = cv2.resize(panel.image, None, fx=SCALE, fy=SCALE, interpolation=cv2.INTER_CUBIC)
    strip = np.full((STRIP_PX, large.shape[1], 3), 24, np.uint8)
    canvas: Rgb = np.concatenate([large, strip]).astype(np.uint8)
    for line in panel.lines:
        _draw_line(canvas[: large.shape[0]], line)
    for mark in panel.marks:
        _draw_box(canvas, mark)
    for mark in panel.marks:
        _draw_text(canvas, mark)
    if panel.marks:
        _draw_legend(canvas, large.shape[0])
    else:
        _write(canvas, panel.title, (20, large.shape[0] + STRIP_PX // 2 + 7))
    return canvas


def side_by_side(panels: Sequence[Panel]) -> Rgb:
    """Return annotated panels in a row, as high as the first; of their own size if several."""
    pictures = [annotated(panel) for panel in panels]
    height = pictures[0].shape[0] // (1 if len(panels) == 1 else SCALE)
    return np.concatenate([_of_height(picture, height) for picture in pictures], axis=1)


def _of_height(picture: Rgb, height: int) -> Rgb:
    width = round(picture.shape[1] * height / picture.shape[0])
    return np.asarray(cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA), np.uint8)


def png_bytes(image: Rgb) -> bytes:
    """Return an RGB image [H, W, 3] as a PNG file."""
    return cv2.imencode('.png', image[..., ::-1])[1].tobytes()


def jpeg_bytes(image: Rgb, quality: int = 88) -> bytes:
    """Return an RGB image [H, W, 3] as a JPEG file; quality is 0 to 100."""
    return cv2.imencode('.jpg', image[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes()


def _draw_box(canvas: Rgb, mark: Mark) -> None:
    if mark.is_boxed:
        left, top, right, bottom = mark.box_xyxy
        corners = [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)]
        _draw_line(canvas, Line(mark.kind, corners))


def _draw_line(canvas: Rgb, line: Line) -> None:
    style = STYLES[line.kind]
    points = [(round(x * SCALE), round(y * SCALE)) for x, y in line.corners_xy]
    for start, end in pairwise(points):
        for a, b in _strokes(start, end, style.is_dashed):
            cv2.line(canvas, a, b, style.color, style.width_px, cv2.LINE_AA)


def _strokes(start: Point, end: Point, is_dashed: bool) -> list[tuple[Point, Point]]:
    """Return the pieces of a line: itself, or dashes as long as the gaps between them."""
    a, b = np.array(start), np.array(end)
    count = max(1, int(np.linalg.norm(b - a) // (2 * DASH_PX))) if is_dashed else 1
    share = 0.5 if is_dashed else 1.0
    at = np.arange(count)[:, None]
    starts = np.rint(a + (b - a) * at / count).astype(int)
    ends = np.rint(a + (b - a) * (at + share) / count).astype(int)
    return [
        ((s[0], s[1]), (e[0], e[1])) for s, e in zip(starts.tolist(), ends.tolist(), strict=True)
    ]


def _draw_text(canvas: Rgb, mark: Mark) -> None:
    if not mark.text:
        return
    (width, height), _ = cv2.getTextSize(mark.text, FONT, 0.6, 1)
    width, height = width + 12, height + 12
    image_height = (canvas.shape[0] - STRIP_PX) / SCALE
    top = round(mark.plate_top(height / SCALE, image_height) * SCALE)
    left = max(round(min(mark.box_xyxy[0] * SCALE, canvas.shape[1] - width)), 0)
    cv2.rectangle(canvas, (left, top), (left + width, top + height), STYLES[mark.kind].color, -1)
    _write(canvas, mark.text, (left + 6, top + height - 6), (16, 20, 24))


def _draw_legend(canvas: Rgb, top: int) -> None:
    x, y = 20, top + STRIP_PX // 2
    for kind, meaning in LEGEND.items():
        style = STYLES[kind]
        for a, b in _strokes((x, y), (x + 44, y), style.is_dashed):
            cv2.line(canvas, a, b, style.color, max(2, style.width_px), cv2.LINE_AA)
        _write(canvas, meaning, (x + 54, y + 7))
        x += 54 + cv2.getTextSize(meaning, FONT, 0.6, 1)[0][0] + 32


def _write(canvas: Rgb, text: str, place: Point, color: tuple[int, int, int] = INK) -> None:
    cv2.putText(canvas, text, place, FONT, 0.6, color, 1, cv2.LINE_AA)
