"""What a node says of itself."""

from dataclasses import replace

import pytest
from builtin_interfaces.msg import Time
from diagnostic_msgs.msg import DiagnosticStatus

from robot_dl.ros.diagnostics import Condition, LoadedModel, diagnostics_msg, verdict
from robot_dl.ros.latency import STAGES
from robot_dl.ros.statistics import Summary

OK, WARN = DiagnosticStatus.OK, DiagnosticStatus.WARN
ERROR, STALE = DiagnosticStatus.ERROR, DiagnosticStatus.STALE
NAN = float('nan')

MODEL = LoadedModel('colours', 'auto', 'CPUExecutionProvider')
WORKING = Condition('active', model=MODEL)
FRAMES = Summary(
    rate_hz=14.96,
    age_ms=(40.04, 80.0),
    stages_ms={name: (10.0 + i, 20.0 + i) for i, name in enumerate(STAGES)},
    received=100,
    processed=99,
    lost=7,
    refused={'too_old': 4, 'over_rate': 0, 'unwatched': 2},
    errors=1,
    recent_errors=0,
    last_error='old',
)
NO_ANSWER = replace(FRAMES, rate_hz=0.0, age_ms=(NAN, NAN))
FALLEN_BACK = replace(MODEL, notice='running on CPU')


@pytest.mark.parametrize(
    ('condition', 'frames', 'level', 'words'),
    [
        (WORKING, FRAMES, OK, '15.0 images/s'),
        (WORKING, NO_ANSWER, OK, 'waiting for the first image'),
        (Condition('unconfigured'), NO_ANSWER, OK, 'unconfigured'),
        (Condition('inactive'), NO_ANSWER, OK, 'inactive'),
        (replace(WORKING, failure='cannot configure: x'), FRAMES, ERROR, 'cannot configure: x'),
        (replace(WORKING, enabled=False), NO_ANSWER, OK, 'disabled by ~/enable'),
        (WORKING, replace(FRAMES, recent_errors=1, last_error='bad'), WARN, 'bad'),
        (WORKING, replace(NO_ANSWER, recent_errors=1, last_error='bad'), ERROR, 'bad'),
        (replace(WORKING, silence='no image'), NO_ANSWER, STALE, 'no image'),
        (replace(WORKING, warning='stamps are zero'), FRAMES, WARN, 'stamps are zero'),
        (replace(WORKING, resting=True), NO_ANSWER, OK, 'resting: nobody subscribes'),
        (replace(WORKING, model=FALLEN_BACK), FRAMES, WARN, 'running on CPU'),
    ],
)
def test_level_and_message_name_the_worst(condition, frames, level, words):
    came = verdict(condition, frames)
    assert came[0] == level
    assert words in came[1]


def test_the_message_has_every_value():
    msg = diagnostics_msg('robot/detection_node', WORKING, FRAMES, Time(sec=5))
    [status] = msg.status
    assert msg.header.stamp.sec == 5
    assert status.name == 'robot/detection_node: status'
    assert status.hardware_id
    assert {v.key: v.value for v in status.values} == {
        'state': 'active',
        'enabled': 'true',
        'resting': 'false',
        'model': 'colours',
        'device': 'auto',
        'provider': 'CPUExecutionProvider',
        'rate_hz': '14.96',
        'image_age_p50_ms': '40.0',
        'image_age_p95_ms': '80.0',
        'capture_p50_ms': '10.0',
        'capture_p95_ms': '20.0',
        'transport_p50_ms': '11.0',
        'transport_p95_ms': '21.0',
        'wait_p50_ms': '12.0',
        'wait_p95_ms': '22.0',
        'inference_p50_ms': '13.0',
        'inference_p95_ms': '23.0',
        'rest_p50_ms': '14.0',
        'rest_p95_ms': '24.0',
        'frames_received': '100',
        'frames_processed': '99',
        'frames_dropped': '7',
        'frames_too_old': '4',
        'frames_over_rate': '0',
        'frames_unwatched': '2',
        'errors': '1',
        'last_error': 'old',
    }


def test_frames_that_nobody_can_count_are_unknown():
    msg = diagnostics_msg('node', WORKING, replace(FRAMES, lost=None), Time())
    assert 'unknown' in [v.value for v in msg.status[0].values if v.key == 'frames_dropped']
