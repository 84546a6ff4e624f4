"""Train the tabletop detector."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any, ClassVar

from robot_dl.cli.trainings.product import Product, Work
from robot_dl.detection.params import DetectionParams
from robot_dl.detection.pipeline import open_detector
from robot_dl.sim.worlds.objects import CLASSES
from robot_dl.training.detection import DetectionTrainer
from robot_dl.training.detection_evaluation import render_picture
from robot_dl.training.detection_report import data_lines, draw_predictions, score_lines
from robot_dl.training.evaluation import pictures
from robot_dl.training.export import export_graph, write_card
from robot_dl.training.net import Exported, TabletopNet
from robot_dl.training.report import DRAWN, Training
from robot_dl.training.scenes import MODEL_HW, SOURCE, join
from robot_dl.training.seeds import HELD_OUT

LABELS = tuple(CLASSES)
DRAWN_SCORE = 0.4


class DetectorProduct(Product):
    """The detector."""

    LOSSES: ClassVar = ('score', 'box', 'side')
    SCORES: ClassVar = ('mAP50', 'mAP50_95')

    def whole(self, net: TabletopNet) -> Exported:
        """Return a net as its graph will be."""
        return Exported(net, MODEL_HW)

    def export(self, net: TabletopNet, validation: object, folder: Path, weights: str) -> None:
        """Write graph and card."""
        export_graph(self.whole(net), MODEL_HW, ('output0',), folder / weights)
        keys = {'fit': 'letterbox', 'decoder': 'yolo', 'weights': weights, 'world': 'tabletop'}
        write_card(folder, 'detection', MODEL_HW, LABELS, self.about, **keys)

    def draw(self, folder: Path) -> None:
        """Draw predictions; see `Product`."""
        detector = open_detector(str(folder.resolve()), 'cpu')
        seen = partial(detector, params=DetectionParams(score=DRAWN_SCORE))
        images = [picture.image for picture in pictures(render_picture, HELD_OUT[-DRAWN:])]
        draw_predictions(seen, images, LABELS, folder / 'predictions.jpg')

    def sections(
        self, training: Training, scores: dict[str, Any], validation: object, folder: Path
    ) -> list[list[str]]:
        """Return what the report says of scores and data."""
        return [score_lines(scores), data_lines(training, scores)]


DETECTOR = DetectorProduct(
    'Eight kinds of household and workshop objects on a table, trained on rendered pictures.',
    (
        'It has only ever seen rendered pictures; a real camera was never in the loop.',
        'Every object is one of a few generated shapes; a mug without a handle or a claw hammer '
        'was never among them.',
        'Thin things are hardest to box: see the row of the screwdriver.',
        "It expects a table seen from above (30 to 70 degrees) at arm's length. Of the objects in "
        'training one in a hundred was thinner than 29 pixels of a 640×480 picture; smaller ones '
        'are untested.',
        'What tells two classes apart may be hidden or outside the picture: a hammer without its '
        'head is taken for a screwdriver or a box, a lying bottle without its neck for a can.',
        'Of things that belong to no class it has seen six kinds (cones, pyramids, stars, rings, '
        'crosses, horseshoes) and sheets of paper; others may be given a name.',
    ),
)

WORK = Work(
    lambda recipe, folder, resume: DetectionTrainer(recipe, LABELS, folder, resume),
    lambda: TabletopNet(len(LABELS)),
    SOURCE,
    join,
    {'tabletop_detector': DETECTOR},
)
