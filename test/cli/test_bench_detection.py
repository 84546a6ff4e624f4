"""The detection benchmark as a user runs it. How fast it was never decides a test."""

import json
import subprocess
import sys

import cv2
import numpy as np
import pytest
from toy_models import write_model

from robot_dl.cli.benches.detection import overhead_ratio

pytestmark = pytest.mark.ros

STAGES = ['convert', 'fit', 'normalise', 'infer', 'decode', 'message']
NUMBERS = [
    'raw_inference_ms',
    'raw_at_camera_rate_ms',
    'transport_floor_ms',
    'end_to_end_ms',
    'end_to_end_p95_ms',
    'overhead_ratio',
    'peak_memory_mb',
    'start_to_first_detection_s',
]


@pytest.mark.parametrize(
    ('raw_ms', 'floor_ms', 'total_ms', 'expected'),
    [
        (None, None, None, None),
        (10.0, 2.0, None, None),
        (10.0, 2.0, 12.0, 1.0),
        (4.0, 2.0, 8.0, 1.5),
    ],
)
def test_overhead_is_what_the_node_takes_beyond_transport_per_inference(
    raw_ms, floor_ms, total_ms, expected
):
    assert overhead_ratio(raw_ms, floor_ms, total_ms) == expected


def test_every_number_is_measured_and_written(tmp_path):
    model = write_model(tmp_path / 'colours')
    image, path = tmp_path / 'grey.png', tmp_path / 'detection.json'
    cv2.imwrite(str(image), np.full((48, 64, 3), 90, np.uint8))
    arguments = ['--model', model, '--image', image, '--json', path]
    command = [sys.executable, '-m', 'robot_dl.cli.main', 'bench', 'detection', *arguments]
    command += ['--seconds', '0.1', '--starts', '1']
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    written = json.loads(path.read_text())
    assert all(written[name] > 0 for name in NUMBERS if name != 'overhead_ratio')
    assert np.isfinite(written['overhead_ratio'])
    assert list(written['stages_ms']) == STAGES
    assert set(written['raw_settings']) == {'threads', 'waiting'}
    assert written['images'] >= 1
    assert all(name in done.stdout for name in [*NUMBERS, *STAGES])
