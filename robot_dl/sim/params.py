"""Parameters of the simulation node."""

from __future__ import annotations

from dataclasses import dataclass

from robot_dl.core.params import ParamError, Params, param
from robot_dl.sim.worlds import WORLDS


@dataclass(frozen=True)
class SimParams(Params):
    """Parameters of the simulation node."""

    world: str = param('tabletop', 'What is simulated.', choices=tuple(WORLDS), fixed=True)
    seed: int = param(
        0,
        'The world that is shown first; everything random follows from it.',
        low=0,
        fixed=True,
    )
    rate_hz: float = param(10.0, 'Images and scans a second.', low=0.1, high=120.0, fixed=True)
    width: int = param(640, 'Width of the images, pixels.', low=16, high=4096, fixed=True)
    height: int = param(480, 'Height of the images, pixels.', low=16, high=4096, fixed=True)
    depth: bool = param(True, 'Offer depth images; drawn only while subscribed.', fixed=True)
    publish_clock: bool = param(
        False, 'Publish simulated time on `clock`, and stamp everything with it.', fixed=True
    )
    speed: float = param(
        1.0,
        'Simulated seconds in a second; anything but 1 wants publish_clock.',
        low=0.01,
        high=100.0,
        fixed=True,
    )
    scene_period_s: float = param(
        0.0, 'Seconds until the scene changes; 0 keeps it.', low=0.0, high=86400.0
    )
    stamped: bool = param(
        False,
        'A robot takes TwistStamped on `cmd_vel`, as Nav2 sends it by default from Kilted on.',
        fixed=True,
    )
    publish_map_frame: bool = param(
        False, 'Publish map → odom as a perfect localisation of the robot would.', fixed=True
    )
    map_resolution_m: float = param(
        0.05, 'Side of a cell of `map`, metres.', low=0.01, high=1.0, fixed=True
    )

    def __post_init__(self) -> None:
        """Check every field, and that who lives in real time is not sped up.

        Raises:
            ParamError: If one does not fit.
        """
        super().__post_init__()
        if self.speed != 1.0 and not self.publish_clock:
            raise ParamError(
                f'speed: expected 1 without publish_clock, got {self.speed:g}: '
                'nobody could tell what time it is'
            )
