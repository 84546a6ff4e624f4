"""The demo's 3D detection node: places in space, compared with what is really visible there."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sensor_msgs.msg import CameraInfo, Image
from vision_msgs.msg import Detection2DArray, Detection3DArray

from robot_dl.cli.demos.frames import Frame
from robot_dl.cli.demos.marks import LEGEND
from robot_dl.cli.demos.parts.part import CAMERA_INFO, IMAGE, Cards, Messages, Part
from robot_dl.cli.demos.section import Goal, Key, Panel, Section, Table, Tile, written
from robot_dl.cli.demos.space_drawing import boxes_over, plan_of
from robot_dl.cli.demos.verdicts.places import Places, PlaceTally
from robot_dl.cli.demos.verdicts.space import Boxes3D, visible_boxes
from robot_dl.ros.calibrations import pinhole_from_msg
from robot_dl.ros.depth import depth_from_msg
from robot_dl.ros.detections import detections_from_msg
from robot_dl.ros.detections3d import instance_numbers
from robot_dl.ros.masks import mask_from_msg

TRUE_OBJECTS, TRUE_NUMBERS = 'truth/detections', 'truth/instances'
TRUE_DEPTH = 'camera/depth/image_raw'
GOAL_M, RIGHT_M = 0.05, 0.10


class Detection3dPart(Part[Places]):
    """Where in space the objects are."""

    name = 'detection3d'
    title = '3D detection: where the objects are in space'
    words = (
        'The node joins the boxes of the detection node with the metres of the depth node: where '
        'each object is, in metres from the camera, and how large. All of it comes from one '
        'colour camera.'
    )
    task = ''
    remaps = {}
    topics = {
        IMAGE: Image,
        CAMERA_INFO: CameraInfo,
        'detections_3d': Detection3DArray,
        TRUE_OBJECTS: Detection2DArray,
        TRUE_NUMBERS: Image,
        TRUE_DEPTH: Image,
    }
    answer = 'detections_3d'
    goals = (
        Goal('recall', 'share of the objects placed', 0.85),
        Goal('median_error_m', 'median error', GOAL_M, is_least=False, unit='cm'),
    )
    right = f'all objects found, each within {100 * RIGHT_M:.0f} cm'
    method = (
        'The truth is the box around the points of an object that the camera really sees: true '
        'silhouette and true distance of each of its pixels. The back of an object is in neither '
        'box, for no camera sees it. A box is of the object of its class at which it points, '
        'however far off it is along that direction, and the error is the distance between the '
        'centres of the two boxes.'
    )

    def __init__(self, cards: Cards) -> None:
        super().__init__(cards)
        self.labels = cards['detection'].labels

    def judge(self, messages: Messages) -> Places:
        """Compare the centres of the boxes."""
        pinhole = pinhole_from_msg(messages[CAMERA_INFO])
        objects = detections_from_msg(messages[TRUE_OBJECTS], self.labels)
        numbers = instance_numbers(messages[TRUE_OBJECTS])[mask_from_msg(messages[TRUE_NUMBERS])]
        depth_m = depth_from_msg(messages[TRUE_DEPTH])
        truth = visible_boxes(numbers, depth_m, pinhole, objects.class_ids, objects.scores > 0)
        found = boxes3d_from_msg(messages[self.answer], self.labels)
        return Places.judge(found, truth, pinhole, len(self.labels), RIGHT_M)

    def nothing(self) -> PlaceTally:
        """Return an empty tally."""
        return PlaceTally.empty(len(self.labels))

    def scores(self, total: PlaceTally) -> dict[str, float | None]:
        """Return how many were found, and how far off they are."""
        return {
            'recall': total.recall,
            'median_error_m': total.error_m(50),
            'p90_error_m': total.error_m(90),
            'median_relative_error': total.relative,
        }

    def details(self, total: PlaceTally) -> dict[str, Any]:
        """Return the same of each class."""
        classes = {
            label: {'objects': total.of_class(i).objects, **self.scores(total.of_class(i))}
            for i, label in enumerate(self.labels)
        }
        return {'objects': total.objects, 'classes': classes}

    def live(self, total: PlaceTally) -> str:
        """Return the median error."""
        return f'off by {written(total.error_m(50), "cm")}'

    def headline(self, total: PlaceTally) -> str:
        """Return the median error."""
        return (
            f'{written(total.recall)} of {total.objects} objects placed, '
            f'off by {written(total.error_m(50), "cm")} (median)'
        )

    def section(self, total: PlaceTally) -> Section:
        """Return the errors of all classes and of each."""
        median, most = (written(total.error_m(p), 'cm').rstrip(' cm') for p in (50, 90))
        relative = written(total.relative)
        tiles = [
            Tile('Error', median, 'cm', f'median, {relative} of the distance from the camera'),
            Tile('Nine of ten within', most, 'cm', 'distance from the true centre'),
            Tile('Placed', written(total.recall).rstrip('%'), '%', f'of {total.objects} objects'),
        ]
        rows = [(label, self._row(total.of_class(i))) for i, label in enumerate(self.labels)]
        head = ('class', 'objects', 'placed', 'median error', 'nine of ten within')
        table = Table(head, rows, ('all', self._row(total)))
        legend = [Key(LEGEND[kind], kind) for kind in ('truth', 'found', 'missed', 'false')]
        return Section(tiles, legend, table=table)

    def _row(self, total: PlaceTally) -> tuple[Any, ...]:
        errors = (written(total.error_m(percent), 'cm') for percent in (50, 90))
        return total.objects, total.recall, *errors

    def panels(self, frame: Frame[Places]) -> list[Panel]:
        """Return the boxes over the image, and where they are seen from above."""
        marks, lines = boxes_over(frame.verdict, self.labels)
        return [
            Panel('boxes in space', frame.image, marks, lines),
            plan_of(frame.verdict, self.labels),
        ]


def boxes3d_from_msg(msg: Detection3DArray, labels: tuple[str, ...]) -> Boxes3D:
    """Return boxes in the camera's optical frame with its axes.

    Raises:
        ValueError: If one has a label that is not in `labels`, or no hypothesis.
    """
    centres, sizes, classes = [], [], []
    for element in msg.detections:
        if not element.results:
            raise ValueError('detections_3d: expected a hypothesis in every element')
        best = max((result.hypothesis for result in element.results), key=lambda h: h.score)
        classes.append(labels.index(best.class_id))
        centre, size = element.bbox.center.position, element.bbox.size
        centres.append((centre.x, centre.y, centre.z))
        sizes.append((size.x, size.y, size.z))
    return Boxes3D(
        _rows(centres), _rows(sizes), np.array(classes, np.int64), np.ones(len(classes), bool)
    )


def _rows(values: list[tuple[float, float, float]]) -> NDArray[np.float64]:
    return np.array(values, np.float64).reshape(-1, 3)
