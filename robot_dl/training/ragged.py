"""Pictures with any number of objects each, as a structure of arrays, and batches of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Pictures = TypeVar('Pictures', bound='ObjectPictures')
Kinds = Callable[[slice], NDArray[np.int64]]


@dataclass(frozen=True)
class ObjectPictures:
    """Pictures with their objects.

    Attributes:
        images: RGB pictures [P, h, w, 3], uint8.
        boxes_xyxy: Boxes [N, 4] of all pictures' objects, in pixels, float32.
        class_ids: Classes [N] of the objects.
        starts: Where each picture's objects begin [P + 1].
    """

    images: NDArray[np.uint8]
    boxes_xyxy: NDArray[np.float32]
    class_ids: NDArray[np.int64]
    starts: NDArray[np.int64]

    def __len__(self) -> int:
        """Return the number of pictures."""
        return len(self.images)

    def objects(self, picture: int) -> slice:
        """Return which objects belong to a picture."""
        return slice(int(self.starts[picture]), int(self.starts[picture + 1]))

    def padded(
        self, pictures: NDArray[np.int64], kinds: Kinds
    ) -> tuple[NDArray[np.float32], NDArray[np.int64], NDArray[np.int64]]:
        """Return boxes [B, M, 4], classes [B, M] and kinds [B, M] of some pictures' objects.

        Args:
            pictures: Their numbers [B].
            kinds: Tells the kinds of objects: 1 object, 2 ignored, 0 none, as is the padding.
        """
        slices = [self.objects(int(picture)) for picture in pictures]
        most = max(1, *(part.stop - part.start for part in slices))
        boxes = np.zeros((len(pictures), most, 4), np.float32)
        ids, kind = np.zeros((2, len(pictures), most), np.int64)
        for row, part in enumerate(slices):
            count = part.stop - part.start
            boxes[row, :count], ids[row, :count] = self.boxes_xyxy[part], self.class_ids[part]
            kind[row, :count] = kinds(part)
        return boxes, ids, kind


def join(parts: Sequence[Pictures]) -> Pictures:
    """Concatenate sets of pictures of one kind."""
    counts = np.concatenate([np.diff(part.starts) for part in parts])
    names = [field.name for field in fields(parts[0]) if field.name != 'starts']
    joined = {name: np.concatenate([getattr(part, name) for part in parts]) for name in names}
    starts = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    return type(parts[0])(**joined, starts=starts)
