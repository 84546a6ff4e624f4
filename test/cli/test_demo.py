"""The demo from end to end: simulator, node and trained model over real topics, for 8 seconds."""

import json
import re
import subprocess
import sys

import cv2
import pytest

pytest.importorskip('mujoco')

from robot_dl.cli.demo import GREATEST_SECONDS, GREATEST_SEED, WORLDS_PER_SEED, first_world
from robot_dl.cli.demos.runner import SCENE_PERIOD_S
from robot_dl.sim.worlds.objects import CLASSES
from robot_dl.training.seeds import FREE, SPLITS

END_PATIENCE_S = 120


@pytest.fixture(scope='module')
def demo(tmp_path_factory):
    """Return a finished demo, and the folder of its results."""
    out = tmp_path_factory.mktemp('demo')
    command = [sys.executable, '-m', 'robot_dl.cli.main', 'demo', '--seconds', '8', '--out', out]
    done = subprocess.run(command, capture_output=True, text=True, timeout=END_PATIENCE_S)
    return done, out


@pytest.mark.ros
@pytest.mark.slow
def test_the_demo_passes_and_says_so(demo):
    done, out = demo
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r'Passed: \d+\.\d% of \d+ objects in \d+ frames were found', done.stdout)
    assert f'Report: {out / "report.html"}' in done.stdout


@pytest.mark.ros
@pytest.mark.slow
def test_the_summary_has_the_numbers_of_the_run(demo):
    _, out = demo
    summary = json.loads((out / 'summary.json').read_text())
    assert summary['passed'] is True
    assert summary['precision'] >= 0.9
    assert summary['recall'] >= 0.9
    assert summary['frames'] >= 20
    assert 0 < summary['latency_ms']['p50'] <= summary['latency_ms']['p95']
    assert summary['transport']
    assert summary['model']['name'] == 'tabletop_detector'
    assert set(summary['classes']) == set(CLASSES)
    rows = summary['classes'].values()
    right, false = (sum(row[key] for row in rows) for key in ('right', 'false_alarms'))
    assert summary['precision'] == pytest.approx(right / (right + false), abs=1e-4)
    assert summary['recall'] == pytest.approx(right / summary['objects'], abs=1e-4)
    expected = {'robot_dl', 'python', 'numpy', 'onnxruntime', 'ros_distro', 'rmw'}
    assert {name for name, value in summary['versions'].items() if value} >= expected


@pytest.mark.ros
@pytest.mark.slow
def test_report_and_pictures_are_there(demo):
    _, out = demo
    page = (out / 'report.html').read_text()
    assert 'passed</span>' in page
    assert len(page) > 100_000
    pictures = sorted((out / 'frames').glob('right_*.png'))
    assert pictures
    assert cv2.imread(str(pictures[0])).shape[1] == 1280
    assert {p.name for p in (out / 'logs').iterdir()} == {'sim_node.log', 'detection_node.log'}


@pytest.mark.parametrize('seed', [0, GREATEST_SEED])
def test_no_seed_shows_worlds_that_training_or_evaluation_use(seed):
    worlds = range(first_world(seed), first_world(seed) + WORLDS_PER_SEED)
    assert set(worlds) <= set(FREE)
    for name, seeds in SPLITS.items():
        if name != 'free':
            assert set(worlds).isdisjoint(seeds)


def test_the_longest_demos_of_two_seeds_share_no_world():
    assert first_world(1) - first_world(0) >= GREATEST_SECONDS / SCENE_PERIOD_S
