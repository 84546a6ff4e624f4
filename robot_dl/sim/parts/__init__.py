"""What of a world is on topics: one class each, and a table. Only these and the node know ROS."""

from robot_dl.sim.parts.base import Base
from robot_dl.sim.parts.camera import Color, Depth
from robot_dl.sim.parts.controllers import Controllers
from robot_dl.sim.parts.description import Description
from robot_dl.sim.parts.episode import Episode
from robot_dl.sim.parts.frames import Frames, Joints
from robot_dl.sim.parts.goal import Goal
from robot_dl.sim.parts.lidar import Lidar, Map
from robot_dl.sim.parts.part import Part
from robot_dl.sim.parts.truth import TrueBoxes, TruePixels

# In the order in which they publish: where everything is must be known when an image arrives.
PARTS: tuple[type[Part], ...] = (
    Description,
    Map,
    Frames,
    Goal,
    Joints,
    Controllers,
    Episode,
    Base,
    Lidar,
    Color,
    Depth,
    TruePixels,
    TrueBoxes,
)

__all__ = ['PARTS', 'Part']
