"""The transport benchmark as a user runs it. How fast it was never decides a test."""

import json
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest

from robot_dl.cli.benches.percentiles import percentile
from robot_dl.cli.benches.transport import case_from_ages, table_row
from robot_dl.ros.shared_memory import remove_dead_segments

pytestmark = pytest.mark.ros

BENCH = [sys.executable, '-m', 'robot_dl.cli.main', 'bench', 'transport']
KEYS = ['size', 'profile', 'reliability', 'delivered', 'p50_ms', 'p95_ms']


def test_no_images_give_no_times():
    case = case_from_ages('640x480', False, 'best_effort', [], frames=20)
    assert (case.delivered, case.p50_ms, case.p95_ms) == (0.0, None, None)
    assert table_row(case).split()[-2:] == ['-', '-']


@pytest.mark.parametrize(
    ('values', 'percent', 'expected'),
    [([], 50, None), ([2.0], 95, 2.0), ([1.0, 2.0, 3.0], 50, 2.0), (list(range(101)), 95, 95.0)],
)
def test_percentiles_are_those_of_the_textbook(values, percent, expected):
    assert percentile(values, percent) == expected


def test_every_combination_is_measured_and_written(tmp_path):
    path = tmp_path / 'transport.json'
    command = [*BENCH, '--json', path, '--frames', '5', '--rate', '50', '--sizes', '160x120']
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    written = json.loads(path.read_text())
    assert [list(case) for case in written['cases']] == [KEYS] * 4
    assert {(c['profile'], c['reliability']) for c in written['cases']} == {
        (profile, reliability)
        for profile in (False, True)
        for reliability in ('best_effort', 'reliable')
    }
    # Small images fit into the segment of an unconfigured Fast DDS, too.
    assert all(c['delivered'] == 1.0 and c['p50_ms'] > 0 for c in written['cases'])
    assert written['machine']['cores'] >= 1
    assert written['versions']['rclpy'] or written['versions']['ros_distro']
    assert done.stdout.count('160x120') == 4


@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_no_process_outlives_an_interrupted_benchmark(number):
    command = [*BENCH, '--frames', '10000']
    # As a script's background job: its shell ignores SIGINT for it.
    ignore = partial(signal.signal, signal.SIGINT, signal.SIG_IGN)
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, preexec_fn=ignore) as bench:
        children = wait_for(lambda: [c for c in children_of(bench.pid) if len(c) == 2])[0]
        bench.send_signal(number)
    assert wait_for(lambda: not any(map(is_running, children)))
    remove_dead_segments()


def is_running(pid: str) -> bool:
    status = Path(f'/proc/{pid}/status')
    try:
        return 'State:\tZ' not in status.read_text()
    except OSError:
        return False


def children_of(pid: int) -> list[list[str]]:
    path = Path(f'/proc/{pid}/task/{pid}/children')
    return [path.read_text().split()]


def wait_for(condition, patience_s: float = 60.0):
    deadline_s = time.monotonic() + patience_s
    while not (value := condition()) and time.monotonic() < deadline_s:
        time.sleep(0.02)
    assert value
    return value
