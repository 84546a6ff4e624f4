"""Cases `steady` and `soak`: cameras film, nodes answer, and nothing may grow."""

import argparse
import time
from typing import Any

from robot_dl.cli.benches.fleet.filming import crew, film
from robot_dl.cli.benches.fleet.fleet import Fleet
from robot_dl.cli.benches.fleet.memory import memory_of
from robot_dl.cli.benches.fleet.summary import PARTS, Sample, Samples, summary

SAMPLES_PER_PART = 6


def steady(args: argparse.Namespace) -> dict[str, Any]:
    """Film for `args.seconds` at `args.rate`."""
    return measure(args, args.seconds, args.rate)


def soak(args: argparse.Namespace) -> dict[str, Any]:
    """Film for `args.soak_minutes` at `args.soak_rate`."""
    return measure(args, args.soak_minutes * 60, args.soak_rate)


def measure(args: argparse.Namespace, seconds: float, rate_hz: float) -> dict[str, Any]:
    """Film, and look at the memory of the nodes meanwhile."""
    with crew(args) as running:
        samples: Samples = {station.namespace: [] for station in running.stations}
        footage = film(running, rate_hz, lambda: _watch(running, samples, seconds))
        health = running.health(time.time_ns())
    return {'seconds': seconds, 'rate_hz': rate_hz, **summary(footage, samples, health)}


def _watch(running: Fleet, samples: Samples, seconds: float) -> None:
    """Look again and again, which costs next to nothing."""
    pids, started_s = running.pids(), time.monotonic()
    count = PARTS * SAMPLES_PER_PART
    for index in range(count + 1):
        time.sleep(max(0.0, started_s + index * seconds / count - time.monotonic()))
        for name, pid in pids.items():
            samples[name].append(Sample(time.time_ns(), memory_of(pid)))
