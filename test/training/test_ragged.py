"""Pictures with any number of objects each: joining sets of them, and making batches."""

import numpy as np
import pytest

from robot_dl.training.ragged import ObjectPictures, join

HW = (4, 6)


def _pictures(*classes: tuple[int, ...]) -> ObjectPictures:
    """Make a picture of each row of classes; an object's box begins at its class."""
    ids = np.array([class_id for row in classes for class_id in row], np.int64)
    return ObjectPictures(
        images=np.full((len(classes), *HW, 3), len(ids), np.uint8),
        boxes_xyxy=np.stack([ids, ids, ids + 1, ids + 2], 1).astype(np.float32),
        class_ids=ids,
        starts=np.cumsum([0, *map(len, classes)]).astype(np.int64),
    )


def _all_kept(part: slice) -> np.ndarray:
    return np.ones(part.stop - part.start, np.int64)


@pytest.mark.parametrize(
    'sets',
    [
        pytest.param([()], id='no picture'),
        pytest.param([((),), ((),)], id='no object'),
        pytest.param([((), (3,)), ((1, 2), ())], id='some objects'),
        pytest.param([((5, 6),), (), ((7,),)], id='an empty set between'),
    ],
)
def test_sets_of_pictures_are_joined_with_their_own_objects(
    sets: list[tuple[tuple[int, ...], ...]],
) -> None:
    joined = join([_pictures(*classes) for classes in sets])
    expected = [row for classes in sets for row in classes]
    assert len(joined) == len(expected)
    for picture, row in enumerate(expected):
        assert tuple(joined.class_ids[joined.objects(picture)]) == row
        assert tuple(joined.boxes_xyxy[joined.objects(picture), 0]) == row
    assert joined.starts.dtype == np.int64


def test_objects_are_padded_to_those_of_the_fullest_picture() -> None:
    pictures = _pictures((), (1, 2, 3), (4,))
    boxes, ids, kind = pictures.padded(np.array([2, 0, 1]), _all_kept)
    assert ids.tolist() == [[4, 0, 0], [0, 0, 0], [1, 2, 3]]
    assert kind.tolist() == [[1, 0, 0], [0, 0, 0], [1, 1, 1]]
    np.testing.assert_array_equal(boxes[..., 0], ids)
    assert boxes.dtype == np.float32


def test_a_batch_without_objects_has_room_for_one() -> None:
    boxes, ids, kind = _pictures((), ()).padded(np.array([0, 1]), _all_kept)
    assert (boxes.shape, ids.shape, kind.any()) == ((2, 1, 4), (2, 1), False)
