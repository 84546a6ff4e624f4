"""Frames of a demo, made without a camera."""

import numpy as np

from robot_dl.cli.demos.frames import Frame
from robot_dl.cli.demos.record import Record
from robot_dl.cli.demos.summary import Facts
from robot_dl.core.detections import Detections

LABELS = ('box', 'ball', 'can')
SIZE_HW = (60, 80)
LEFT, RIGHT = [5, 10, 25, 40], [45, 10, 75, 40]


def objects(*rows):
    """Return detections from rows of (box, class id, score)."""
    if not rows:
        return Detections.empty()
    boxes, classes, scores = zip(*rows, strict=True)
    return Detections(
        np.array(boxes, np.float32), np.array(scores, np.float32), np.array(classes, np.int64)
    )


def frame(found=(), truth=(), at_s=0.0, latency_ms=30.0, scene=0):
    """Return a frame whose image is grey."""
    image = np.full((*SIZE_HW, 3), 90, np.uint8)
    return Frame.judge(scene, at_s, latency_ms, image, objects(*found), objects(*truth))


def right(at_s=0.0, **more):
    """Return a frame in which one object is found."""
    return frame([(LEFT, 0, 0.9)], [(LEFT, 0, 1)], at_s, **more)


def wrong(at_s=0.0, **more):
    """Return a frame with a miss, a false alarm, and an object that does not count."""
    return frame([(RIGHT, 2, 0.8)], [(LEFT, 0, 1), (RIGHT, 1, 0)], at_s, **more)


def recorded(*frames):
    """Return a record of these frames."""
    record = Record(LABELS)
    for one in frames:
        record.add(one)
    return record


def facts(images=100, **changes):
    """Return what is known of a run besides its frames."""
    values = {
        'command': 'robot_dl demo',
        'seconds': 10.0,
        'seed': 0,
        'images': images,
        'start_s': 2.0,
        'model': {'name': 'a'},
        'transport': 'rmw_fastrtps_cpp',
        'versions': {'numpy': '2'},
        'machine': {'processor': 'a processor', 'cores': 2},
        'node': {},
    }
    return Facts(**{**values, **changes})
