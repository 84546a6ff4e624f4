"""What somebody else's code makes of the same maps, for every family of depth networks.

Where `transformers` has a last step for a family, that is the reference; where it has none, the
formula of the paper or of the public implementation is written out, number by number.
"""

import math
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch

# The library would look for newer files on its hub otherwise.
os.environ['HF_HUB_OFFLINE'] = '1'

from transformers import DPTImageProcessor, ZoeDepthImageProcessor
from transformers.modeling_outputs import DepthEstimatorOutput

MAP_HW, SOURCE_HW = (48, 64), (96, 128)
FOCAL_PX = 70.0
"""Focal length of the camera, in pixels of the image and of the network's input alike."""

Maps = dict[str, np.ndarray]


@dataclass(frozen=True)
class Reference:
    """A family as its networks are exported, and who else reads it.

    Attributes:
        decoder: Which decoder reads it.
        source: Who else does.
        outputs: Makes random outputs.
        read: Returns metres [h, w], or nearness [h, w] of a relative family; of the image's size
            if `at_image`.
        options: Options of the decoder.
        at_image: Whether the reference resizes to the image, too.
    """

    decoder: str
    source: str
    outputs: Callable[[np.random.Generator], Maps]
    read: Callable[[Maps], np.ndarray]
    options: dict[str, Any] = field(default_factory=dict)
    at_image: bool = False


def uniform(low: float, high: float, *axes: int) -> Callable[[np.random.Generator], Maps]:
    """Return what makes one random map with further axes before its own."""
    return lambda rng: {'o': rng.uniform(low, high, (*axes, *MAP_HW)).astype(np.float32)}


def each(formula: Callable[[float], float]) -> Callable[[Maps], np.ndarray]:
    """Return what applies a formula in Python's own numbers, cell by cell."""

    def read(outputs: Maps) -> np.ndarray:
        plane = next(iter(outputs.values())).reshape(-1, *MAP_HW)[0]
        return np.array([[formula(float(v)) for v in row] for row in plane])

    return read


def dpt(outputs: Maps) -> np.ndarray:
    """Run the last step of DPT and Depth Anything, without resizing."""
    told = DepthEstimatorOutput(predicted_depth=torch.from_numpy(outputs['o']))
    return DPTImageProcessor().post_process_depth_estimation(told)[0]['predicted_depth'].numpy()


def zoe(outputs: Maps) -> np.ndarray:
    """Run the last step of ZoeDepth, without resizing."""
    told = DepthEstimatorOutput(predicted_depth=torch.from_numpy(outputs['o']))
    done = ZoeDepthImageProcessor().post_process_depth_estimation(told, do_remove_padding=False)
    return done[0]['predicted_depth'].numpy()


def pro(outputs: Maps) -> np.ndarray:
    """Return equation 1 of Depth Pro for our camera's field of view, resized by torch."""
    degrees = math.degrees(2 * math.atan(0.5 * SOURCE_HW[1] / FOCAL_PX))
    focal_px = 0.5 * SOURCE_HW[1] / math.tan(0.5 * math.radians(degrees))
    inverse = torch.from_numpy(outputs['o'][None].astype(np.float64)) * SOURCE_HW[1] / focal_px
    return (1 / torch.nn.functional.interpolate(inverse, SOURCE_HW, mode='bilinear'))[0, 0].numpy()


def laplace(outputs: Maps) -> np.ndarray:
    """Return the exponential of the median of a Laplace distribution, by torch."""
    place, log_scale = (torch.from_numpy(outputs['o'][0, i]) for i in (0, 1))
    return (
        torch.distributions.Laplace(place, log_scale.exp()).icdf(torch.tensor(0.5)).exp().numpy()
    )


KITTI = {'metric': True, 'scale': 0.00006016, 'shift': 0.00579}
STEREO = {'metric': True, 'scale': 5.4, 'min_m': 0.1, 'max_m': 100.0}
TRANSFORMERS = 'transformers 4.57'

REFERENCES = {
    'inverse_depth': Reference(
        'inverse_depth', f'{TRANSFORMERS}: DPTImageProcessor', uniform(0, 40, 1), dpt
    ),
    'inverse_depth of DPT in metres': Reference(
        'inverse_depth',
        "closed form of DPT's invert, cell by cell",
        uniform(10, 40000, 1),
        each(lambda v: 1 / (0.00006016 * v + 0.00579)),
        KITTI,
    ),
    'inverse_depth of Depth Pro': Reference(
        'inverse_depth',
        "closed form of its equation 1, resized by torch's bilinear interpolate",
        uniform(0.05, 2, 1),
        pro,
        {'metric': True, 'focal_px': float(SOURCE_HW[1])},
        at_image=True,
    ),
    'metric_depth': Reference(
        'metric_depth', f'{TRANSFORMERS}: ZoeDepthImageProcessor', uniform(0.3, 9, 1), zoe
    ),
    'metric_depth of Metric3D': Reference(
        'metric_depth',
        'closed form of its canonical camera, cell by cell',
        uniform(0.3, 80, 1, 1),
        each(lambda v: v * FOCAL_PX / 1000),
        {'focal_px': 1000.0},
    ),
    'sigmoid_disparity': Reference(
        'sigmoid_disparity',
        "closed form of monodepth2's disp_to_depth, cell by cell",
        uniform(0.005, 1, 1, 1),
        each(lambda s: 5.4 / (1 / 100 + (1 / 0.1 - 1 / 100) * s)),
        STEREO,
    ),
    'sigmoid_range': Reference(
        'sigmoid_range',
        'closed form, cell by cell',
        uniform(0.01, 1, 1, 1),
        each(lambda s: 0.001 + (80 - 0.001) * s),
        {'min_m': 0.001, 'max_m': 80.0},
    ),
    'log_depth': Reference(
        'log_depth', 'torch.distributions.Laplace', uniform(-1.5, 3, 1, 2), laplace
    ),
}
"""By the name in docs/decoders.md."""
