"""Train what tells of every pixel of a room: segmenter and depth estimator."""

from __future__ import annotations

from robot_dl.cli.trainings.depth import DepthProduct
from robot_dl.cli.trainings.pixels import pixel_work
from robot_dl.cli.trainings.segmentation import SegmenterProduct
from robot_dl.sim.worlds.rooms import SEGMENT_LABELS

RENDERED = 'It has only ever seen rendered pictures; a real camera was never in the loop.'
VIEW = (
    'It expects to look ahead from a low robot in rooms and corridors with a flat floor. '
    'Outdoors, stairs and ramps are unknown to it.'
)

SEGMENTER = SegmenterProduct(
    'Floor, wall, door, furniture and what moves, pixel by pixel, trained on rendered rooms.',
    (
        RENDERED,
        VIEW,
        'Its logits have half the resolution of its input, a quarter of that of a 640×480 '
        'picture: what is thinner than four pixels, such as the leg of a distant chair, may be '
        'lost, and edges are not exact, see what is said above of pixels near an edge.',
        'A moving obstacle is one by its looks: it sees one picture at a time and knows nothing '
        'of motion.',
        'Ceilings, windows and pictures on the wall are `wall` to it.',
    ),
    'rooms',
    SEGMENT_LABELS,
)
DEPTH = DepthProduct(
    'Metres of every pixel of a room, with confidence, trained on rendered pictures.',
    (
        RENDERED,
        VIEW,
        'Of a single picture only the ratio of metres and focal length can be known: it needs '
        "the camera's focal length (`camera_info`), and a wrong one makes the metres wrong by "
        'the same factor.',
        'It has learned how high above the floor the camera of this robot is: on a higher robot '
        'everything would seem nearer than it is.',
        'At edges the metres run from one side to the other: see what is said above of pixels '
        'near an edge.',
    ),
    'rooms',
    SEGMENT_LABELS,
)

WORK = pixel_work(
    'rooms',
    SEGMENT_LABELS,
    ('segmentation', 'depth'),
    {'rooms_segmenter': SEGMENTER, 'rooms_depth': DEPTH},
)
