"""The health of a node, as `diagnostic_msgs`."""

import math
import platform
from collections.abc import Mapping
from dataclasses import dataclass, field

from builtin_interfaces.msg import Time
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue

from robot_dl.ros.statistics import Summary

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
        failure: Why its last transition failed, or why it gave up; empty if neither.
        model: The model it has opened; None if it never opens one.
        resting: Whether nobody subscribes, so that it does nothing.
        silence: Which inputs give nothing and why, as far as one can see; empty if all do.
        warning: What is wrong with clocks, stamps, or inputs that do not fit together.
        fault: What keeps an active node from working; empty if nothing does.
        work: What it does when all is well; empty for one that looks at images.
        details: What this kind of node alone has to tell, by name.
    """

    state: str
    enabled: bool = True
    failure: str = ''
    model: LoadedModel | None = NOTHING_LOADED
    resting: bool = False
    silence: str = ''
    warning: str = ''
    fault: str = ''
    work: str = ''
    details: Mapping[str, str] = field(default_factory=dict)


def verdict(condition: Condition, frames: Summary) -> Verdict:
    """Return how bad it is, and the one thing that an operator should read first."""
    if condition.failure:
        return DiagnosticStatus.ERROR, condition.failure
    if condition.state != 'active':
        return DiagnosticStatus.OK, condition.state
    if not condition.enabled:
        return DiagnosticStatus.OK, 'disabled by ~/enable'
    if condition.fault:
        return DiagnosticStatus.ERROR, condition.fault
    if frames.recent_errors:
        level = DiagnosticStatus.WARN if frames.rate_hz else DiagnosticStatus.ERROR
        return level, frames.last_error
    if condition.silence:
        return DiagnosticStatus.STALE, condition.silence
    if condition.warning:
        return DiagnosticStatus.WARN, condition.warning
    if condition.model and condition.model.notice:
        return DiagnosticStatus.WARN, condition.model.notice
    return DiagnosticStatus.OK, _at_work(condition, frames)


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
    values = {**_condition_values(condition), **_frame_values(frames), **condition.details}
    status.values = [KeyValue(key=k, value=v) for k, v in values.items()]
    msg = DiagnosticArray(status=[status])
    msg.header.stamp = stamp
    return msg


def _at_work(condition: Condition, frames: Summary) -> str:
    if condition.resting:
        return 'resting: nobody subscribes to a result'
    if condition.work:
        return condition.work
    if math.isnan(frames.age_ms[0]):
        return 'waiting for the first image'
    return f'{frames.rate_hz:.1f} images/s'


def _condition_values(condition: Condition) -> dict[str, str]:
    values = {
        'state': condition.state,
        'enabled': str(condition.enabled).lower(),
        'resting': str(condition.resting).lower(),
    }
    if model := condition.model:
        values |= {'model': model.name, 'device': model.device, 'provider': model.provider}
    return values


def _frame_values(frames: Summary) -> dict[str, str]:
    times_ms = {'image_age': frames.age_ms, **frames.stages_ms}
    return {
        'rate_hz': f'{frames.rate_hz:.2f}',
        **{f'{name}_p50_ms': f'{p50:.1f}' for name, (p50, _) in times_ms.items()},
        **{f'{name}_p95_ms': f'{p95:.1f}' for name, (_, p95) in times_ms.items()},
        'frames_received': str(frames.received),
        'frames_processed': str(frames.processed),
        'frames_dropped': 'unknown' if frames.lost is None else str(frames.lost),
        **{f'frames_{reason}': str(count) for reason, count in frames.refused.items()},
        'errors': str(frames.errors),
        'last_error': frames.last_error,
    }
