"""Pictures as arrays: decoding, resizing. The one file of `core` that knows OpenCV."""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from robot_dl.core.fit import Fit
from robot_dl.core.picture_files import claimed_hw, is_cut, is_jpeg_or_png

Rgb = NDArray[np.uint8]
Triple = tuple[float, float, float]

PAD_VALUE = 114
"""Grey of the padding, 0-255: the value with which the YOLO family is trained."""

RESAMPLINGS = {'bilinear': cv2.INTER_LINEAR, 'area': cv2.INTER_AREA}
"""How a picture is made smaller.

bilinear: from the four pixels around each sampled point, whatever lies between the points, as
OpenCV's users and the YOLO family do. area: the mean of all pixels that fall into one, which is
close to what Pillow's anti-aliasing filters do, with which torchvision, timm and transformers
prepare images; it takes five times as long and more (docs/nodes/classification_node.md).
"""

MOST_PIXELS = 2**26
"""More than any camera has. A damaged or hostile file may claim 65535 × 65535."""

# What is wrong with a file is told by an error, and not again by OpenCV.
if hasattr(cv2.utils, 'logging'):
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)


def decoded(encoded: bytes, flags: int = cv2.IMREAD_COLOR) -> NDArray[Any]:
    """Return the picture in a JPEG, PNG or other file, as `cv2.imdecode` with `flags` does.

    Raises:
        ValueError: If it is broken, or claims to be huge. Of a JPEG that was cut off the decoder
            would fill what is missing with grey, and only warn on stderr.
    """
    if not encoded:
        raise ValueError('expected data, got 0 bytes')
    height, width = claimed_hw(encoded)
    if height * width > MOST_PIXELS:
        raise ValueError(
            f'claims {width} x {height} pixels in {len(encoded)} bytes; '
            f'expected at most {MOST_PIXELS} pixels'
        )
    cut = is_cut(encoded)
    # libjpeg looks for the size behind damaged bytes, and may find any.
    hides_size = is_jpeg_or_png(encoded) and not height * width
    try:
        unread = cut or hides_size
        pixels = None if unread else cv2.imdecode(np.frombuffer(encoded, np.uint8), flags)
    except cv2.error:
        pixels = None
    if pixels is None:
        reason = 'its end is missing' if cut else 'they are not an image that OpenCV knows'
        raise ValueError(f'cannot decode {len(encoded)} bytes; {reason}')
    return pixels


def fitted(image: Rgb, fit: Fit, resampling: str = 'bilinear') -> Rgb:
    """Bring an image [H, W, 3] to a model's input [h, w, 3].

    Args:
        image: The image [H, W, 3], uint8.
        fit: Where it lies in the input; what it does not cover becomes grey.
        resampling: One of `RESAMPLINGS`, for a picture that becomes smaller.

    Raises:
        ValueError: As `visible`.
    """
    part = visible(image, fit, resampling)
    if part.shape[:2] == fit.model_hw:
        return np.ascontiguousarray(part)
    padded = np.full((*fit.model_hw, 3), PAD_VALUE, np.uint8)
    padded[_covered(part, fit)] = part
    return padded


def visible(image: Rgb, fit: Fit, resampling: str = 'bilinear') -> Rgb:
    """Return what a model's input shows of an image [H, W, 3]: scaled, without the padding.

    It may be a view of the image. Arguments as for `fitted`.

    Raises:
        ValueError: If the image is not [H, W, 3] uint8 or not of the size the fit was made for.
    """
    if image.dtype != np.uint8 or image.shape != (*fit.source_hw, 3):
        expected = f'uint8[{fit.source_hw[0]}, {fit.source_hw[1]}, 3]'
        raise ValueError(f'image: expected {expected}, got {image.dtype}{list(image.shape)}')
    inner = resize(image, fit.inner_hw, resampling)
    (top, left), (height, width) = fit.offset_yx, fit.model_hw
    return inner[max(0, -top) : height - top, max(0, -left) : width - left]


def resize(image: Rgb, size_hw: tuple[int, int], resampling: str = 'bilinear') -> Rgb:
    """Return the image [H, W, 3] as [h, w, 3]; itself if nothing changes.

    Where it does not shrink along both axes, it is sampled bilinearly whatever is asked for.
    """
    height, width = image.shape[:2]
    if (height, width) == size_hw:
        return image
    shrinks = size_hw[0] <= height and size_hw[1] <= width
    how = RESAMPLINGS[resampling] if shrinks else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(image, size_hw[::-1], interpolation=how), np.uint8)


def resize_values(values: NDArray[np.float32], size_hw: tuple[int, int]) -> NDArray[np.float32]:
    """Return values [h, w] float32 at the centres of [H, W] pixels; itself if nothing changes.

    Between the centres of the old cells they are interpolated bilinearly, beyond the outermost
    they do not change. Every NaN spreads to its neighbours.
    """
    if values.shape == size_hw:
        return values
    wide = cv2.resize(values, size_hw[::-1], interpolation=cv2.INTER_LINEAR)
    return np.asarray(wide, np.float32)


def planes_from_pixels(
    pixels: Rgb,
    mean: Triple,
    std: Triple,
    swap: bool,
    planar: bool,
    fit: Fit | None = None,
    dtype: type[Any] = np.float32,
) -> NDArray[Any]:
    """Normalise RGB pixels [h, w, 3] into a network's input.

    Each channel is split off and scaled where it is to lie, which is ten times faster than
    arithmetic on interleaved channels (docs/performance.md).

    Args:
        pixels: RGB [h, w, 3], uint8.
        mean: Subtracted from each channel, in 0-255 units, in the network's channel order.
        std: Divides each channel after that.
        swap: True if the network wants BGR.
        planar: True for [1, 3, h, w], False for [1, h, w, 3].
        fit: Says where the pixels lie in a larger input; grey around them.
        dtype: Type of the elements; what is not float32 must not need normalising.

    Returns:
        The tensor.
    """
    planes = np.empty((3, *(fit.model_hw if fit else pixels.shape[:2])), dtype)
    covered = _covered(pixels, fit)
    channels = cv2.split(pixels)[:: -1 if swap else 1]
    for plane, channel, m, s in zip(planes, channels, mean, std, strict=True):
        plane[covered] = channel
        grey = np.full((), PAD_VALUE, dtype)
        for values in (plane[covered], grey):
            _normalise(values, np.float32(m), np.float32(1 / s))
        _surround(plane, covered, grey)
    return planes[None] if planar else np.asarray(cv2.merge(list(planes)))[None]


def _normalise(values: NDArray[Any], mean: np.float32, scale: np.float32) -> None:
    """Subtract and multiply in place; whole numbers stay what they are where nothing changes."""
    if mean:
        values -= mean
    if scale != 1:
        values *= scale


def _covered(part: Rgb, fit: Fit | None) -> tuple[slice, slice]:
    """Return where the visible part of an image lies in the input."""
    top, left = (max(0, offset) for offset in (fit.offset_yx if fit else (0, 0)))
    return slice(top, top + part.shape[0]), slice(left, left + part.shape[1])


def _surround(plane: NDArray[Any], covered: tuple[slice, slice], value: Any) -> None:
    """Write `value` above, below, left and right of what is covered of a plane [h, w]."""
    rows, columns = covered
    plane[: rows.start] = value
    plane[rows.stop :] = value
    plane[rows, : columns.start] = value
    plane[rows, columns.stop :] = value
