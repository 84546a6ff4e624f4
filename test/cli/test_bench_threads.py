"""The thread benchmark as a user runs it. How fast it was never decides a test."""

import json
import subprocess
import sys

import pytest
from toy_models import write_model

pytestmark = pytest.mark.ros

KEYS = ['threads', 'waiting', 'p50_ms', 'p90_ms', 'cpu_ms']


def test_every_way_to_wait_is_measured_and_written(tmp_path):
    path = tmp_path / 'threads.json'
    model = write_model(tmp_path / 'colours')
    arguments = ['--model', model, '--json', path, '--turns', '1', '--threads', '1']
    command = [sys.executable, '-m', 'robot_dl.cli.main', 'bench', 'threads', *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    cases = json.loads(path.read_text())['cases']
    assert [list(case) for case in cases] == [KEYS] * 4
    assert all(case['p50_ms'] > 0 and case['cpu_ms'] > 0 for case in cases)
    assert len({case['waiting'] for case in cases}) == 4
    assert done.stdout.count('\n') == 5
