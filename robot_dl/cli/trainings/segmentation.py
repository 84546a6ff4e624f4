"""Segmenters: the class of every pixel."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import torch
from numpy.typing import NDArray

from robot_dl.cli.trainings.pixels import PixelProduct
from robot_dl.engine.card import load_card
from robot_dl.segmentation.params import SegmentationParams
from robot_dl.segmentation.pipeline import open_segmenter
from robot_dl.training.calibration import fit_temperature
from robot_dl.training.export import export_graph, write_card
from robot_dl.training.pixel_net import ExportedDense, PixelNet
from robot_dl.training.pixel_trainer import answers
from robot_dl.training.pixels import MODEL_HW, Pixels
from robot_dl.training.report import Training
from robot_dl.training.segmentation_evaluation import render_picture
from robot_dl.training.segmentation_report import draw_masks, mask_score_lines

STEP_PX = 12
"""Every so many pixels one is used for the calibration: neighbours say the same."""
Palette = dict[str, tuple[int, int, int]]


class SegmenterProduct(PixelProduct):
    """A segmenter."""

    TASK: ClassVar = 'segmentation'
    LOSSES: ClassVar = ('entropy', 'dice')
    SCORES: ClassVar = ('miou',)
    IS_CALIBRATED: ClassVar = True

    def whole(self, net: PixelNet) -> ExportedDense:
        """Return its part of a net as its graph will be."""
        return ExportedDense(net, 'segmentation')

    def export(self, net: PixelNet, validation: Pixels, folder: Path, weights: str) -> None:
        """Write graph and card, with the temperature that fits the validation pictures best."""
        temperature = fit_temperature(*_said(net, validation))
        export_graph(self.whole(net), MODEL_HW, ('logits',), folder / weights)
        write_card(
            folder,
            'segmentation',
            MODEL_HW,
            self.labels,
            self.about,
            weights=weights,
            fit='letterbox',
            decoder='class_logits',
            decoder_options={'temperature': round(temperature, 4)},
            palette={label: list(PALETTE[label]) for label in self.labels},
            world=self.world,
        )

    def draw(self, folder: Path) -> None:
        """Draw predictions; see `Product`."""
        segmenter = open_segmenter(str(folder.resolve()), 'cpu')
        look = partial(segmenter, params=SegmentationParams())
        colours = np.array([PALETTE[label] for label in self.labels], np.uint8)
        draw_masks(look, self.shown(render_picture), colours, folder / 'predictions.jpg')

    def sections(
        self, training: Training, scores: dict[str, Any], validation: Pixels, folder: Path
    ) -> list[list[str]]:
        """Return what the report says of scores and data."""
        temperature = float(load_card(folder).decoder_options['temperature'])
        return [
            mask_score_lines(scores, temperature),
            self.data_lines(training, scores, validation),
        ]


def _said(net: PixelNet, pixels: Pixels) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return logits [N, C] and true classes [N] of some pixels of all pictures."""
    logits, ids = [], []
    for start in range(0, len(pixels), 16):
        part = slice(start, start + 16)
        said = answers(net, pixels.images[part])['segmentation']
        whole = torch.nn.functional.interpolate(said, size=MODEL_HW, mode='bilinear')
        some = whole[:, :, ::STEP_PX, ::STEP_PX].permute(0, 2, 3, 1)
        logits.append(some.reshape(-1, said.shape[1]).cpu().numpy())
        ids.append(pixels.segments[part][:, ::STEP_PX, ::STEP_PX].reshape(-1))
    return np.concatenate(logits).astype(np.float64), np.concatenate(ids).astype(np.int64)


PALETTE: Palette = {
    'background': (0, 0, 0),
    'box': (166, 118, 29),
    'ball': (230, 60, 60),
    'can': (60, 180, 75),
    'bottle': (0, 130, 200),
    'mug': (245, 130, 48),
    'bowl': (145, 30, 180),
    'hammer': (70, 240, 240),
    'screwdriver': (255, 225, 25),
    'floor': (60, 180, 75),
    'wall': (110, 130, 160),
    'door': (166, 118, 29),
    'furniture': (145, 30, 180),
    'moving_obstacle': (230, 60, 60),
}
"""Colours of the labels for people."""
