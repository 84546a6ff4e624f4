"""Pictures as arrays: decoding, resizing. The one file of `core` that knows OpenCV."""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from robot_dl.core.fit import Fit
from robot_dl.core.picture_files import claimed_hw, is_cut_jpeg

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
    cut = is_cut_jpeg(encoded)
    try:
        pixels = None if cut else cv2.imdecode(np.frombuffer(encoded, np.uint8), flags)
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
        ValueError: If the image is not [H, W, 3] uint8 or not of the size the fit was made for.
    """
    if image.dtype != np.uint8 or image.shape != (*fit.source_hw, 3):
        expected = f'uint8[{fit.source_hw[0]}, {fit.source_hw[1]}, 3]'
        raise ValueError(f'image: expected {expected}, got {image.dtype}{list(image.shape)}')
    inner = resize(image, fit.inner_hw, resampling)
    if fit.inner_hw == fit.model_hw:
        return inner
    top, left = fit.offset_yx
    if min(top, left) < 0:
        height, width = fit.model_hw
        return np.ascontiguousarray(inner[-top : height - top, -left : width - left])
    padded = np.full((*fit.model_hw, 3), PAD_VALUE, np.uint8)
    padded[top : top + fit.inner_hw[0], left : left + fit.inner_hw[1]] = inner
    return padded


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


def planes_from_pixels(
    pixels: Rgb, mean: Triple, std: Triple, swap: bool, planar: bool
) -> NDArray[np.float32]:
    """Normalise an RGB image [h, w, 3] into a network's input.

    Splitting first and scaling each plane in place is ten times faster than arithmetic on
    interleaved channels (docs/performance.md).

    Args:
        pixels: RGB image [h, w, 3], uint8.
        mean: Subtracted from each channel, in 0-255 units, in the network's channel order.
        std: Divides each channel after that.
        swap: True if the network wants BGR.
        planar: True for [1, 3, h, w], False for [1, h, w, 3].

    Returns:
        The tensor, float32.
    """
    planes = np.empty((3, *pixels.shape[:2]), np.float32)
    channels = cv2.split(pixels)
    for plane, channel, m, s in zip(
        planes, channels[::-1] if swap else channels, mean, std, strict=True
    ):
        plane[...] = channel
        if m:
            plane -= np.float32(m)
        plane *= np.float32(1 / s)
    return planes[None] if planar else np.ascontiguousarray(planes.transpose(1, 2, 0))[None]
