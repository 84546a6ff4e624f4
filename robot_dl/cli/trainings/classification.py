"""Train the tabletop classifier."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

from robot_dl.classification.params import ClassificationParams
from robot_dl.classification.pipeline import open_classifier
from robot_dl.cli.trainings.product import Product, Work
from robot_dl.engine.card import load_card
from robot_dl.sim.worlds.objects import CLASSES
from robot_dl.training.calibration import fit_temperature
from robot_dl.training.classification import ClassificationTrainer, logits_of
from robot_dl.training.classification_evaluation import Rgb, render_picture
from robot_dl.training.classification_report import data_lines, draw_predictions, score_lines
from robot_dl.training.classifier import SingleNet
from robot_dl.training.evaluation import pictures
from robot_dl.training.export import export_graph, write_card
from robot_dl.training.report import Training
from robot_dl.training.seeds import HELD_OUT
from robot_dl.training.singles import MODEL_HW, SOURCE, Singles, join

LABELS = tuple(CLASSES)
DRAWN = 24


class ClassifierProduct(Product):
    """The classifier."""

    LOSSES: ClassVar = ('cross_entropy',)
    SCORES: ClassVar = ('top1',)
    IS_CALIBRATED: ClassVar = True

    def whole(self, net: SingleNet) -> SingleNet:
        """Return a net as its graph will be."""
        return net

    def export(self, net: SingleNet, validation: Singles, folder: Path, weights: str) -> None:
        """Write graph and card, with the temperature that fits the validation pictures best."""
        temperature = fit_temperature(logits_of(net, validation), validation.class_ids)
        export_graph(net, MODEL_HW, ('logits',), folder / weights)
        write_card(
            folder,
            'classification',
            MODEL_HW,
            LABELS,
            self.about,
            weights=weights,
            fit='center_crop',
            decoder='logits',
            decoder_options={'activation': 'softmax', 'temperature': round(temperature, 4)},
            world='single_object',
        )

    def draw(self, folder: Path) -> None:
        """Draw predictions; see `Product`."""
        classifier = open_classifier(str(folder.resolve()), 'cpu')

        def classify(image: Rgb) -> tuple[str, float]:
            found = classifier(image, ClassificationParams(top_k=1))
            return LABELS[found.class_ids[0]], float(found.scores[0])

        shown = list(pictures(render_picture, HELD_OUT[-DRAWN:]))
        labels = [picture.labels[picture.class_id] for picture in shown]
        images = [picture.image for picture in shown]
        draw_predictions(classify, images, labels, folder / 'predictions.jpg')

    def sections(
        self, training: Training, scores: dict[str, Any], validation: Singles, folder: Path
    ) -> list[list[str]]:
        """Return what the report says of scores and data."""
        temperature = float(load_card(folder).decoder_options['temperature'])
        return [
            score_lines(scores, temperature),
            data_lines(training, scores, len(validation)),
        ]


CLASSIFIER = ClassifierProduct(
    'One of eight kinds of household and workshop objects, trained on rendered pictures.',
    (
        'It has only ever seen rendered pictures; a real camera was never in the loop.',
        'It always gives a name: of several objects in a picture it names one, and of things of '
        'no class it is often sure, see above. `score` does not help against them.',
        'It looks at the square in the middle of the picture; what lies beside it is cut off.',
        'It expects one object on a table, seen from above (25 to 72 degrees), that fills at '
        'least a fifth of the height of the picture, with nothing before it. Objects that are '
        'partly hidden or partly outside the picture are untested.',
        'Every object is one of a few generated shapes; a mug without a handle or a claw hammer '
        'was never among them.',
    ),
)

WORK = Work(
    lambda recipe, folder, resume: ClassificationTrainer(recipe, LABELS, folder, resume),
    lambda: SingleNet(len(LABELS)),
    SOURCE,
    join,
    {'tabletop_classifier': CLASSIFIER},
)
