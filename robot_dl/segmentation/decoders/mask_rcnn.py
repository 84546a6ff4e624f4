"""Mask R-CNN and its kin: finished boxes, each with a small mask of its own.

Boxes, labels and scores as `boxes_labels_scores` of detection reads them, and masks [N, 1, m, m],
[1, N, m, m] or [N, m, m] of chances, 28 x 28 most often, stretched over their boxes. Masks as
large as the input, which torchvision's whole models return, are taken as they are.

Signature: an output with a square, or a whole picture, for each box. Names: masks (torchvision,
MMDeploy), pred_masks (Detectron2), detection_masks (TensorFlow).

Source: He et al., "Mask R-CNN" (2017), section 3.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from robot_dl.core.finished_boxes import FinishedBoxes
from robot_dl.core.outputs import Outputs, Role, Size, find_outputs, float32, specs_of
from robot_dl.core.params import param
from robot_dl.core.tensors import TensorSpec
from robot_dl.segmentation.decoders.reading import check_chances
from robot_dl.segmentation.instance_masks import BoxMasks, Candidates, MapMasks, Masks
from robot_dl.segmentation.params import InstanceSegmentationParams

MASKS = Role(
    'masks',
    ((1, None, None, None), (None, 1, None, None), (None, None, None)),
    ('masks', 'pred_masks', 'detection_masks'),
)

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class MaskRcnn(FinishedBoxes):
    """Decoder of finished boxes with masks; see `InstanceDecoder`."""

    FAMILY: ClassVar[str] = 'mask_rcnn'
    BOXED: ClassVar[bool] = True

    masks: str = param('', 'Name of the output with the masks, likewise.')

    def check(self, outputs: tuple[TensorSpec, ...], labels: tuple[str, ...]) -> None:
        """Check that a graph's outputs are of this family; see `InstanceDecoder.check`."""
        masks = self._masks(outputs)
        super().check(tuple(spec for spec in outputs if spec.name != masks), labels)

    def decode(
        self, outputs: Outputs, params: InstanceSegmentationParams, model_hw: Size
    ) -> Candidates:
        """Return the candidates above `params.score`; see `InstanceDecoder.decode`."""
        name = self._masks(specs_of(outputs))
        others = {key: array for key, array in outputs.items() if key != name}
        found, kept = self.found(others, params.score, model_hw)
        maps = float32(outputs[name])
        maps = maps.reshape(-1, *maps.shape[-2:])
        if len(maps) <= kept.max(initial=-1):
            raise ValueError(
                f'decoder {self.FAMILY}: expected a mask for each box, got {len(maps)} masks '
                f'{list(outputs[name].shape)}'
            )
        maps = maps[kept]
        check_chances(self.FAMILY, maps, 'masks must have passed their sigmoid')
        whole = maps.shape[1:] == model_hw
        masks: Masks = (
            MapMasks(maps, are_logits=False, are_boxed=True)
            if whole
            else BoxMasks(maps, found.boxes_xyxy)
        )
        return Candidates(found, masks)

    @staticmethod
    def example() -> Outputs:
        """Return two boxes with full masks, and rows of zeros where there is nothing."""
        boxes = np.zeros((21, 4), np.float32)
        labels = np.zeros(21, np.int64)
        scores = np.zeros(21, np.float32)
        masks = np.zeros((21, 1, 28, 28), np.float32)
        boxes[:2] = [15, 20, 25, 40], [55, 30, 65, 50]
        labels[1] = 1
        scores[:2] = 0.9, 0.8
        masks[:2] = 0.95
        return {'boxes': boxes, 'labels': labels, 'scores': scores, 'masks': masks}

    def _masks(self, specs: tuple[TensorSpec, ...]) -> str:
        ranks = [len(spec.shape) for spec in specs]
        largest = [spec for spec in specs if len(spec.shape) == max(ranks, default=0)]
        return find_outputs(self.FAMILY, [MASKS], {'masks': self.masks}, largest)['masks']
