"""Case `kills`: one node after the other is killed; the others must not notice."""

import argparse
import os
import signal
import time
from dataclasses import dataclass
from typing import Any

from robot_dl.cli.benches.fleet.accounting import Footage, Outage, account, outage_of, recovery_s
from robot_dl.cli.benches.fleet.filming import crew, film
from robot_dl.cli.benches.fleet.fleet import Fleet, is_alive, wait_until
from robot_dl.cli.benches.fleet.summary import images_of
from robot_dl.cli.benches.percentiles import percentile

DEATH_S = 5.0


@dataclass(frozen=True)
class Kill:
    """The death of a node.

    Attributes:
        name: Its namespace.
        killed_ns: System time just before the signal.
        dead_ns: When the process was seen dead.
    """

    name: str
    killed_ns: int
    dead_ns: int


def kills(args: argparse.Namespace) -> dict[str, Any]:
    """Film for `args.kill_seconds`, and kill a node every `args.kill_every` seconds."""
    done: list[Kill] = []

    def kill_in_turn() -> None:
        started_s = time.monotonic()
        for index in range(max(1, int(args.kill_seconds / args.kill_every))):
            done.append(_kill(running, index))
            time.sleep(max(0.0, started_s + (index + 1) * args.kill_every - time.monotonic()))

    with crew(args, respawn=True) as running:
        footage = film(running, args.rate, kill_in_turn)
        revivals = running.revivals()
    return {
        'seconds': args.kill_seconds,
        'every_s': args.kill_every,
        'rate_hz': args.rate,
        'kills': len(done),
        'revivals': revivals,
        **recoveries(done, footage),
        **survivors(done, footage),
    }


def recoveries(done: list[Kill], footage: Footage) -> dict[str, Any]:
    """Return how long it took from each kill to the first answer to an image after it."""
    took_s = [recovery_s(k.killed_ns, k.dead_ns, footage.answers[k.name]) for k in done]
    known_s = [round(seconds, 3) for seconds in took_s if seconds is not None]
    return {
        'not_revived': len(took_s) - len(known_s),
        'recovery_p50_s': percentile(known_s, 50),
        'recovery_p95_s': percentile(known_s, 95),
        'recovery_max_s': max(known_s, default=None),
        'recoveries_s': known_s,
    }


def survivors(done: list[Kill], footage: Footage) -> dict[str, Any]:
    """Account for all images but those between a node's last answer and its successor's first."""
    outages = {
        name: [outage_of(kill.dead_ns, answers) for kill in done if kill.name == name]
        for name, answers in footage.answers.items()
    }
    accounts = {
        name: account(published_ns, footage.answers[name], footage.since_ns, outages[name])
        for name, published_ns in footage.published_ns.items()
    }
    nodes = {
        name: {**images_of([found]), 'missed_while_dead': _missed(footage, name, outages[name])}
        for name, found in accounts.items()
    }
    return {'survivors': images_of(list(accounts.values())), 'nodes': nodes}


def _kill(running: Fleet, index: int) -> Kill:
    station = running.stations[index % len(running.stations)]
    pid, killed_ns = running.wait_for_pid(station), time.time_ns()
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not is_alive(pid), f'death of {station.name}', DEATH_S)
    return Kill(station.namespace, killed_ns, time.time_ns())


def _missed(footage: Footage, name: str, outages: list[Outage]) -> int:
    stamps_ns = [s for s in footage.published_ns[name] if s >= footage.since_ns]
    return sum(any(outage.covers(s) for outage in outages) for s in stamps_ns)
