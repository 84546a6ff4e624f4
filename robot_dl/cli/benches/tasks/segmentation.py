"""The steps of the segmentation node after its network."""

from typing import Any

from robot_dl.cli.benches.stages import MESSAGE, Case, Outputs
from robot_dl.core.fit import Fit
from robot_dl.ros.masks import mask_to_msg
from robot_dl.segmentation.params import SegmentationParams
from robot_dl.segmentation.pipeline import Segmenter, open_segmenter
from robot_dl.segmentation.types import SemanticMask


def open_cases(model: str, msg: Any) -> tuple[Segmenter, list[Case]]:
    """Return a segmenter, and a case without and one with a subscriber of the confidence."""
    params, segmenter = SegmentationParams(model=model), open_segmenter(model)

    def plain(outputs: Outputs, fit: Fit) -> SemanticMask:
        return segmenter.answer(outputs, fit, params)

    def sure(outputs: Outputs, fit: Fit) -> SemanticMask:
        return segmenter.answer(outputs, fit, params, confidence=True)

    def message(found: SemanticMask) -> Any:
        return mask_to_msg(found.class_ids, msg.header)

    def messages(found: SemanticMask) -> Any:
        return message(found), mask_to_msg(found.confidence, msg.header)

    return segmenter, [
        Case('default', plain, {MESSAGE: message}),
        Case('with confidence', sure, {MESSAGE: messages}),
    ]
