"""The demo's depth node: metres from one camera, compared with the depth camera's."""

from typing import Any

import numpy as np
from sensor_msgs.msg import Image

from robot_dl.cli.demos.frames import Frame
from robot_dl.cli.demos.parts.part import CAMERA_INFO, IMAGE, Messages, Part
from robot_dl.cli.demos.pictures import (
    GREATEST_ERROR,
    distance_colours,
    distances_painted,
    error_colours,
    errors_painted,
)
from robot_dl.cli.demos.section import Goal, Panel, Scale, Section, Tile, written
from robot_dl.cli.demos.verdicts.metres import Distances, MetresGoal, MetresTally
from robot_dl.ros.depth import depth_from_msg

TRUTH = 'camera/depth/image_raw'
GOAL = MetresGoal(abs_rel=0.1, delta1=0.9)
"""Looser than what the models reach on held-out pictures: a demo shows a few scenes."""
LEAST_KNOWN = 0.9


class DepthPart(Part[Distances]):
    """How far away every pixel is."""

    name = 'depth'
    title = 'Depth: how far away every pixel is'
    words = (
        'The node tells metres from a single colour camera, without a depth sensor. It has learnt '
        'how large things are, and how a picture changes with distance.'
    )
    task = 'depth'
    remaps = {'image': IMAGE, 'camera_info': CAMERA_INFO}
    topics = {IMAGE: Image, 'depth/image': Image, TRUTH: Image}
    answer = 'depth/image'
    goals = (
        Goal('abs_rel', 'relative error', GOAL.abs_rel, is_least=False),
        Goal('delta1', 'share within a factor of 1.25', GOAL.delta1),
        Goal('known', 'share of pixels with a distance', LEAST_KNOWN),
    )
    right = f'off by {GOAL.abs_rel:.0%} or less on average in this image alone'
    method = (
        'Each pixel whose distance the renderer knows is compared along the optical axis. The '
        'error is |said − true| / true (abs_rel), averaged over the pixels of an image and then '
        'over images, as Eigen et al. 2014 do; delta1 is the share of the pixels whose distance '
        'is right within a factor of 1.25.'
    )

    def judge(self, messages: Messages) -> Distances:
        """Compare the distances pixel by pixel."""
        found, truth = depth_from_msg(messages[self.answer]), depth_from_msg(messages[TRUTH])
        return Distances.judge(found, truth, GOAL)

    def nothing(self) -> MetresTally:
        """Return an empty tally."""
        return MetresTally()

    def scores(self, total: MetresTally) -> dict[str, float | None]:
        """Return the errors."""
        mean = total.mean
        names = ('abs_rel', 'delta1', 'rmse_m')
        errors = {name: getattr(mean, name) if mean else None for name in names}
        return {**errors, 'known': total.known}

    def details(self, total: MetresTally) -> dict[str, Any]:
        """Return the other errors."""
        names = ('delta2', 'delta3', 'log10', 'silog')
        return {name: getattr(total.mean, name) for name in names} if total.mean else {}

    def live(self, total: MetresTally) -> str:
        """Return the relative error."""
        return f'off by {written(self.scores(total)["abs_rel"])}'

    def headline(self, total: MetresTally) -> str:
        """Return the relative error."""
        scores = self.scores(total)
        return (
            f'off by {written(scores["abs_rel"])} of the distance on average, '
            f'{written(scores["delta1"])} of the pixels within a factor of 1.25'
        )

    def section(self, total: MetresTally) -> Section:
        """Return the errors, and what the colours mean."""
        scores = self.scores(total)
        tiles = [
            Tile(
                'Relative error',
                written(scores['abs_rel']).rstrip('%'),
                '%',
                'of the distance, on average',
            ),
            Tile(
                'Within a factor of 1.25',
                written(scores['delta1']).rstrip('%'),
                '%',
                'of the pixels (delta1)',
            ),
            Tile(
                'Root mean square',
                written(scores['rmse_m'], 'cm').rstrip(' cm'),
                'cm',
                'error of a pixel',
            ),
        ]
        limit = f'{GREATEST_ERROR:.0%}'
        scales = [
            Scale(
                distance_colours(), 'near', 'far', 'distance; the metres stand below each picture'
            ),
            Scale(
                error_colours(), f'{limit} too near', f'{limit} too far', 'error; right is pale'
            ),
        ]
        return Section(tiles, scales=scales)

    def panels(self, frame: Frame[Distances]) -> list[Panel]:
        """Return the distances, the true ones, and the error of each pixel."""
        verdict = frame.verdict
        near_m, far_m = (float(m) for m in np.nanpercentile(verdict.true_m, (1, 99)))
        span = f'{near_m:.1f} to {far_m:.1f} m'
        found, truth = (
            distances_painted(depth_m, near_m, far_m)
            for depth_m in (verdict.found_m, verdict.true_m)
        )
        return [
            Panel(f'what the node says, {span}', found),
            Panel(f'the truth, {span}', truth),
            Panel('error', errors_painted(verdict.relative)),
            Panel('what the camera sees', frame.image),
        ]
