"""The bundled classifier in its node, before a simulated camera."""

import pytest

pytest.importorskip('mujoco')

from sensor_msgs.msg import Image
from vision_msgs.msg import Classification, Detection2DArray

from robot_dl.nodes.classification_node import ClassificationNode
from robot_dl.sim.sim_node import SimNode

pytestmark = pytest.mark.slow

PAIRS = 40


def test_single_objects_are_named_as_the_simulator_names_them(session):
    """Trap 3: answers and truth are matched by the stamp of the image that both are about."""
    session.start(
        SimNode, world='single_object', seed=40, rate_hz=10.0, scene_period_s=0.2, depth=False
    )
    session.start(ClassificationNode, cli=['--ros-args', '-r', 'image:=camera/image_raw'])
    answers = session.record(Classification, 'classification', 100)
    truths = session.record(Detection2DArray, 'truth/detections', 100)
    session.record(Image, 'camera/image_raw')

    def pairs() -> list[tuple[str, str]]:
        known = {(t.header.stamp.sec, t.header.stamp.nanosec): t for t in truths}
        both = [(a, known.get((a.header.stamp.sec, a.header.stamp.nanosec))) for a in answers]
        return [
            (a.results[0].class_id, t.detections[0].results[0].hypothesis.class_id)
            for a, t in both
            if t
        ]

    session.wait(lambda: len(pairs()) >= PAIRS, f'{PAIRS} answers', timeout_s=120)
    found = pairs()
    assert len({wanted for _, wanted in found}) >= 4
    assert sum(said == wanted for said, wanted in found) >= 0.9 * len(found)
