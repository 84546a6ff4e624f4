"""From an image to the objects in it, with their pixels."""

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from robot_dl.core.detections import Detections
from robot_dl.core.fit import Fit
from robot_dl.core.outputs import Outputs
from robot_dl.engine.object_model import ObjectModel, have_area
from robot_dl.segmentation.decoders import INSTANCE_DECODERS, InstanceDecoder
from robot_dl.segmentation.params import InstanceSegmentationParams
from robot_dl.segmentation.types import Instances, Region


@dataclass(frozen=True)
class InstanceSegmenter(ObjectModel[InstanceDecoder, InstanceSegmentationParams, Instances]):
    """Find objects in RGB images, and the pixels that are theirs."""

    TASK: ClassVar[str] = 'instance_segmentation'
    FAMILIES: ClassVar = INSTANCE_DECODERS

    def answer(self, outputs: Outputs, fit: Fit, params: InstanceSegmentationParams) -> Instances:
        """Return the objects of which a pixel is to be seen, in pixels of the image, best first.

        Raises:
            ValueError: If the outputs are not of the decoder's family, or damaged.
        """
        candidates = self.decoder.decode(outputs, params, fit.model_hw)
        best = candidates[self.chosen(candidates.detections, params)]
        found = replace(best.detections, boxes_xyxy=fit.to_source(best.detections.boxes_xyxy))
        regions = [
            best.masks.region(number, box, fit, params.mask_threshold)
            for number, box in enumerate(found.boxes_xyxy)
        ]
        if not self.decoder.BOXED:
            found = replace(found, boxes_xyxy=_boxes_around(regions))
        shown = have_area(found.boxes_xyxy)
        shown &= np.array([region.pixels.any() for region in regions], np.bool_)
        return _instances(found[shown], [regions[k] for k in np.flatnonzero(shown)], fit)


open_instance_segmenter = InstanceSegmenter.open


def _instances(found: Detections, regions: list[Region], fit: Fit) -> Instances:
    """Return the objects, of which the better one has a pixel that several claim."""
    ids = np.zeros(fit.source_hw, np.uint16)
    for number in reversed(range(len(regions))):
        np.copyto(ids[regions[number].window], number + 1, where=regions[number].pixels)
    return Instances(found, ids, tuple(regions))


def _boxes_around(regions: list[Region]) -> NDArray[np.float32]:
    """Return the smallest box [N, 4] around each region; zeros if it is empty."""
    boxes = np.zeros((len(regions), 4), np.float32)
    for box, region in zip(boxes, regions, strict=True):
        rows, columns = (np.flatnonzero(region.pixels.any(axis=axis)) for axis in (1, 0))
        if len(rows):
            box[:] = columns[0], rows[0], columns[-1] + 1, rows[-1] + 1
            box += np.array([region.left, region.top] * 2, np.float32)
    return boxes
