"""What the node asks of each part of a world that is on topics."""

from typing import Any, ClassVar

from builtin_interfaces.msg import Time
from rclpy.node import Node
from std_msgs.msg import Header

from robot_dl.sim.params import SimParams


class Part:
    """A part of a world on topics. What it does not need to do, it inherits."""

    needs: ClassVar[tuple[str, ...]] = ()
    """What a world must have for this part: names of methods and attributes."""

    def __init__(self, node: Node, params: SimParams) -> None:
        """Announce the topics."""

    @classmethod
    def is_wanted(cls, world_class: type, params: SimParams) -> bool:
        """Tell whether such a world has this part, and whether it is asked for."""
        return all(hasattr(world_class, name) for name in cls.needs)

    def on_scene(self, world: Any, stamp: Time) -> None:
        """Publish what stays as long as the scene does."""

    def on_state(self, world: Any, stamp: Time) -> None:
        """Publish what has changed since the last moment."""

    def draw(self, world: Any) -> None:
        """Draw what takes long, before the moment gets its stamp: the world stands still."""

    def on_image(self, world: Any, header: Header) -> None:
        """Publish what the camera's header is for: stamp and optical frame."""
