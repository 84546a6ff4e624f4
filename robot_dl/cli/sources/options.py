"""How a source is played."""

from dataclasses import dataclass

from robot_dl.cli.sources.frame import Calibration


@dataclass(frozen=True)
class PlayOptions:
    """How to play.

    Attributes:
        rate_hz: Images per second; as the source has it when None.
        speed: How many times faster than recorded.
        loop: Whether to begin again after the last image.
        original_stamps: Whether to publish the stamps of the recording, not those of now.
        frame_id: The camera's frame; the source's own when None.
        calibration: The camera's calibration; the source's own when None.
        wait_s: How long to wait for the first subscriber, in seconds.
        ros_args: What follows --ros-args on the command line.
    """

    rate_hz: float | None
    speed: float
    loop: bool
    original_stamps: bool
    frame_id: str | None
    calibration: Calibration | None
    wait_s: float
    ros_args: tuple[str, ...] = ()
