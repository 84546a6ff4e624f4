"""The demo from end to end: simulator, nodes and trained models over real topics, for seconds."""

import json
import re
import subprocess
import sys

import cv2
import pytest

pytest.importorskip('mujoco')

from robot_dl.cli.demo import GREATEST_SECONDS, GREATEST_SEED, WORLDS_PER_SEED, first_world
from robot_dl.cli.demos.casts import CASTS, GREATEST_HZ, SCENE_PERIODS_S, cast_of, rate_hz_for
from robot_dl.sim.worlds.objects import CLASSES
from robot_dl.training.seeds import FREE, SPLITS

END_PATIENCE_S = 120


@pytest.fixture(scope='module')
def demo(tmp_path_factory):
    """Return a finished demo, and the folder of its results."""
    out = tmp_path_factory.mktemp('demo')
    command = [sys.executable, '-m', 'robot_dl.cli.main', 'demo', '--only', 'detection']
    command += ['--seconds', '8', '--out', out]
    done = subprocess.run(command, capture_output=True, text=True, timeout=END_PATIENCE_S)
    return done, out


@pytest.mark.ros
@pytest.mark.slow
def test_the_demo_passes_and_says_so(demo):
    done, out = demo
    assert done.returncode == 0, done.stdout + done.stderr
    assert 'Passed. ' in done.stdout
    assert re.search(r'detection: passed, \d+\.\d% of \d+ objects found', done.stdout)
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
    node = summary['nodes']['detection']
    assert node['model']['name'] == 'tabletop_detector'
    assert set(node['classes']) == set(CLASSES)
    rows = node['classes'].values()
    right, false = (sum(row[key] for row in rows) for key in ('right', 'false_alarms'))
    assert summary['precision'] == pytest.approx(right / (right + false), abs=1e-4)
    assert summary['recall'] == pytest.approx(right / node['objects'], abs=1e-4)
    expected = {'robot_dl', 'python', 'numpy', 'onnxruntime', 'ros_distro', 'rmw'}
    assert {name for name, value in summary['versions'].items() if value} >= expected


@pytest.mark.ros
@pytest.mark.slow
def test_report_and_pictures_are_there(demo):
    _, out = demo
    page = (out / 'report.html').read_text()
    assert 'passed</span>' in page
    assert len(page) > 100_000
    pictures = sorted((out / 'frames').glob('detection_right_*.png'))
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
    scenes = GREATEST_SECONDS / min(SCENE_PERIODS_S.values())
    assert first_world(1) - first_world(0) >= scenes


def test_every_world_has_its_nodes_and_they_can_be_chosen():
    assert cast_of('tabletop') == CASTS['tabletop']
    assert list(cast_of('tabletop', ['depth'])) == ['depth']
    assert set(CASTS) == set(SCENE_PERIODS_S)


def test_a_node_that_lives_on_others_brings_them_along():
    assert list(cast_of('tabletop', ['detection3d'])) == ['detection', 'depth', 'detection3d']


def test_a_node_that_does_not_know_the_world_is_refused():
    with pytest.raises(ValueError, match="unknown node of the world 'rooms' 'detection'"):
        cast_of('rooms', ['detection'])


def test_the_camera_is_slower_where_more_nodes_share_fewer_cores():
    everybody = CASTS['tabletop']
    assert rate_hz_for(everybody, 'tabletop', 64) == GREATEST_HZ
    rates = [rate_hz_for(everybody, 'tabletop', cores) for cores in (1, 2, 4)]
    assert rates == sorted(rates)
    assert rates[1] < rate_hz_for(['detection'], 'tabletop', 2)
    assert rate_hz_for(everybody, 'tabletop', 1) >= 1
