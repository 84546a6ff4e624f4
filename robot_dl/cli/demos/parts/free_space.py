"""The demo's free space: how far one may drive, by the mask of the segmentation node."""

import numpy as np
from sensor_msgs.msg import CameraInfo, Image, LaserScan

from robot_dl.cli.demos.frames import Frame
from robot_dl.cli.demos.ground_drawing import ends_over, ground_plan
from robot_dl.cli.demos.parts.part import CAMERA_INFO, IMAGE, Cards, Messages, Part
from robot_dl.cli.demos.section import Goal, Key, Panel, Section, Tile, written
from robot_dl.cli.demos.verdicts.reach import LEAST_M, SHARE, Ranges, Reach, ReachTally
from robot_dl.ros.calibrations import pinhole_from_msg
from robot_dl.ros.masks import mask_from_msg
from robot_dl.segmentation.free_space import free_space
from robot_dl.segmentation.ground import Mount
from robot_dl.segmentation.params import SegmentationParams
from robot_dl.segmentation.types import SemanticMask

TRUTH = 'truth/mask'
DRIVABLE = 'floor'
MOUNT = Mount(height_m=0.35, pitch_rad=0.0)
"""How the camera of the robot in the rooms stands, but for errors of mounting."""
MOST_M, GOAL = 4.0, 0.8


class FreeSpacePart(Part[Reach]):
    """How far one may drive in each direction."""

    name = 'free_space'
    title = 'Free space: how far one may drive'
    words = (
        'Told which classes are drivable, the segmentation node also says where the floor ends in '
        'each direction, as a lidar would, so that a robot without one does not bump into things.'
    )
    task = ''
    remaps = {'image': IMAGE, 'camera_info': CAMERA_INFO}
    topics = {IMAGE: Image, CAMERA_INFO: CameraInfo, 'free_space_scan': LaserScan, TRUTH: Image}
    answer = 'free_space_scan'
    goals = (Goal('right', 'share of right directions', GOAL),)
    right = f'{GOAL:.0%} of the directions right'
    method = (
        'In every direction in which the camera sees the ground, the distance to the end of the '
        'floor is compared with that by the true class of every pixel. It is right within '
        f'{100 * LEAST_M:.0f} cm or {SHARE:.0%}; what lies beyond {MOST_M:.0f} m is not asked. '
        'Both take the camera to stand as it should; the simulator mounts it up to 1 cm and 2° '
        'off, as people do, and what that does to the metres is not in these numbers.'
    )

    def __init__(self, cards: Cards) -> None:
        super().__init__(cards)
        self.drivable = cards['segmentation'].labels.index(DRIVABLE)
        self.params = SegmentationParams(
            drivable_classes=(DRIVABLE,),
            camera_height_m=MOUNT.height_m,
            camera_pitch_rad=MOUNT.pitch_rad,
            scan_range_m=MOST_M,
        )

    @property
    def executable(self) -> str:
        """Another answer of that node."""
        return 'segmentation_node'

    @property
    def parameters(self) -> dict[str, str]:
        """Parameters that make it answer."""
        return {
            'drivable_classes': f'[{DRIVABLE}]',
            'camera_height_m': str(MOUNT.height_m),
            'camera_pitch_rad': str(MOUNT.pitch_rad),
            'scan_range_m': str(MOST_M),
            'publish_ground_frame': 'false',
        }

    def judge(self, messages: Messages) -> Reach:
        """Compare the ranges."""
        pinhole = pinhole_from_msg(messages[CAMERA_INFO])
        mask = SemanticMask(mask_from_msg(messages[TRUTH]))
        scan = free_space(mask, [self.drivable], pinhole, self.params).scan(self.params)
        angles_rad = scan.angle_min_rad + np.arange(len(scan.ranges_m)) * scan.step_rad
        # What blocks before the ground comes into view is told at that distance.
        ranges_m = np.asarray(np.maximum(scan.ranges_m, scan.range_min_m), np.float64)
        bearings = np.asarray(angles_rad, np.float64)
        truth, most_m = Ranges(bearings, ranges_m), min(MOST_M, scan.range_max_m)
        return Reach.judge(ranges_from_msg(messages[self.answer]), truth, pinhole, most_m, GOAL)

    def nothing(self) -> ReachTally:
        """Return an empty tally."""
        return ReachTally()

    def scores(self, total: ReachTally) -> dict[str, float | None]:
        """Return shares of the directions, and the median error."""
        return {
            'right': total.share(total.right),
            'too_far': total.share(total.too_far),
            'too_near': total.share(total.too_near),
            'median_error_m': total.median_m,
        }

    def live(self, total: ReachTally) -> str:
        """Return the share of right directions."""
        return f'right {written(total.share(total.right))}'

    def headline(self, total: ReachTally) -> str:
        """Return the shares."""
        return (
            f'{written(total.share(total.right))} of the directions right, '
            f'{written(total.share(total.too_far))} too far'
        )

    def section(self, total: ReachTally) -> Section:
        """Return the shares and the error."""
        right, far, near = (
            written(total.share(count)).rstrip('%')
            for count in (total.right, total.too_far, total.too_near)
        )
        median = written(total.median_m, 'cm').rstrip(' cm')
        tiles = [
            Tile('Right', right, '%', 'of all directions'),
            Tile('Too far', far, '%', 'promise floor where there is none'),
            Tile('Too near', near, '%', 'hide floor, or say nothing'),
            Tile('Error', median, 'cm', 'median, where the floor ends in view'),
        ]
        legend = [Key('end of the floor', 'truth'), Key('what the node says', 'found')]
        return Section(tiles, legend)

    def panels(self, frame: Frame[Reach]) -> list[Panel]:
        """Return where the floor ends, in the image and from above."""
        lines = ends_over(frame.verdict, MOUNT)
        return [Panel('end of the floor', frame.image, (), lines), ground_plan(frame.verdict)]


def ranges_from_msg(msg: LaserScan) -> Ranges:
    """Return the ranges of a scan."""
    ranges_m = np.array(msg.ranges, np.float64)
    return Ranges(msg.angle_min + np.arange(len(ranges_m)) * msg.angle_increment, ranges_m)
