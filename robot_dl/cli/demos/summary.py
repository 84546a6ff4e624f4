"""The result of a demo as plain values: what summary.json holds."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from robot_dl.cli.demos.matching import LEAST_IOU
from robot_dl.cli.demos.record import Record

REQUIRED = 0.9
"""Least precision and recall of a demo that passes."""
LEAST_FRAMES = 20
LEAST_COMPARED = 0.5
"""Least share of the camera's images that must have been answered and compared."""


@dataclass(frozen=True)
class Facts:
    """What is known of a run besides its frames.

    Attributes:
        command: The command that repeats it.
        seconds: How long it compared.
        seed: The demo's seed.
        images: Images that reached the demo in that time.
        start_s: From the start of the processes to the first comparison, seconds.
        model: Name, licence and hash of the model.
        transport: How messages travelled, in words.
        versions: Versions of what took part.
        machine: Where it ran.
        node: What the detection node said of itself last, on /diagnostics.
    """

    command: str
    seconds: float
    seed: int
    images: int
    start_s: float
    model: Mapping[str, str]
    transport: str
    versions: Mapping[str, str | None]
    machine: Mapping[str, Any]
    node: Mapping[str, str]


def shortcomings(record: Record, facts: Facts) -> list[str]:
    """Return why the demo has not passed, a sentence each; empty if it has."""
    due = max(LEAST_FRAMES, round(LEAST_COMPARED * facts.images))
    reasons = []
    if len(record) < due:
        reasons.append(f'{len(record)} of {facts.images} frames compared, expected {due} or more')
    for name, value in _scores(record).items():
        if value is None:
            reasons.append(f'{name} is unknown: there was nothing to count')
        elif value < REQUIRED:
            reasons.append(f'{name} is {value:.1%}, expected at least {REQUIRED:.0%}')
    return reasons


def summary_of(record: Record, facts: Facts) -> dict[str, Any]:
    """Return everything that was measured, ready for JSON."""
    reasons = shortcomings(record, facts)
    return {
        'passed': not reasons,
        'shortcomings': reasons,
        'frames': len(record),
        **{name: _rounded(value) for name, value in _scores(record).items()},
        'objects': record.tally.objects,
        'required': REQUIRED,
        'iou': LEAST_IOU,
        'latency_ms': {
            name: _rounded(record.latency_percentile_ms(percent), 2)
            for name, percent in (('p50', 50), ('p95', 95), ('max', 100))
        },
        'rate_hz': _rounded(record.rate_hz, 2),
        'images': facts.images,
        'seconds': round(facts.seconds, 2),
        'start_s': round(facts.start_s, 2),
        'transport': facts.transport,
        'command': facts.command,
        'seed': facts.seed,
        'model': dict(facts.model),
        'classes': {label: _of_class(record, i) for i, label in enumerate(record.labels)},
        'node': dict(facts.node),
        'versions': dict(facts.versions),
        'machine': dict(facts.machine),
    }


def _scores(record: Record) -> dict[str, float | None]:
    return {'precision': record.tally.precision, 'recall': record.tally.recall}


def _of_class(record: Record, class_id: int) -> dict[str, Any]:
    tally = record.tally.of_class(class_id)
    return {
        'objects': tally.objects,
        'right': int(tally.right.sum()),
        'missed': int(tally.missed.sum()),
        'false_alarms': int(tally.false_alarms.sum()),
        'precision': _rounded(tally.precision),
        'recall': _rounded(tally.recall),
    }


def _rounded(value: float | None, digits: int = 4) -> float | None:
    return None if value is None else round(value, digits)
