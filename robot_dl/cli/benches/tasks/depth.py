"""The steps of the depth node after its network."""

from typing import Any

from robot_dl.cli.benches.picture_msg import camera_of
from robot_dl.cli.benches.stages import MESSAGE, Case, Outputs
from robot_dl.core.fit import Fit
from robot_dl.depth.params import DepthParams
from robot_dl.depth.pipeline import DepthEstimator, open_depth
from robot_dl.depth.types import DepthMap, RelativeDepth
from robot_dl.engine.card_checks import CardError
from robot_dl.ros.clouds import CloudMaker
from robot_dl.ros.depth import METRES, depth_to_msg
from robot_dl.ros.geometry import camera_info_msg
from robot_dl.ros.images import image_to_msg, rgb_from_msg


def open_cases(model: str, msg: Any) -> tuple[DepthEstimator, list[Case]]:
    """Return a model, and cases without, with a subscriber of the confidence, and of the points.

    Raises:
        CardError: If the model tells no metres: it has neither camera_info nor points.
    """
    params, estimator = DepthParams(model=model), open_depth(model)
    if not estimator.is_metric:
        raise CardError(f'{model}: expected a model that tells metres, got a relative one')
    pinhole = camera_of(msg.height, msg.width)
    clouds = CloudMaker(pinhole)

    def plain(outputs: Outputs, fit: Fit) -> DepthMap:
        reading = estimator.in_metres(estimator.decoder.decode(outputs), fit, pinhole)
        return estimator.metres(reading, fit, params)

    def sure(outputs: Outputs, fit: Fit) -> DepthMap | RelativeDepth:
        return estimator.answer(outputs, fit, params, pinhole)

    def messages(found: DepthMap) -> Any:
        return depth_to_msg(found.depth_m, msg.header), camera_info_msg(pinhole, msg.header)

    def confidence(found: DepthMap) -> Any:
        return (
            None
            if found.confidence is None
            else image_to_msg(found.confidence, msg.header, METRES)
        )

    def points(found: DepthMap) -> Any:
        return clouds(found.depth_m, rgb_from_msg(msg), msg.header)

    return estimator, [
        Case('default', plain, {MESSAGE: messages}),
        Case('with confidence', sure, {MESSAGE: messages, 'confidence_message': confidence}),
        Case('with points', plain, {MESSAGE: messages, 'points': points}),
    ]
