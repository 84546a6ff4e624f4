"""The demo's instance segmentation node: silhouettes, compared with those of what is there."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sensor_msgs.msg import Image
from vision_msgs.msg import Detection2DArray

from robot_dl.cli.demos.frames import Frame
from robot_dl.cli.demos.marks import LEGEND, Mark, marks_of
from robot_dl.cli.demos.matching import LEAST_IOU
from robot_dl.cli.demos.parts import counting
from robot_dl.cli.demos.parts.part import IMAGE, Cards, Messages, Part
from robot_dl.cli.demos.pictures import faded, objects_painted
from robot_dl.cli.demos.section import Goal, Key, Panel, Section, Table, Tile, written
from robot_dl.cli.demos.verdicts.silhouettes import Silhouettes, SilhouetteTally
from robot_dl.ros.detections import detections_from_msg
from robot_dl.ros.detections3d import instance_numbers
from robot_dl.ros.masks import mask_from_msg
from robot_dl.ros.overlay import class_colour

DETECTIONS, MASK = 'instances/detections', 'instances/mask'
TRUE_OBJECTS, TRUE_NUMBERS = 'truth/detections', 'truth/instances'


class InstanceSegmentationPart(Part[Silhouettes]):
    """Which pixels belong to which object."""

    name = 'instance_segmentation'
    title = 'Instance segmentation: the silhouette of each object'
    words = (
        'The node finds each object and says which pixels are its own, so that two mugs side by '
        'side are two.'
    )
    task = 'instance_segmentation'
    remaps = {
        'image': IMAGE,
        'detections': DETECTIONS,
        'mask': MASK,
        'label_info': 'instances/label_info',
    }
    topics = {
        IMAGE: Image,
        DETECTIONS: Detection2DArray,
        MASK: Image,
        TRUE_OBJECTS: Detection2DArray,
        TRUE_NUMBERS: Image,
    }
    answer = MASK
    goals = (
        Goal('precision', 'precision', 0.85),
        Goal('recall', 'recall', 0.85),
        Goal('mask_iou', 'overlap of the silhouettes', 0.75),
    )
    right = 'all silhouettes found and no false alarm'
    method = (
        'As for boxes, but the pixels must overlap, by at least '
        f'{LEAST_IOU:.0%}: a box at the right place does not help. The overlap of the '
        'silhouettes is the mean over the objects that were found.'
    )

    def __init__(self, cards: Cards) -> None:
        super().__init__(cards)
        self.labels = cards[self.name].labels

    def judge(self, messages: Messages) -> Silhouettes:
        """Compare silhouettes."""
        found, truth = messages[DETECTIONS], messages[TRUE_OBJECTS]
        return Silhouettes.judge_pixels(
            detections_from_msg(found, self.labels),
            detections_from_msg(truth, self.labels),
            instance_numbers(found)[mask_from_msg(messages[MASK])],
            instance_numbers(truth)[mask_from_msg(messages[TRUE_NUMBERS])],
            len(self.labels),
        )

    def nothing(self) -> SilhouetteTally:
        """Return an empty tally."""
        return SilhouetteTally.empty(len(self.labels))

    def scores(self, total: SilhouetteTally) -> dict[str, float | None]:
        """Return precision, recall, and the mean overlap of what was found."""
        return {**counting.shares(total.objects), 'mask_iou': total.mean_overlap()}

    def details(self, total: SilhouetteTally) -> dict[str, Any]:
        """Return the counts and the overlap of each class."""
        objects = total.objects
        classes = {
            label: {**counting.counts(objects.of_class(i)), 'mask_iou': total.mean_overlap(i)}
            for i, label in enumerate(self.labels)
        }
        return {'objects': objects.objects, 'iou': LEAST_IOU, 'classes': classes}

    def live(self, total: SilhouetteTally) -> str:
        """Return precision, recall and overlap."""
        shares = f'{written(total.objects.precision)}/{written(total.objects.recall)}'
        return f'found {shares} IoU {written(total.mean_overlap())}'

    def headline(self, total: SilhouetteTally) -> str:
        """Return recall, precision and overlap."""
        return (
            f'{written(total.objects.recall)} of {total.objects.objects} silhouettes found, '
            f'{written(total.mean_overlap())} of their pixels shared with the truth'
        )

    def section(self, total: SilhouetteTally) -> Section:
        """Return the scores of all classes and of each."""
        objects, mean = total.objects, total.mean_overlap()
        words = 'of the silhouettes that were found with the true ones (IoU)'
        tiles = [
            *counting.tiles(objects),
            Tile('Overlap', written(mean).rstrip('%'), '%', words),
        ]
        rows = [
            (label, (*counting.row(objects.of_class(i)), total.mean_overlap(i)))
            for i, label in enumerate(self.labels)
        ]
        foot = ('all', (*counting.row(objects), mean))
        table = Table((*counting.HEAD, 'overlap'), rows, foot)
        kinds = [Key(LEGEND[kind], kind) for kind in ('found', 'uncounted', 'missed', 'false')]
        return Section(tiles, kinds, table=table)

    def panels(self, frame: Frame[Silhouettes]) -> list[Panel]:
        """Return the silhouettes that were found, the true ones, and where they differ."""
        verdict, image = frame.verdict, frame.image
        found, truth = verdict.found_numbers, verdict.true_numbers
        marks = [mark for mark in marks_of(verdict, self.labels) if mark.kind != 'truth']
        labels = [Mark(mark.kind, mark.box_xyxy, mark.text, is_boxed=False) for mark in marks]
        wrong = (found > 0) != (truth > 0)
        return [
            Panel(
                'what the node says',
                objects_painted(image, _found_colours(verdict), found),
                labels,
            ),
            Panel('the truth', objects_painted(image, _colours(len(verdict.truth)), truth)),
            Panel('pixels too many or too few', faded(image, wrong)),
            Panel('what the camera sees', image),
        ]


def _colours(count: int) -> NDArray[np.uint8]:
    return np.array([class_colour(i) for i in range(count)], np.uint8).reshape(count, 3)


def _found_colours(verdict: Silhouettes) -> NDArray[np.uint8]:
    """Return a colour for each detection [N, 3]: that of its object, or grey if it has none."""
    colours = np.full((len(verdict.found), 3), 150, np.uint8)
    right = verdict.matched.is_right
    colours[right] = _colours(len(verdict.truth))[verdict.matched.truth_of[right]]
    return colours
