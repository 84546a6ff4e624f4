"""Objects found in space, as a structure of arrays."""

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True)
class Detections3D:
    """Boxes in space around what a camera sees of some objects.

    All boxes have the axes of the camera's optical frame, in whatever frame they are given: a
    rotation moves their centres and turns their axes, and leaves their sizes alone.

    Attributes:
        centres_m: Centres [N, 3], metres.
        sizes_m: Full extents [N, 3] along the box's own axes, metres.
        depths_m: Median depth [N] of the points along the optical axis, metres.
        points: Pixels [N] that each box rests on.
        shares: Part [N] of the pixels in the object's 2D box or mask that those are, in [0, 1].
        sources: Index [N] of each object among the 2D detections; ascending.
        axes: Rotation [3, 3] from the boxes' axes to those of the frame they are given in.
    """

    centres_m: FloatArray
    sizes_m: FloatArray
    depths_m: FloatArray
    points: IntArray
    shares: FloatArray
    sources: IntArray
    axes: FloatArray = field(default_factory=lambda: np.eye(3))

    def __post_init__(self) -> None:
        """Check that the arrays belong together.

        Raises:
            ValueError: If their shapes do not fit.
        """
        n = len(self.sources)
        columns = (self.depths_m, self.points, self.shares, self.sources)
        shapes = [self.centres_m.shape, self.sizes_m.shape, *(c.shape for c in columns)]
        if shapes != [(n, 3), (n, 3), *[(n,)] * 4] or self.axes.shape != (3, 3):
            raise ValueError(
                f'3D detections: expected centres and sizes [{n}, 3], depths, points and shares '
                f'[{n}] for {n} sources and axes [3, 3], got {shapes} and {self.axes.shape}'
            )

    @classmethod
    def empty(cls) -> 'Detections3D':
        """Return what is found where nothing is."""
        three, one, ids = np.zeros((0, 3)), np.zeros(0), np.zeros(0, np.int64)
        return cls(three, three, one, ids, one, ids)

    def __len__(self) -> int:
        """Return how many objects there are."""
        return len(self.sources)

    def moved(self, target_T_frame: FloatArray) -> 'Detections3D':
        """Return the same boxes as another frame sees them.

        Args:
            target_T_frame: Pose [4, 4] of the frame they are given in now, in the other one.
        """
        rotation, translation_m = target_T_frame[:3, :3], target_T_frame[:3, 3]
        centres_m = self.centres_m @ rotation.T + translation_m
        return replace(self, centres_m=centres_m, axes=rotation @ self.axes)
