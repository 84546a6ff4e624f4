"""The demo's segmentation node: the class of every pixel, compared with the true one."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from sensor_msgs.msg import Image

from robot_dl.cli.demos.frames import Frame
from robot_dl.cli.demos.parts.part import IMAGE, Cards, Messages, Part
from robot_dl.cli.demos.pictures import WRONG, Ids, Rgb, classes_painted, faded
from robot_dl.cli.demos.section import Goal, Key, Panel, Section, Table, Tile, written
from robot_dl.cli.demos.verdicts.classes import Classes
from robot_dl.ros.masks import mask_from_msg
from robot_dl.ros.overlay import colours_of
from robot_dl.training.segmentation_scoring import BACKGROUND, Counts, segmentation_scores

TRUTH = 'truth/mask'
GOAL = 0.7
"""Below what the models reach on held-out pictures: a demo shows a few scenes, and what one class
loses in one of them weighs as much as all others.
"""
QUIET = (70, 76, 86)
"""Colour of what is nothing in particular, in the legend; in pictures it is grey."""


class SegmentationPart(Part[Classes]):
    """What every pixel shows."""

    name = 'segmentation'
    title = 'Segmentation: what every pixel shows'
    words = (
        'The node gives every pixel of the image a class, so that a robot knows not only that '
        'there is a mug but exactly where it ends.'
    )
    task = 'segmentation'
    remaps = {'image': IMAGE, 'label_info': 'mask/label_info'}
    topics = {IMAGE: Image, 'mask': Image, TRUTH: Image}
    answer = 'mask'
    goals = (Goal('miou', 'mean overlap', GOAL),)
    right = f'a mean overlap of {GOAL:.0%} or more in this image alone'
    method = (
        'Of each class, the overlap is the number of pixels that both the node and the renderer '
        'give to it, divided by the number that at least one of them does (intersection over '
        'union, IoU). Over all images of the run together; mIoU is the mean over the classes that '
        'were in view, each counting alike, however few pixels it has.'
    )

    def __init__(self, cards: Cards) -> None:
        super().__init__(cards)
        card = cards[self.name]
        self.labels = card.labels
        self.colours = colours_of(card.labels, {**card.palette, BACKGROUND: QUIET})

    def check(self, true_labels: Sequence[str]) -> None:
        """Check that a class has the same id in both masks."""
        if tuple(true_labels) != self.labels:
            raise ValueError(
                f'labels of the segmentation model: expected {", ".join(true_labels)}, as the '
                f'world has them, got {", ".join(self.labels)}; choose another --world or --model'
            )

    def judge(self, messages: Messages) -> Classes:
        """Compare the masks pixel by pixel."""
        found, truth = mask_from_msg(messages[self.answer]), mask_from_msg(messages[TRUTH])
        return Classes.judge(found, truth, len(self.labels), GOAL)

    def nothing(self) -> Counts:
        """Return an empty confusion."""
        return np.zeros((len(self.labels), len(self.labels) + 1), np.int64)

    def scores(self, total: Counts) -> dict[str, float | None]:
        """Return the mean overlap and the share of right pixels."""
        scores = self.details(total)
        return {name: scores.get(name) for name in ('miou', 'pixel_accuracy')}

    def details(self, total: Counts) -> dict[str, Any]:
        """Return overlap, recall and precision of each class, and the confusion."""
        return segmentation_scores(total, self.labels) if total.any() else {}

    def live(self, total: Counts) -> str:
        """Return the mean overlap."""
        return f'mIoU {written(self.scores(total)["miou"])}'

    def headline(self, total: Counts) -> str:
        """Return overlap and share of right pixels."""
        scores = self.scores(total)
        return (
            f'{written(scores["pixel_accuracy"])} of the pixels right, '
            f'{written(scores["miou"])} mean overlap of the classes'
        )

    def section(self, total: Counts) -> Section:
        """Return the scores of all classes and of each."""
        scores = self.scores(total)
        miou, accuracy = (written(scores[name]).rstrip('%') for name in scores)
        tiles = [
            Tile('Mean overlap (mIoU)', miou, '%', 'of what each class covers, said and true'),
            Tile('Right pixels', accuracy, '%', 'of all pixels got their true class'),
        ]
        legend = [
            Key(label, colour=tuple(self.colours[i].tolist()))
            for i, label in enumerate(self.labels)
        ]
        return Section(tiles, [*legend, Key('wrong', colour=WRONG)], table=self._table(total))

    def _table(self, total: Counts) -> Table:
        keys = ('share_of_pixels', 'iou', 'precision', 'recall')
        rows = self.details(total).get('per_class', {}).items()
        head = ('class', 'share of the pixels', 'overlap (IoU)', 'precision', 'recall')
        return Table(head, [(label, [row[key] for key in keys]) for label, row in rows])

    def panels(self, frame: Frame[Classes]) -> list[Panel]:
        """Return what the node says, the truth, and where they differ."""
        verdict, image = frame.verdict, frame.image
        return [
            Panel('what the node says', self._painted(image, verdict.found)),
            Panel('the truth', self._painted(image, verdict.truth)),
            Panel('wrong pixels', faded(image, verdict.found != verdict.truth)),
            Panel('what the camera sees', image),
        ]

    def _painted(self, image: Rgb, ids: Ids) -> Rgb:
        quiet = self.labels.index(BACKGROUND) if BACKGROUND in self.labels else None
        return classes_painted(image, self.colours, ids, quiet)
