"""Instance segmenters: objects, and the pixels of each."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any, ClassVar

from robot_dl.cli.trainings.pixels import PixelProduct
from robot_dl.segmentation.instances import open_instance_segmenter
from robot_dl.segmentation.params import InstanceSegmentationParams
from robot_dl.training.detection_report import IGNORED, score_lines
from robot_dl.training.export import export_graph, write_card
from robot_dl.training.instance_evaluation import render_picture
from robot_dl.training.pixel_net import ExportedInstances, PixelNet
from robot_dl.training.pixels import MODEL_HW, Pixels
from robot_dl.training.report import Training
from robot_dl.training.segmentation_report import draw_instances


class InstancesProduct(PixelProduct):
    """An instance segmenter; `labels` are those of pixels, the first one is no object's."""

    TASK: ClassVar = 'instances'
    LOSSES: ClassVar = ('score', 'box', 'side', 'mask')
    SCORES: ClassVar = ()

    def whole(self, net: PixelNet) -> ExportedInstances:
        """Return its part of a net as its graph will be."""
        return ExportedInstances(net, MODEL_HW)

    def export(self, net: PixelNet, validation: object, folder: Path, weights: str) -> None:
        """Write graph and card."""
        export_graph(self.whole(net), MODEL_HW, ('output0', 'output1'), folder / weights)
        keys = {'fit': 'letterbox', 'decoder': 'yolo_seg', 'weights': weights}
        keys |= {'world': self.world}
        labels = self.labels[1:]
        write_card(folder, 'instance_segmentation', MODEL_HW, labels, self.about, **keys)

    def draw(self, folder: Path) -> None:
        """Draw predictions; see `Product`."""
        segmenter = open_instance_segmenter(str(folder.resolve()), 'cpu')
        look = partial(segmenter, params=InstanceSegmentationParams())
        draw_instances(look, self.shown(render_picture), folder / 'predictions.jpg')

    def sections(
        self, training: Training, scores: dict[str, Any], validation: Pixels, folder: Path
    ) -> list[list[str]]:
        """Return what the report says of scores and data."""
        ignored = f'{scores["ignored"]} objects {IGNORED}'
        return [
            score_lines(scores, ('mask_mAP50', 'mask_mAP50_95'), 'masks'),
            self.data_lines(training, scores, validation, ignored),
        ]
