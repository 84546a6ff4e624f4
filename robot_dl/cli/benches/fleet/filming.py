"""Let the cameras of a fleet film for a while, and collect what became of their images."""

import argparse
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from robot_dl.cli.benches.asking import answer_of, ask, tell, wait_for_arrival
from robot_dl.cli.benches.fleet.accounting import Answer, Footage
from robot_dl.cli.benches.fleet.fleet import Fleet, fleet
from robot_dl.cli.benches.fleet.stations import Station, detectors
from robot_dl.cli.processes import python_module

CAMERAS = ('front', 'rear', 'left', 'right')
# Until then every camera has got its order.
LEAD_S = 0.5


@contextmanager
def crew(args: argparse.Namespace, respawn: bool = False) -> Iterator[Fleet]:
    """Run one detection node for each camera for the duration of the block.

    Args:
        args: The options of the benchmark.
        respawn: Whether a node that has ended is started again.
    """
    stations = detectors(CAMERAS[: args.cameras])

    def camera(station: Station) -> list[str]:
        image = ('--image', str(args.image)) if args.image else ('--size', args.size)
        options = ('--topics', station.image, '--reliability', 'reliable', *image)
        return python_module('robot_dl.cli.benches.image_source', *options)

    with fleet(stations, args.model, camera, respawn) as running:
        yield running


def film(running: Fleet, rate_hz: float, meanwhile: Callable[[], None]) -> Footage:
    """Let all cameras film, evenly out of step, until `meanwhile` returns.

    Args:
        running: The fleet.
        rate_hz: Images a second of each camera.
        meanwhile: Called when every node has answered.
    """
    ask(running.listener, 'report')
    orders = _orders(running, rate_hz)
    for camera, order in zip(running.cameras, orders, strict=True):
        tell(camera, order)
    since_ns = running.wait_for_answers()
    meanwhile()
    published_ns = _stop(running, orders)
    wait_for_arrival(running.listener, sum(map(len, published_ns.values())))
    heard = ask(running.listener, 'report')
    answers = {s.namespace: [Answer(*pair) for pair in heard[s.result]] for s in running.stations}
    return Footage(since_ns, published_ns, answers)


def _orders(running: Fleet, rate_hz: float) -> list[str]:
    first_ns, step_ns = time.time_ns() + int(LEAD_S * 1e9), 1e9 / rate_hz / len(running.cameras)
    return [
        f'film {station.image} {rate_hz} {first_ns + int(index * step_ns)}'
        for index, station in enumerate(running.stations)
    ]


def _stop(running: Fleet, orders: list[str]) -> dict[str, list[int]]:
    """Stop all cameras before the first one tells its stamps."""
    for camera in running.cameras:
        tell(camera, 'stop')
    workers = zip(running.stations, running.cameras, orders, strict=True)
    return {station.namespace: answer_of(worker, order) for station, worker, order in workers}
