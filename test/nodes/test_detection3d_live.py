"""The bundled detector and a depth camera before simulated tables: metres against the truth."""

import numpy as np
import pytest

pytest.importorskip('mujoco')

from sim_places import extents_m
from vision_msgs.msg import Detection3DArray

from robot_dl.nodes.detection3d_node import Detection3dNode
from robot_dl.nodes.detection_node import DetectionNode
from robot_dl.sim.parts.part import Part
from robot_dl.sim.sim_node import SimNode

pytestmark = pytest.mark.slow

SCENES, SEED = 12, 5000
FROM_CAMERA = [
    *('-r', 'image:=camera/image_raw'),
    *('-r', 'depth/image:=camera/depth/image_raw'),
    *('-r', 'depth/camera_info:=camera/depth/camera_info'),
]


class Witness(Part):
    """Remembers where everything was at the stamp of each image."""

    def __init__(self, sim):
        super().__init__(sim, None)
        self.stage, self.places, self.poses = sim.stage, {}, {}
        sim.parts.append(self)

    def on_image(self, world, header):
        """Look."""
        stamp = (header.stamp.sec, header.stamp.nanosec)
        self.places[stamp] = extents_m(world)
        self.poses[stamp] = world.world_T_camera_optical()


def centre_of(element) -> np.ndarray:
    p = element.bbox.center.position
    return np.array([p.x, p.y, p.z])


def start(session, **parameters):
    """Start simulation, detector and 3D detector; return a witness and the answers."""
    cli = ['--ros-args', *FROM_CAMERA]
    answers = session.record(Detection3DArray, 'detections_3d', 100)
    session.start(DetectionNode, cli=cli)
    session.start(Detection3dNode, cli=cli, **parameters.pop('node', {}))
    return Witness(session.start(SimNode, seed=SEED, rate_hz=4.0, **parameters)), answers


def errors_m(witness, answers):
    """Return how far each object was found from the middle of its body, and from its nearest face.

    Both [N], metres; objects that the detector calls something else are left out.
    """
    rows = []
    for answer in answers:
        places = witness.places[(answer.header.stamp.sec, answer.header.stamp.nanosec)]
        for element in answer.detections:
            centre, label = centre_of(element), element.results[0].hypothesis.class_id
            bodies = [(low, high) for name, low, high in places if name == label]
            if bodies:
                rows.append(min(_distances(centre, low, high) for low, high in bodies))
    return np.array(rows).T


def _distances(centre, low, high):
    outside = np.maximum(low - centre, 0) + np.maximum(centre - high, 0)
    return np.linalg.norm(centre - (low + high) / 2), np.linalg.norm(outside)


def test_objects_are_found_within_centimetres_of_where_the_simulator_has_them(session):
    """A box is around what is visible, so its middle lies before that of a solid body."""
    witness, answers = start(session, scene_period_s=0.5, depth=True)
    scenes = lambda: witness.stage.seed - SEED >= SCENES and len(answers) >= SCENES  # noqa: E731
    session.wait(scenes, f'{SCENES} scenes', timeout_s=120)
    middle_m, outside_m = errors_m(witness, answers)
    print(
        f'{len(answers)} images, {len(middle_m)} objects: to the middle of the body '
        f'median {np.median(middle_m):.4f} m, 90 % {np.percentile(middle_m, 90):.4f} m, '
        f'95 % {np.percentile(middle_m, 95):.4f} m; outside of the body '
        f'{np.mean(outside_m > 0.005):.3f}'
    )
    assert len(middle_m) >= 2 * SCENES
    assert np.median(middle_m) < 0.025
    assert np.percentile(middle_m, 90) < 0.05
    assert np.mean(outside_m > 0.005) < 0.1


def test_objects_stand_still_in_the_world_while_the_camera_swings(session):
    """Trap 10: with poses of another moment they would swing with it."""
    node = {'target_frame': 'world', 'tf_timeout_s': 2.0}
    witness, answers = start(session, node=node)

    def way_m():
        stamps = [(a.header.stamp.sec, a.header.stamp.nanosec) for a in (answers[0], answers[-1])]
        first, last = (witness.poses[stamp][:3, 3] for stamp in stamps)
        return np.linalg.norm(last - first)

    session.wait(lambda: len(answers) >= 12 and way_m() > 0.1, 'answers', timeout_s=120)
    travelled_m, tracks = way_m(), {}
    for answer in answers:
        assert answer.header.frame_id == 'world'
        labels = [d.results[0].hypothesis.class_id for d in answer.detections]
        for label, element in zip(labels, answer.detections, strict=True):
            if labels.count(label) == 1:
                tracks.setdefault(label, []).append(centre_of(element))
    spread_m = [np.ptp(track, axis=0).max() for track in tracks.values() if len(track) > 8]
    print(f'camera travelled {travelled_m:.3f} m; spread of objects {np.round(spread_m, 4)}')
    assert len(spread_m) >= 2
    assert np.median(spread_m) < 0.25 * travelled_m
