"""What RViz draws of objects in space."""

from collections.abc import Iterator
from zlib import crc32

from geometry_msgs.msg import Point, Pose, Vector3
from std_msgs.msg import ColorRGBA
from vision_msgs.msg import Detection3D, Detection3DArray
from visualization_msgs.msg import Marker, MarkerArray

from robot_dl.ros.overlay import class_colour

OPACITY = 0.5
CAPITAL_M = 0.03
"""Height of a capital letter."""
LEAST_SIDE_M = 0.001
"""RViz draws nothing, and warns, where a side is 0."""


def markers_of(msg: Detection3DArray) -> MarkerArray:
    """Return a box and a name for each object, after the order to remove all that was drawn."""
    clear = Marker(header=msg.header, action=Marker.DELETEALL)
    markers = [m for k, element in enumerate(msg.detections) for m in _markers(k, element)]
    return MarkerArray(markers=[clear, *markers])


def _markers(number: int, element: Detection3D) -> Iterator[Marker]:
    best = max((r.hypothesis for r in element.results), key=lambda h: h.score, default=None)
    name = f'{best.class_id} {best.score:.2f}' if best else element.id
    pose, size = element.bbox.center, element.bbox.size
    sides = (max(LEAST_SIDE_M, side) for side in (size.x, size.y, size.z))
    yield Marker(
        header=element.header,
        ns='boxes',
        id=number,
        type=Marker.CUBE,
        pose=pose,
        scale=Vector3(**dict(zip('xyz', sides, strict=True))),
        color=_colour(best.class_id if best else ''),
    )
    yield Marker(
        header=element.header,
        ns='names',
        id=number,
        type=Marker.TEXT_VIEW_FACING,
        pose=Pose(position=Point(x=pose.position.x, y=pose.position.y, z=pose.position.z)),
        scale=Vector3(z=CAPITAL_M),
        color=ColorRGBA(r=1.0, g=1.0, b=1.0, a=1.0),
        text=name,
    )


def _colour(label: str) -> ColorRGBA:
    """Return a colour that is the same for a label in every message, whatever else there is."""
    red, green, blue = class_colour(crc32(label.encode('utf-8', 'replace')) % 1000)
    return ColorRGBA(r=red / 255, g=green / 255, b=blue / 255, a=OPACITY)
