"""The result of a demo as plain values: what summary.json holds."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from robot_dl.cli.demos.role import Role

LEAST_FRAMES = 10
LEAST_COMPARED = 0.5
"""Least share of the camera's images that each node must have answered."""
PROMISED = ('frames', 'precision', 'recall', 'latency_ms', 'rate_hz')
"""What the summary says of the detection node also at its top."""


@dataclass(frozen=True)
class Facts:
    """What is known of a run besides its frames.

    Attributes:
        command: The command that repeats it.
        world: The simulated world.
        seconds: How long it compared.
        seed: The demo's seed.
        camera_hz: Images a second that the camera was asked for.
        images: Images that reached the demo in that time.
        start_s: From the start of the processes to the first comparison, seconds.
        models: Name, licence and hash of the model of each part that has one.
        transport: How messages travelled, in words.
        versions: Versions of what took part.
        machine: Where it ran.
        statuses: What each node said of itself last, on /diagnostics.
    """

    command: str
    world: str
    seconds: float
    seed: int
    camera_hz: float
    images: int
    start_s: float
    models: Mapping[str, Mapping[str, str]]
    transport: str
    versions: Mapping[str, str | None]
    machine: Mapping[str, Any]
    statuses: Mapping[str, Mapping[str, str]]

    @property
    def due(self) -> int:
        """Frames that every node must have answered."""
        return max(LEAST_FRAMES, round(LEAST_COMPARED * self.images))


def shortcomings(role: Role, facts: Facts) -> list[str]:
    """Return why a node has not passed, a sentence each; empty if it has."""
    reasons = []
    if len(role.record) < facts.due:
        compared = f'{len(role.record)} of {facts.images} frames compared'
        reasons.append(f'{compared}, expected {facts.due} or more')
    scores = role.part.scores(role.record.total)
    complaints = [goal.shortcoming(scores[goal.score]) for goal in role.part.goals]
    return reasons + [complaint for complaint in complaints if complaint]


def summary_of(roles: Mapping[str, Role], facts: Facts) -> dict[str, Any]:
    """Return everything that was measured, ready for JSON."""
    nodes = {name: node_summary(role, facts) for name, role in roles.items()}
    reasons = [f'{name}: {why}' for name, node in nodes.items() for why in node['shortcomings']]
    promised = {key: nodes['detection'][key] for key in PROMISED if 'detection' in nodes}
    return {
        'passed': not reasons,
        'shortcomings': reasons,
        **promised,
        'world': facts.world,
        'nodes': nodes,
        'camera_hz': facts.camera_hz,
        'images': facts.images,
        'seconds': round(facts.seconds, 2),
        'start_s': round(facts.start_s, 2),
        'transport': facts.transport,
        'command': facts.command,
        'seed': facts.seed,
        'versions': dict(facts.versions),
        'machine': dict(facts.machine),
    }


def node_summary(role: Role, facts: Facts) -> dict[str, Any]:
    """Return everything that was measured of one node."""
    part, record = role.part, role.record
    reasons = shortcomings(role, facts)
    return {
        'passed': not reasons,
        'shortcomings': reasons,
        'frames': len(record),
        **_rounded(part.scores(record.total)),
        'goals': {goal.score: goal.bound for goal in part.goals},
        'latency_ms': {
            name: _rounded(record.latency_percentile_ms(percent), 2)
            for name, percent in (('p50', 50), ('p95', 95), ('max', 100))
        },
        'rate_hz': _rounded(record.rate_hz, 2),
        'model': dict(facts.models.get(part.name, {})),
        **_rounded(part.details(record.total)),
        'status': dict(facts.statuses.get(part.name, {})),
    }


def _rounded(value: Any, digits: int = 4) -> Any:
    """Return a value whose numbers have few digits, however deep they lie in it."""
    if isinstance(value, Mapping):
        return {key: _rounded(item, digits) for key, item in value.items()}
    return round(value, digits) if isinstance(value, float) else value
