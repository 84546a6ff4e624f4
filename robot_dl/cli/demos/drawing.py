"""Annotated pictures: detections against the truth, drawn large enough to read."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from robot_dl.cli.demos.frames import Frame
from robot_dl.cli.demos.marks import LEGEND, Mark, marks_of

Rgb = NDArray[np.uint8]
Point = tuple[int, int]

SCALE = 2
STRIP_PX = 44
FONT = cv2.FONT_HERSHEY_DUPLEX
DASH_PX = 9


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
}


def annotated(frame: Frame, labels: Sequence[str]) -> Rgb:
    """Return the frame's image twice as large, with all marks and a legend below.

    Returns:
        RGB [2 H + strip, 2 W, 3] uint8.
    """
    large = cv2.resize(frame.image, None, fx=SCALE, fy=SCALE, interpolation=cv2.INTER_CUBIC)
    canvas = np.concatenate([large, np.full((STRIP_PX, large.shape[1], 3), 24, np.uint8)])
    marks = marks_of(frame, labels)
    for mark in marks:
        _draw_box(canvas, mark)
    for mark in marks:
        _draw_text(canvas, mark)
    _draw_legend(canvas, large.shape[0])
    return canvas


def png_bytes(image: Rgb) -> bytes:
    """Return an RGB image [H, W, 3] as a PNG file."""
    return cv2.imencode('.png', image[..., ::-1])[1].tobytes()


def jpeg_bytes(image: Rgb, quality: int = 88) -> bytes:
    """Return an RGB image [H, W, 3] as a JPEG file; quality is 0 to 100."""
    return cv2.imencode('.jpg', image[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes()


def _draw_box(canvas: Rgb, mark: Mark) -> None:
    style = STYLES[mark.kind]
    left, top, right, bottom = (round(edge * SCALE) for edge in mark.box_xyxy)
    corners = [(left, top), (right, top), (right, bottom), (left, bottom)]
    for start, end in zip(corners, [*corners[1:], corners[0]], strict=True):
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
    place = (left + 6, top + height - 6)
    cv2.putText(canvas, mark.text, place, FONT, 0.6, (16, 20, 24), 1, cv2.LINE_AA)


def _draw_legend(canvas: Rgb, top: int) -> None:
    x, y = 20, top + STRIP_PX // 2
    for kind, meaning in LEGEND.items():
        style = STYLES[kind]
        for a, b in _strokes((x, y), (x + 44, y), style.is_dashed):
            cv2.line(canvas, a, b, style.color, max(2, style.width_px), cv2.LINE_AA)
        place = (x + 54, y + 7)
        cv2.putText(canvas, meaning, place, FONT, 0.6, (235, 238, 242), 1, cv2.LINE_AA)
        x += 54 + cv2.getTextSize(meaning, FONT, 0.6, 1)[0][0] + 32
