"""The demo's detection node: boxes, compared with the boxes of what is there."""

from typing import Any

from sensor_msgs.msg import Image
from vision_msgs.msg import Detection2DArray

from robot_dl.cli.demos.frames import Frame
from robot_dl.cli.demos.marks import marks_of
from robot_dl.cli.demos.matching import LEAST_IOU, Tally
from robot_dl.cli.demos.parts import counting
from robot_dl.cli.demos.parts.part import IMAGE, Cards, Messages, Part
from robot_dl.cli.demos.section import Goal, Panel, Section, Table, written
from robot_dl.cli.demos.verdicts.objects import Objects
from robot_dl.ros.detections import detections_from_msg

TRUTH = 'truth/detections'


class DetectionPart(Part[Objects]):
    """Which objects are where in the image."""

    name = 'detection'
    title = 'Detection: which objects are where'
    words = 'The node draws a box around each object that it knows, and names it.'
    task = 'detection'
    topics = {IMAGE: Image, 'detections': Detection2DArray, TRUTH: Detection2DArray}
    answer = 'detections'
    goals = (Goal('precision', 'precision', 0.9), Goal('recall', 'recall', 0.9))
    right = 'all objects found and no false alarm'
    method = (
        'A detection is right if it names the class of an object and overlaps it by at least '
        f'{LEAST_IOU:.0%} (intersection over union, IoU); each object can be found once, the '
        'surest detection chooses first. Every other detection is a false alarm, every object '
        'left over is missed. Objects that are mostly hidden or only a few pixels wide count '
        'neither way.'
    )

    def __init__(self, cards: Cards) -> None:
        super().__init__(cards)
        self.labels = cards[self.name].labels

    def judge(self, messages: Messages) -> Objects:
        """Compare boxes."""
        found = detections_from_msg(messages[self.answer], self.labels)
        truth = detections_from_msg(messages[TRUTH], self.labels)
        return Objects.judge(found, truth, len(self.labels))

    def nothing(self) -> Tally:
        """Return an empty tally."""
        return Tally.empty(len(self.labels))

    def scores(self, total: Tally) -> dict[str, float | None]:
        """Return precision and recall."""
        return counting.shares(total)

    def details(self, total: Tally) -> dict[str, Any]:
        """Return the counts of each class."""
        classes = {
            label: counting.counts(total.of_class(i)) for i, label in enumerate(self.labels)
        }
        return {'objects': total.objects, 'iou': LEAST_IOU, 'classes': classes}

    def live(self, total: Tally) -> str:
        """Return precision and recall."""
        return f'precision {written(total.precision)} recall {written(total.recall)}'

    def headline(self, total: Tally) -> str:
        """Return precision and recall."""
        return (
            f'{written(total.recall)} of {total.objects} objects found, '
            f'{written(total.precision)} of the answers right'
        )

    def section(self, total: Tally) -> Section:
        """Return the scores of all classes and of each."""
        rows = [(label, counting.row(total.of_class(i))) for i, label in enumerate(self.labels)]
        table = Table(counting.HEAD, rows, ('all', counting.row(total)))
        return Section(counting.tiles(total), counting.legend(), table=table)

    def panels(self, frame: Frame[Objects]) -> list[Panel]:
        """Return the image with the boxes."""
        return [Panel('boxes', frame.image, marks_of(frame.verdict, self.labels))]
