"""Depth estimators: the metres of every pixel, and how far they can be trusted."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import torch
from numpy.typing import NDArray

from robot_dl.cli.trainings.pixels import PixelProduct
from robot_dl.core.pinhole import Pinhole
from robot_dl.depth.params import DepthParams
from robot_dl.depth.pipeline import open_depth
from robot_dl.depth.types import DepthMap
from robot_dl.engine.card import load_card
from robot_dl.training.calibration import fit_width_temperature
from robot_dl.training.depth_evaluation import TOLERANCE, Rgb, is_right, render_picture
from robot_dl.training.depth_report import draw_predictions, score_lines
from robot_dl.training.export import export_graph, write_card
from robot_dl.training.pixel_losses import REFERENCE_FOCAL_PX
from robot_dl.training.pixel_net import ExportedDense, PixelNet
from robot_dl.training.pixel_trainer import answers
from robot_dl.training.pixels import MODEL_HW, Pixels
from robot_dl.training.report import Training

SHOWN = 6
STEP_PX = 4
"""Every so many pixels one is used for the calibration: neighbours say the same."""


class DepthProduct(PixelProduct):
    """A metric depth estimator; `labels` are only for the tables of its report."""

    TASK: ClassVar = 'depth'
    LOSSES: ClassVar = ('log_depth', 'scale')
    SCORES: ClassVar = ('abs_rel', 'delta1')
    IS_CALIBRATED: ClassVar = True

    def whole(self, net: PixelNet) -> ExportedDense:
        """Return its part of a net as its graph will be."""
        return ExportedDense(net, 'depth')

    def export(self, net: PixelNet, validation: Pixels, folder: Path, weights: str) -> None:
        """Write graph and card, with the temperature that fits the validation pictures best."""
        temperature = fit_width_temperature(*_said(net, validation))
        export_graph(self.whole(net), MODEL_HW, ('depth',), folder / weights)
        options = {'metric': True, 'focal_px': REFERENCE_FOCAL_PX}
        write_card(
            folder,
            'depth',
            MODEL_HW,
            (),
            self.about,
            weights=weights,
            fit='letterbox',
            decoder='log_depth',
            decoder_options={
                **options,
                'temperature': round(temperature, 4),
                'tolerance': TOLERANCE,
            },
            world=self.world,
        )

    def draw(self, folder: Path) -> None:
        """Draw predictions; see `Product`."""
        estimator, params = open_depth(str(folder.resolve()), 'cpu'), DepthParams()

        def look(image: Rgb, pinhole: Pinhole) -> DepthMap:
            found = estimator(image, params, pinhole)
            assert isinstance(found, DepthMap)
            return found

        draw_predictions(look, self.shown(render_picture, SHOWN), folder / 'predictions.jpg')

    def sections(
        self, training: Training, scores: dict[str, Any], validation: Pixels, folder: Path
    ) -> list[list[str]]:
        """Return what the report says of scores and data."""
        temperature = float(load_card(folder).decoder_options['temperature'])
        return [
            score_lines(scores, temperature),
            self.data_lines(training, scores, validation),
        ]


def _said(net: PixelNet, pixels: Pixels) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return how the tolerance compares to the expected error, and whether it was kept [N]."""
    rates, kept = [], []
    for start in range(0, len(pixels), 16):
        part = slice(start, start + 16)
        said = answers(net, pixels.images[part])['depth']
        whole = torch.nn.functional.interpolate(said, size=MODEL_HW, mode='bilinear')
        log_m, log_width = whole[:, :, ::STEP_PX, ::STEP_PX].cpu().numpy().transpose(1, 0, 2, 3)
        factor = (pixels.focal_px[part] / REFERENCE_FOCAL_PX)[:, None, None]
        true_m = pixels.depth_m[part][:, ::STEP_PX, ::STEP_PX].astype(np.float32)
        there = np.isfinite(true_m)
        rates.append(np.log1p(TOLERANCE) * np.exp(-log_width[there].astype(np.float64)))
        kept.append(is_right(np.exp(log_m) * factor, true_m)[there])
    return np.concatenate(rates), np.concatenate(kept)
