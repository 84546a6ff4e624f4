"""Train what tells of every pixel of a table: segmenter, instance segmenter, depth estimator."""

from __future__ import annotations

from robot_dl.cli.trainings.depth import DepthProduct
from robot_dl.cli.trainings.instance_segmentation import InstancesProduct
from robot_dl.cli.trainings.pixels import pixel_work
from robot_dl.cli.trainings.segmentation import SegmenterProduct
from robot_dl.sim.worlds.tabletop import SEGMENT_LABELS

RENDERED = 'It has only ever seen rendered pictures; a real camera was never in the loop.'
SHAPES = (
    'Every object is one of a few generated shapes; a mug without a handle or a claw hammer was '
    'never among them.'
)
VIEW = (
    "It expects a table seen from above (30 to 70 degrees) at arm's length: 0.6 to 1.0 m of its "
    'width fill the picture. Other views are untested.'
)

SEGMENTER = SegmenterProduct(
    'Household and workshop objects on a table, pixel by pixel, trained on rendered pictures.',
    (
        RENDERED,
        SHAPES,
        VIEW,
        'Its logits have half the resolution of its input, a quarter of that of a 640×480 '
        'picture: what is thinner than four pixels may be lost, and edges are not exact, see what '
        'is said above of pixels near an edge.',
        'Everything without a class is background: the table, the room, and things of other '
        'kinds. Of those it has seen cones, pyramids, stars, rings, crosses, horseshoes and '
        'sheets of paper; others may be given a class.',
    ),
    'tabletop',
    SEGMENT_LABELS,
)
INSTANCES = InstancesProduct(
    'Objects on a table and the pixels of each, trained on rendered pictures.',
    (
        RENDERED,
        SHAPES,
        VIEW,
        'Its masks have half the resolution of its input, a quarter of that of a 640×480 '
        'picture: thin things suffer most, see the rows of hammer and screwdriver.',
        'Things of no class are found, too, if they look like one: it has learned to leave cones, '
        'pyramids, stars, rings, crosses, horseshoes and sheets of paper alone, nothing else.',
    ),
    'tabletop',
    SEGMENT_LABELS,
)
DEPTH = DepthProduct(
    'Metres of every pixel of a table, with confidence, trained on rendered pictures.',
    (
        RENDERED,
        VIEW,
        'Of a single picture only the ratio of metres and focal length can be known: it needs '
        "the camera's focal length (`camera_info`), and a wrong one makes the metres wrong by "
        'the same factor.',
        'What it knows of size it knows from the objects and tables of this world: a table twice '
        'as large, twice as far away, looks the same to it.',
        'At edges the metres run from one side to the other: see what is said above of pixels '
        'near an edge.',
    ),
    'tabletop',
    SEGMENT_LABELS,
)

WORK = pixel_work(
    'tabletop',
    SEGMENT_LABELS,
    ('segmentation', 'depth', 'instances'),
    {
        'tabletop_segmenter': SEGMENTER,
        'tabletop_instances': INSTANCES,
        'tabletop_depth': DEPTH,
    },
)
