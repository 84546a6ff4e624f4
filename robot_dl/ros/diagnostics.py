"""The health of a node, as `diagnostic_msgs`."""

import math
import platform
from dataclasses import dataclass

from builtin_interfaces.msg import Time
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue

from robot_dl.ros.statistics import Summary

SILENT_AFTER_S = 3.0
# Beyond this a stamp is not old but from another clock.
STRANGE_AGE_MS = 10_000.0

Level = bytes
Verdict = tuple[Level, str]


@dataclass(frozen=True)
class LoadedModel:
    """The model that a node has opened.

    Attributes:
        name: Name on its card.
        device: The device asked for.
        provider: What executes it.
        notice: Why that is not what was asked for; empty if it is.
    """

    name: str = ''
    device: str = ''
    provider: str = ''
    notice: str = ''


NOTHING_LOADED = LoadedModel()


@dataclass(frozen=True)
class Condition:
    """What a node knows of itself besides its images.

    Attributes:
        state: Label of its lifecycle state.
        enabled: Whether `~/enable` lets it work.
        failure: Why its last transition failed; empty if it did not.
        model: The model it has opened.
        silence: Why no image comes, as far as one can see; empty if they do.
    """

    state: str
    enabled: bool = True
    failure: str = ''
    model: LoadedModel = NOTHING_LOADED
    silence: str = ''


def verdict(condition: Condition, frames: Summary) -> Verdict:
    """Return how bad it is, and the one thing that an operator should read first."""
    if condition.failure:
        return DiagnosticStatus.ERROR, condition.failure
    if condition.state != 'active':
        return DiagnosticStatus.OK, condition.state
    if not condition.enabled:
        return DiagnosticStatus.OK, 'disabled by ~/enable'
    if frames.recent_errors:
        level = DiagnosticStatus.WARN if frames.rate_hz else DiagnosticStatus.ERROR
        return level, frames.last_error
    if frames.silent_s > SILENT_AFTER_S:
        return DiagnosticStatus.STALE, f'no image for {frames.silent_s:.0f} s: {condition.silence}'
    return _verdict_of_working(condition, frames)


def diagnostics_msg(
    name: str, condition: Condition, frames: Summary, stamp: Time
) -> DiagnosticArray:
    """Return the status of a node.

    Args:
        name: The node's full name, without the leading slash.
        condition: What it knows of itself.
        frames: What happened to its images.
        stamp: The time of the node's clock.
    """
    level, message = verdict(condition, frames)
    status = DiagnosticStatus(level=level, name=f'{name}: status', message=message)
    status.hardware_id = platform.node()
    status.values = [KeyValue(key=k, value=v) for k, v in _values(condition, frames).items()]
    msg = DiagnosticArray(status=[status])
    msg.header.stamp = stamp
    return msg


def _verdict_of_working(condition: Condition, frames: Summary) -> Verdict:
    if abs(frames.age_p50_ms) > STRANGE_AGE_MS:
        return DiagnosticStatus.WARN, (
            f"image stamps are {frames.age_p50_ms / 1000:.1f} s behind the node's clock; "
            "check use_sim_time, and the clocks of the camera's machine and this one"
        )
    if condition.model.notice:
        return DiagnosticStatus.WARN, condition.model.notice
    if math.isnan(frames.age_p50_ms):
        return DiagnosticStatus.OK, 'waiting for the first image'
    return DiagnosticStatus.OK, f'{frames.rate_hz:.1f} images/s'


def _values(condition: Condition, frames: Summary) -> dict[str, str]:
    return {
        'state': condition.state,
        'enabled': str(condition.enabled).lower(),
        'model': condition.model.name,
        'device': condition.model.device,
        'provider': condition.model.provider,
        'rate_hz': f'{frames.rate_hz:.2f}',
        'image_age_p50_ms': f'{frames.age_p50_ms:.1f}',
        'image_age_p95_ms': f'{frames.age_p95_ms:.1f}',
        'inference_p50_ms': f'{frames.inference_p50_ms:.1f}',
        'frames_received': str(frames.received),
        'frames_processed': str(frames.processed),
        'frames_dropped': 'unknown' if frames.lost is None else str(frames.lost),
        'errors': str(frames.errors),
        'last_error': frames.last_error,
    }
