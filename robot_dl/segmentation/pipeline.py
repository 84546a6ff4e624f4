"""From an image to the class of each of its pixels."""

from dataclasses import dataclass
from typing import ClassVar

from robot_dl.core.fit import Fit
from robot_dl.core.outputs import Outputs
from robot_dl.engine.task_model import TaskModel
from robot_dl.segmentation.decoders import SEMANTIC_DECODERS, SemanticDecoder
from robot_dl.segmentation.maps import IdMap
from robot_dl.segmentation.params import SegmentationParams
from robot_dl.segmentation.types import SemanticMask


@dataclass(frozen=True)
class Segmenter(TaskModel[SemanticDecoder, SegmentationParams, SemanticMask]):
    """Say of every pixel of RGB images what it shows."""

    TASK: ClassVar[str] = 'segmentation'
    FAMILIES: ClassVar = SEMANTIC_DECODERS

    def answer(
        self, outputs: Outputs, fit: Fit, params: SegmentationParams, confidence: bool = False
    ) -> SemanticMask:
        """Return the class of each pixel of the image, and how sure that is if asked for it.

        Raises:
            ValueError: If the outputs are not of the decoder's family, or damaged.
        """
        maps = self.decoder.decode(outputs)
        if isinstance(maps, IdMap):
            self._check_known(maps)
        return maps.mask(fit, len(self.card.labels), confidence)

    def check_params(self, params: SegmentationParams) -> None:
        """Refuse, by ParamError, drivable classes that are no labels of the model."""
        self.label_ids(params.drivable_classes, 'drivable_classes')

    def _check_known(self, found: IdMap) -> None:
        """Refuse classes without a label: what else would they be called?"""
        highest, count = int(found.class_ids.max(initial=-1)), len(self.card.labels)
        if highest >= count:
            raise ValueError(
                f'decoder {self.card.decoder}: the network gave class {highest}, but the card has '
                f'{count} labels, for 0 to {count - 1}; are some missing, or does it count from 1 '
                '(decoder_options: {first_label: 1})?'
            )


open_segmenter = Segmenter.open
