"""Objects as points: CenterNet's heat map, size and offset.

Heat map [1, C, h, w]; width and height [1, 2, h, w] and the offset x, y of the centre in its cell
[1, 2, h, w], both in cells. A cell is an object where no neighbour is higher.
Without an offset the centre is the cell's.

Signature: one map with C channels and two with 2, most often a quarter of the input's size. Names:
hm, wh, reg. The heat map of the authors' exports is a logit: set `activation: sigmoid`.

Source: Zhou et al., "Objects as Points" (2019), sections 3 and 4.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from robot_dl.core.activation import MOST_LOGIT, least_logit, sigmoid
from robot_dl.core.boxes import xyxy_from_cxcywh
from robot_dl.core.detections import Detections
from robot_dl.core.outputs import (
    MOST_SCORE,
    Floats,
    Outputs,
    Role,
    Size,
    check_sane,
    demand,
    find_outputs,
    float32,
    specs_of,
)
from robot_dl.core.params import Params, param
from robot_dl.core.tensors import TensorSpec
from robot_dl.detection.params import DetectionParams

Ids = NDArray[np.int64]

FAMILY = 'centernet'
PAIR = (1, 2, None, None)
ROLES = (
    Role('size', (PAIR,), ('wh', 'size', 'wh_pred', 'sizes')),
    Role('offset', (PAIR,), ('reg', 'offset', 'off', 'offset_pred', 'offsets')),
    Role('heatmap', ((1, None, None, None),), ('hm', 'heatmap', 'center_heatmap_pred', 'heat')),
)
NEIGHBOURS = [(0, 1), (0, -1), (1, 0), (-1, 0), (1, 1), (-1, -1), (1, -1), (-1, 1)]
WITHOUT_OFFSET = (ROLES[0], ROLES[2])


@dataclass(frozen=True)
class CenterNet(Params):
    """Decoder of heat map, size and offset; see `Decoder`."""

    OVERLAPPING: ClassVar[bool] = False

    activation: str = param(
        'none',
        'sigmoid if the heat map is a logit, not yet in [0, 1].',
        choices=('none', 'sigmoid'),
    )
    heatmap: str = param('', 'Name of the output with the scores, if it is none of the usual.')
    size: str = param('', 'Name of the output with width and height, likewise.')
    offset: str = param('', "Name of the output with the centre's offset, likewise.")

    def check(self, outputs: tuple[TensorSpec, ...], labels: tuple[str, ...]) -> None:
        """Check that a graph's outputs are of this family; see `Decoder.check`."""
        heatmap = self._names(outputs)['heatmap']
        demand(FAMILY, {heatmap: (1, len(labels), None, None)}, labels, outputs)

    def decode(self, outputs: Outputs, params: DetectionParams, model_hw: Size) -> Detections:
        """Return the candidates above `params.score`; see `Decoder.decode`."""
        heat, size, offset = self._maps(outputs)
        is_logit = self.activation == 'sigmoid'
        places = np.concatenate([size, offset]).reshape(4, -1).T
        most = MOST_LOGIT if is_logit else MOST_SCORE
        check_sane(FAMILY, places, heat.reshape(len(heat), -1).T, most=most)
        least = least_logit(params.score) if is_logit else params.score
        class_ids, y, x = peaks(heat, least)
        best = heat[class_ids, y, x]
        scores = sigmoid(best) if is_logit else np.clip(best, 0, 1)
        cells = np.concatenate([np.stack([x, y]) + offset[:, y, x], size[:, y, x]]).T
        strides = np.array([model_hw[1] / heat.shape[2], model_hw[0] / heat.shape[1]] * 2)
        boxes = xyxy_from_cxcywh((cells * strides).astype(np.float32))
        return Detections(boxes, scores, class_ids)[scores >= params.score]

    @staticmethod
    def example() -> dict[str, NDArray[np.float32]]:
        """Return two boxes around (20, 30) and (60, 40), 10 wide and 20 high, 4 px a cell."""
        heat = np.zeros((1, 3, 24, 24), np.float32)
        size = np.ones((1, 2, 24, 24), np.float32)
        offset = np.zeros((1, 2, 24, 24), np.float32)
        for class_id, x, y in ((0, 5, 7.5), (1, 15, 10)):
            heat[0, class_id, int(y), x] = 0.9
            size[0, :, int(y), x] = 2.5, 5
            offset[0, 1, int(y), x] = y - int(y)
        return {'hm': heat, 'wh': size, 'reg': offset}

    def _names(self, specs: tuple[TensorSpec, ...]) -> dict[str, str]:
        named = {'heatmap': self.heatmap, 'size': self.size, 'offset': self.offset}
        maps = [spec for spec in specs if len(spec.shape) == 4]
        return find_outputs(FAMILY, ROLES if len(maps) > 2 else WITHOUT_OFFSET, named, specs)

    def _maps(self, outputs: Outputs) -> tuple[Floats, Floats, Floats]:
        names = self._names(specs_of(outputs))
        heat, size = (float32(outputs[names[what]][0]) for what in ('heatmap', 'size'))
        offset = np.full_like(size, 0.5)
        if 'offset' in names:
            offset = float32(outputs[names['offset']][0])
        if not heat.shape[1:] == size.shape[1:] == offset.shape[1:]:
            shapes = ', '.join(str(list(each.shape)) for each in (heat, size, offset))
            raise ValueError(f'decoder {FAMILY}: expected maps of one size, got {shapes}')
        return heat, size, offset


def peaks(heat: Floats, least: float) -> tuple[Ids, Ids, Ids]:
    """Return class, y and x of the cells [C, h, w] that reach `least` and no neighbour exceeds.

    Few cells reach it, and each comparison leaves fewer: that is faster than the maximum of every
    neighbourhood. At a border the nearest cell inside stands for the one outside; it is itself a
    neighbour.
    """
    flat, (height, width) = heat.ravel(), heat.shape[1:]
    at = np.flatnonzero(flat >= least)
    values, (y, x) = flat[at], np.divmod(at % (height * width), width)
    for dy, dx in NEIGHBOURS:
        down, right = np.clip(y + dy, 0, height - 1) - y, np.clip(x + dx, 0, width - 1) - x
        left = np.flatnonzero(values >= flat[at + down * width + right])
        at, values, y, x = at[left], values[left], y[left], x[left]
    return at // (height * width), y, x
