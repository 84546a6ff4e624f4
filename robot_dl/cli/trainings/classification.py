"""Train the tabletop classifier."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from robot_dl.classification.params import ClassificationParams
from robot_dl.classification.pipeline import open_classifier
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

__all__ = ['SOURCE', 'join']

TRAINER, NET = ClassificationTrainer, SingleNet
IS_CALIBRATED = True
LOSSES, SCORES = ('cross_entropy',), ('top1',)
ABOUT = 'One of eight kinds of household and workshop objects, trained on rendered pictures.'
WEAKNESSES = (
    'It has only ever seen rendered pictures; a real camera was never in the loop.',
    'It always gives a name: of several objects in a picture it names one, and of things of no '
    'class it is often sure, see above. `score` does not help against them.',
    'It looks at the square in the middle of the picture; what lies beside it is cut off.',
    'It expects one object on a table, seen from above (25 to 72 degrees), that fills at least '
    'a fifth of the height of the picture, with nothing before it. Objects that are partly hidden '
    'or partly outside the picture are untested.',
    'Every object is one of a few generated shapes; a mug without a handle or a claw hammer was '
    'never among them.',
)
DRAWN = 24


def export(net: SingleNet, validation: Singles, folder: Path, weights: str) -> None:
    """Write graph and card, with the temperature that fits the validation pictures best."""
    temperature = fit_temperature(logits_of(net, validation), validation.class_ids)
    export_graph(whole(net), MODEL_HW, 'logits', folder / weights)
    write_card(
        folder,
        'classification',
        MODEL_HW,
        tuple(CLASSES),
        ABOUT,
        weights=weights,
        fit='center_crop',
        decoder='logits',
        decoder_options={'activation': 'softmax', 'temperature': round(temperature, 4)},
    )


def whole(net: SingleNet) -> SingleNet:
    """Return a net as its graph will be."""
    return net


def draw(folder: Path) -> None:
    """Draw predictions on held-out pictures that the scores do not contain."""
    classifier = open_classifier(str(folder.resolve()), 'cpu')

    def classify(image: Rgb) -> tuple[str, float]:
        found = classifier(image, ClassificationParams(top_k=1))
        return classifier.card.labels[found.class_ids[0]], float(found.scores[0])

    shown = list(pictures(render_picture, HELD_OUT[-DRAWN:]))
    labels = [picture.labels[picture.class_id] for picture in shown]
    images = [picture.image for picture in shown]
    draw_predictions(classify, images, labels, folder / 'predictions.jpg')


def sections(
    training: Training, scores: dict[str, Any], validation: Singles, folder: Path
) -> list[list[str]]:
    """Return what the report says of scores and data."""
    temperature = float(load_card(folder).decoder_options['temperature'])
    return [
        score_lines(scores, temperature),
        data_lines(training, scores, len(validation)),
    ]
