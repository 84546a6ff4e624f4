"""The demo from end to end: simulator, nodes and trained models over real topics, for seconds."""

import json
import re
import subprocess
import sys

import cv2
import pytest

pytest.importorskip('mujoco')

from robot_dl.cli.demo import GREATEST_SECONDS, GREATEST_SEED, WORLDS_PER_SEED, first_world
from robot_dl.cli.demos.casts import (
    CASTS,
    GREATEST_HZ,
    SCENE_PERIODS_S,
    cast_of,
    playable,
    rate_hz_for,
)
from robot_dl.sim.worlds.objects import CLASSES
from robot_dl.training.seeds import FREE, SPLITS

END_PATIENCE_S = 120


def finished(out, *options):
    """Return a finished demo, and the folder of its results."""
    command = [sys.executable, '-m', 'robot_dl.cli.main', 'demo', '--out', out, *options]
    return subprocess.run(command, capture_output=True, text=True, timeout=END_PATIENCE_S), out


@pytest.fixture(scope='module')
def demo(tmp_path_factory):
    """Return a finished demo of one node."""
    return finished(tmp_path_factory.mktemp('demo'), '--only', 'detection', '--seconds', '8')


@pytest.fixture(scope='module', params=CASTS)
def crowd(request, tmp_path_factory):
    """Return a finished demo of all nodes of a world, and the world."""
    options = ('--world', request.param, '--seconds', '8')
    return *finished(tmp_path_factory.mktemp('crowd'), *options), request.param


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


@pytest.mark.ros
@pytest.mark.slow
def test_every_node_of_a_world_answers_and_is_compared_with_the_truth(crowd):
    done, out, world = crowd
    summary = json.loads((out / 'summary.json').read_text())
    assert done.returncode == (0 if summary['passed'] else 1), done.stdout + done.stderr
    assert list(summary['nodes']) == list(CASTS[world])
    for name, node in summary['nodes'].items():
        # Whatever a model scores: none may be starved by the others.
        assert node['frames'] >= summary['images'] / 2, name
        assert 0 < node['latency_ms']['p50'] <= node['latency_ms']['p95'], name
        assert node['rate_hz'] > summary['camera_hz'] / 2, name
        assert all(node[score] is not None for score in node['goals']), name
        assert node['status'], name


@pytest.mark.ros
@pytest.mark.slow
def test_the_bundled_models_reach_the_goals_of_the_demo(crowd):
    done, _, _ = crowd
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.ros
@pytest.mark.slow
def test_the_report_of_a_world_has_a_section_and_pictures_of_every_node(crowd):
    _, out, world = crowd
    page = (out / 'report.html').read_text()
    assert 'One image, as every node saw it' in page
    logs = {path.stem for path in (out / 'logs').iterdir()}
    # What tells free space is the segmentation node.
    parts = {name for name in CASTS[world] if name != 'free_space'}
    assert logs == {'sim_node', *(f'{name}_node' for name in parts)}
    for name in CASTS[world]:
        assert f'<section id="{name}">' in page
        assert list((out / 'frames').glob(f'{name}_*.png'))


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


def test_a_node_without_its_model_is_left_out_with_those_that_live_on_it():
    everybody = CASTS['tabletop']
    assert playable(everybody, set(everybody.values())) == everybody
    assert list(playable(everybody, {'tabletop_detector'})) == ['detection']
    assert playable(CASTS['rooms'], {'rooms_depth'}) == {'depth': 'rooms_depth'}


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


def test_the_demo_needs_nothing_that_only_training_brings():
    code = 'import sys, robot_dl.cli.demos.session; print(*sys.modules)'
    done = subprocess.run([sys.executable, '-c', code], capture_output=True, text=True, check=True)
    assert {'torch', 'onnx', 'tqdm', 'faster_coco_eval', 'matplotlib'}.isdisjoint(
        done.stdout.split()
    )
