"""Frames of a demo, made without a camera."""

from pathlib import Path

import numpy as np

from robot_dl.cli.demos.frames import Frame
from robot_dl.cli.demos.role import Role, roles_of
from robot_dl.cli.demos.summary import Facts
from robot_dl.cli.demos.verdicts.classes import Classes
from robot_dl.cli.demos.verdicts.metres import Distances, MetresGoal
from robot_dl.cli.demos.verdicts.objects import Objects
from robot_dl.cli.demos.verdicts.places import Places
from robot_dl.cli.demos.verdicts.silhouettes import Silhouettes
from robot_dl.cli.demos.verdicts.space import Boxes3D
from robot_dl.core.detections import Detections
from robot_dl.core.pinhole import Pinhole
from robot_dl.engine.card import ModelCard
from robot_dl.engine.input_card import InputCard

LABELS = ('box', 'ball', 'can')
SIZE_HW = (60, 80)
LEFT, RIGHT = [5, 10, 25, 40], [45, 10, 75, 40]
PINHOLE = Pinhole(80.0, 80.0, 39.5, 29.5, SIZE_HW)
METRES_GOAL = MetresGoal(abs_rel=0.08, delta1=0.95)
GREY = np.full((*SIZE_HW, 3), 90, np.uint8)


def objects(*rows):
    """Return detections from rows of (box, class id, score)."""
    if not rows:
        return Detections.empty()
    boxes, classes, scores = zip(*rows, strict=True)
    return Detections(
        np.array(boxes, np.float32), np.array(scores, np.float32), np.array(classes, np.int64)
    )


def verdict_on(found=(), truth=()):
    """Return the verdict on boxes."""
    return Objects.judge(objects(*found), objects(*truth), len(LABELS))


def frame_of(verdict, at_s=0.0, latency_ms=30.0, scene=0):
    """Return a frame whose image is grey."""
    return Frame(scene, at_s, latency_ms, GREY.copy(), verdict)


def frame(found=(), truth=(), at_s=0.0, **more):
    """Return a frame with boxes."""
    return frame_of(verdict_on(found, truth), at_s, **more)


def right(at_s=0.0, **more):
    """Return a frame in which one object is found."""
    return frame([(LEFT, 0, 0.9)], [(LEFT, 0, 1)], at_s, **more)


def wrong(at_s=0.0, **more):
    """Return a frame with a miss, a false alarm, and an object that does not count."""
    return frame([(RIGHT, 2, 0.8)], [(LEFT, 0, 1), (RIGHT, 1, 0)], at_s, **more)


def painted(*boxes):
    """Return numbers [H, W]: k + 1 inside of the k-th box, 0 elsewhere."""
    numbers = np.zeros(SIZE_HW, np.uint16)
    for k, (left, top, right_, bottom) in enumerate(boxes):
        numbers[top:bottom, left:right_] = k + 1
    return numbers


def classes_verdict(found, truth, goal=0.8):
    """Return the verdict on class ids [H, W]."""
    return Classes.judge(np.asarray(found), np.asarray(truth), len(LABELS), goal)


def silhouettes_verdict(found=(), truth=()):
    """Return the verdict on objects that fill their boxes."""
    boxes = [[box for box, *_ in rows] for rows in (found, truth)]
    return Silhouettes.judge_pixels(
        objects(*found), objects(*truth), painted(*boxes[0]), painted(*boxes[1]), len(LABELS)
    )


def distances_verdict(found_m, true_m, goal=METRES_GOAL):
    """Return the verdict on distances of a whole image."""
    maps = (np.broadcast_to(np.float32(metres), SIZE_HW).copy() for metres in (found_m, true_m))
    return Distances.judge(*maps, goal)


def boxes3d(*rows, size_m=0.1):
    """Return cubes from rows of (centre, class id, counts)."""
    centres = np.array([row[0] for row in rows], np.float64).reshape(-1, 3)
    return Boxes3D(
        centres,
        np.full_like(centres, size_m),
        np.array([row[1] for row in rows], np.int64),
        np.array([row[2] for row in rows], bool),
    )


def places_verdict(found, truth, goal_m=0.1):
    """Return the verdict on boxes in space."""
    return Places.judge(found, truth, PINHOLE, len(LABELS), goal_m)


def card(name='a', task='detection', labels=LABELS):
    """Return the card of a model that does not exist."""
    image = InputCard(name='images', size_hw=SIZE_HW)
    hash_ = '0' * 64
    return ModelCard(Path(), name, task, 'a.onnx', hash_, image, 'yolo', 'MIT', labels)


CARDS = {
    'detection': card(),
    'segmentation': card(task='segmentation', labels=('floor', *LABELS[:2])),
    'instance_segmentation': card(task='instance_segmentation'),
    'depth': card(task='depth', labels=()),
}


def role(*frames, name='detection', cards=None) -> Role:
    """Return a part that has these frames."""
    one = roles_of([name], cards or CARDS)[name]
    for each in frames:
        one.record.add(each)
    return one


def recorded(*frames):
    """Return the record of a detection node with these frames."""
    return role(*frames).record


def facts(images=100, **changes):
    """Return what is known of a run besides its frames."""
    values = {
        'command': 'robot_dl demo',
        'world': 'tabletop',
        'seconds': 10.0,
        'seed': 0,
        'camera_hz': 10.0,
        'images': images,
        'start_s': 2.0,
        'models': {'detection': {'name': 'a'}},
        'transport': 'rmw_fastrtps_cpp',
        'versions': {'numpy': '2'},
        'machine': {'processor': 'a processor', 'cores': 2},
        'statuses': {},
    }
    return Facts(**{**values, **changes})
