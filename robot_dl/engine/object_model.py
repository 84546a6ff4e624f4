"""What all models share that find objects: which of the candidates are answers."""

from dataclasses import dataclass
from typing import ClassVar, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from robot_dl.core.boxes import class_aware_nms
from robot_dl.core.detections import Detections
from robot_dl.core.node_params import ObjectParams
from robot_dl.engine.task_model import AnyDecoder, TaskModel


class ObjectDecoder(AnyDecoder, Protocol):
    """What the decoders of objects have in common."""

    OVERLAPPING: ClassVar[bool]
    """True if one object may be reported several times, so that suppression must follow."""


D = TypeVar('D', bound=ObjectDecoder)
P = TypeVar('P', bound=ObjectParams)
R = TypeVar('R')


@dataclass(frozen=True)
class ObjectModel(TaskModel[D, P, R]):
    """A model that finds objects in RGB images."""

    def check_params(self, params: P) -> None:
        """Refuse, by ParamError, classes that are no labels of the model."""
        self.label_ids(params.classes)

    def chosen(self, found: Detections, params: P) -> NDArray[np.int64]:
        """Return which of the candidates [N] are answers [K], best first.

        Raises:
            ValueError: If one has a class without a label.
        """
        self._check_known(found)
        wanted = self._of_wanted_classes(found, params)
        return wanted[self._distinct(found[wanted], params)]

    def _check_known(self, found: Detections) -> None:
        """Refuse classes without a label: some graphs return numbers instead of scores."""
        highest = found.class_ids.max(initial=-1)
        if highest >= len(self.card.labels):
            raise ValueError(
                f'decoder {self.card.decoder}: the network gave class {highest}, but the card has '
                f'{len(self.card.labels)} labels, for 0 to {len(self.card.labels) - 1}; are some '
                'missing, or does it count from 1 (decoder_options: {first_label: 1})?'
            )

    def _of_wanted_classes(self, found: Detections, params: P) -> NDArray[np.int64]:
        if not params.classes:
            return np.arange(len(found))
        return np.flatnonzero(np.isin(found.class_ids, self.label_ids(params.classes)))

    def _distinct(self, found: Detections, params: P) -> NDArray[np.int64]:
        most = params.max_detections
        if not self.decoder.OVERLAPPING:
            return np.argsort(-found.scores, kind='stable')[:most]
        return class_aware_nms(found.boxes_xyxy, found.scores, found.class_ids, params.iou, most)


def have_area(boxes_xyxy: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Tell which boxes [N, 4] show something: not those in the padding, nor inverted ones."""
    return np.asarray((boxes_xyxy[:, 2:] > boxes_xyxy[:, :2]).all(axis=1))
