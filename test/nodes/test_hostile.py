"""Ten thousand messages that mean harm: no kind of node dies, gives up, or grows."""

import os
import random
import time
from functools import partial
from importlib import import_module

import cv2
import numpy as np
import pytest
from ros_messages import raw_image
from ros_session import Camera
from sensor_msgs.msg import CompressedImage, Image
from toy_colour_classifier import write_classifier
from toy_depth import write_depth_model
from toy_models import picture, write_model
from toy_segmenters import write_instance_segmenter, write_segmenter

from robot_dl.cli.benches.fleet.hostile_images import COMPRESSED, RAW
from robot_dl.cli.benches.fleet.memory import memory_of
from robot_dl.cli.benches.fleet.stations import all_that_see
from robot_dl.cli.benches.results import message_type
from robot_dl.ros.answering import MOST_REPEATS
from robot_dl.ros.model_node import ModelNode


def jpeg(image):
    """Return an image [H, W, 3] as a compressed message."""
    return CompressedImage(format='jpeg', data=cv2.imencode('.jpg', image)[1].tobytes())


COUNT = 10_000
MOST_GROWTH_MIB = 5.0
RED = picture((64, 96), red=(32, 0, 64, 32))
STATIONS = {station.namespace: station for station in all_that_see()}
HAIR = raw_image(np.zeros((1, 9999, 3), np.uint8), 'rgb8')
AGAIN = {'raw': HAIR, 'compressed': CompressedImage(format='jpeg', data=b'\xff\xd8\xff')}
LARGEST = {'raw': HAIR, 'compressed': jpeg(np.zeros((65500, 96, 3), np.uint8))}
"""As large as what a damaged file may claim to be: two wrong bytes make its height 65535."""
KINDS = {'raw': (Image, RAW), 'compressed': (CompressedImage, COMPRESSED)}
MODELS = {
    'detection_node': write_model,
    'classification_node': write_classifier,
    'segmentation_node': write_segmenter,
    'instance_segmentation_node': write_instance_segmenter,
    'depth_node': partial(write_depth_model, decoder='inverse_depth'),
}
"""What writes a small model for each kind of node."""
RESULTS = {'depth_node': 'relative_depth/image'}
"""What answers every image where the first topic does not: a relative model needs no camera."""


def node_class(station):
    """Return the class of a kind of node."""
    classes = [c for c in vars(import_module(station.kind.module)).values() if isinstance(c, type)]
    own = [c for c in classes if c.__module__ == station.kind.module]
    return next(c for c in own if issubclass(c, ModelNode))


def good_image(msg_type):
    """Return an image that every node can answer."""
    if msg_type is Image:
        return raw_image(RED, 'rgb8')
    return CompressedImage(format='png', data=cv2.imencode('.png', RED[..., ::-1])[1].tobytes())


GIVEN_BACK_S = 15.0


def own_memory_mib():
    """Return the memory of this process, node and sender, that no other process has."""
    return memory_of(os.getpid()).own_mib


@pytest.mark.parametrize('name', STATIONS)
def test_no_message_ends_a_node_or_makes_it_grow(session, tmp_path, capfd, name):
    station = STATIONS[name]
    executable = station.kind.executable
    msg_type, kinds = KINDS[station.transport]
    model = str(MODELS[executable](tmp_path / 'model'))
    result = RESULTS.get(executable, station.result.removeprefix(f'/{station.namespace}/'))
    answers = session.record(message_type(station.result_type), result, 1)
    node = session.start(node_class(station), transport=station.transport, threads=1, model=model)
    topic = 'image/compressed' if station.transport == 'compressed' else 'image'
    camera, rng = Camera(session, topic, msg_type), random.Random(7)
    camera.ask(good_image(msg_type), answers)

    def received():
        answers.clear()
        return node.frames._received

    def send(msg):
        before = node.frames._received
        camera.publisher.publish(msg)
        session.wait(lambda: received() > before, 'the message')

    # The middleware keeps room for the largest message so far; that is no leak.
    send(LARGEST[station.transport])
    for _ in range(COUNT // 5):
        send(rng.choice(kinds)(rng))

    def grows():
        """Tell whether as many messages again leave it larger than before."""
        before_mib = own_memory_mib()
        for _ in range(COUNT):
            send(rng.choice(kinds)(rng))
        # The same mistake in a row is what makes a node give up; this one is not its own.
        for _ in range(2 * MOST_REPEATS):
            send(AGAIN[station.transport])
        given_back = lambda: own_memory_mib() - before_mib < MOST_GROWTH_MIB  # noqa: E731
        return not session.until(given_back, GIVEN_BACK_S)

    # What the heap keeps once for later is no leak, and makes only one round larger.
    assert not all(grows() for _ in range(3)), 'it grows with every round'
    summary = node.frames.summary(time.monotonic())
    assert summary.errors > COUNT / 4, 'most of them are wrong'
    assert summary.processed > 20, 'some of them are right'
    assert node.state == 'active'
    assert camera.ask(good_image(msg_type), answers)
    assert 'Traceback' not in capfd.readouterr().err, 'bad input is told in a sentence'
