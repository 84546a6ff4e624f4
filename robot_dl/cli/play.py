"""`robot_dl play SOURCE`: publish recorded images, or a webcam, as a ROS camera."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from robot_dl.cli.arguments import number, positive

if TYPE_CHECKING:
    from robot_dl.cli.sources.frame import Source, Tell
    from robot_dl.cli.sources.options import PlayOptions

DESCRIPTION = """
Publish SOURCE as camera/image_raw, and as camera/camera_info where the calibration is known.
Stamps are those of now with the spacing of the recording, so that the age of an image is right;
--stamps original keeps a bag's own, as `ros2 bag play` does.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.description = DESCRIPTION
    add = parser.add_argument
    add('source', help='folder of images, image, video, ROS 2 bag (folder, .mcap, .db3), or 0')
    add('--topic', help="the bag's image topic; the first that is not depth by default")
    add('--rate', type=positive, metavar='HZ', help='images per second; as recorded by default')
    add('--speed', type=positive, default=1.0, metavar='X', help='X times as fast as recorded')
    add('--loop', action='store_true', help='begin again after the last image')
    add('--stamps', choices=('now', 'original'), default='now', help='(now)')
    add('--frame-id', metavar='FRAME', help="the camera's frame; the bag's own by default")
    add('--camera-info', type=Path, metavar='FILE', help='YAML file of camera_calibration')
    add(
        '--wait',
        type=number(0),
        default=2.0,
        metavar='S',
        help='begin with the first subscriber, at the latest after S seconds (2)',
    )
    add('--ros-args', nargs=argparse.REMAINDER, default=[], help='remaps, e.g. -r image:=a/b')


def run(args: argparse.Namespace) -> int:
    """Publish until the source ends, or Ctrl-C."""
    from robot_dl.cli.sources.table import SourceOptions, open_source

    source = open_source(args.source, SourceOptions(args.topic, args.rate))
    if args.stamps == 'original' and not source.has_stamps:
        raise ValueError(f'--stamps original: only a bag has stamps, and this is {source.title}')
    print(f'playing {source.title}', flush=True)
    print(f'published {play(source, play_options(args))} images')
    return 0


def play(source: 'Source', options: 'PlayOptions') -> int:
    """Publish until the source ends or the process is interrupted; return how many images.

    Raises:
        ValueError: If no frame can be read, or rclpy refuses the ROS arguments.
    """
    from robot_dl.ros.environment import prepare
    from robot_dl.ros.memory import keep_freed_memory

    prepare()
    keep_freed_memory()
    import rclpy
    from rclpy.executors import ExternalShutdownException

    from robot_dl.cli.player import Player

    try:
        rclpy.init(args=['--ros-args', *options.ros_args])
    except RuntimeError as error:  # RCLError and UnknownROSArgsError, public in no version
        raise ValueError(f'--ros-args {" ".join(options.ros_args)}: {error}') from error
    player = Player(source, options, once(tell))
    try:
        player.play()
    except (KeyboardInterrupt, ExternalShutdownException):
        pass  # How a loop or a camera ends.
    finally:
        player.node.destroy_node()
        rclpy.try_shutdown()
    return player.published


def play_options(args: argparse.Namespace) -> 'PlayOptions':
    """Return what the command line says about playing.

    Raises:
        ValueError: If the calibration cannot be read.
    """
    from robot_dl.cli.sources.calibration import read_calibration
    from robot_dl.cli.sources.options import PlayOptions

    return PlayOptions(
        rate_hz=args.rate,
        speed=args.speed,
        loop=args.loop,
        original_stamps=args.stamps == 'original',
        frame_id=args.frame_id,
        calibration=read_calibration(args.camera_info) if args.camera_info else None,
        wait_s=args.wait,
        ros_args=tuple(args.ros_args),
    )


def once(say: 'Tell') -> 'Tell':
    """Return what passes every sentence on once: a loop meets the same broken file again."""
    said: set[str] = set()

    def say_once(message: str) -> None:
        if message not in said:
            said.add(message)
            say(message)

    return say_once


def tell(message: str) -> None:
    """Say what went wrong with a single image."""
    print(f'robot_dl play: {message}', file=sys.stderr, flush=True)
