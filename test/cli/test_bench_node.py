"""The benchmark of a node as a user runs it. How fast it was never decides a test."""

import json
import subprocess
import sys

import cv2
import numpy as np
import pytest
from std_msgs.msg import Header
from toy_colour_classifier import write_classifier
from toy_depth import write_depth_model
from toy_models import write_model
from toy_segmenters import write_instance_segmenter, write_segmenter

from robot_dl.cli.benches.floor import blank
from robot_dl.cli.benches.goals import GOALS, verdict_lines, verdicts
from robot_dl.cli.benches.node import latencies, overhead_ms, overhead_ratio
from robot_dl.cli.benches.results import parse_answer, text_of
from robot_dl.cli.benches.tasks import NODES
from robot_dl.ros.images import image_to_msg, pixels_from_msg

pytestmark = pytest.mark.ros

STAGES = ['convert', 'prepare', 'infer', 'decode', 'message']
SCORES = [0.5, 0.25, 0.001]
NUMBERS = [
    'raw_inference_ms',
    'raw_at_camera_rate_ms',
    'transport_floor_ms',
    'end_to_end_ms',
    'end_to_end_p95_ms',
    'together_ms',
    'together_ratio',
    'around_inference_ms',
    'around_inference_ms_at_0.25',
    'around_inference_ms_at_0.001',
    'peak_memory_mb',
    'resident_memory_mb',
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


@pytest.mark.parametrize(
    ('raw_ms', 'floor_ms', 'total_ms', 'expected'),
    [(None, 2.0, 12.0, None), (10.0, None, 12.0, None), (8.0, 2.0, 13.5, 1.5), (8.0, 2, 12.0, 0)],
)
def test_a_quarter_more_than_the_bare_call_is_no_overhead(raw_ms, floor_ms, total_ms, expected):
    assert overhead_ms(raw_ms, floor_ms, total_ms) == expected


def test_the_slower_of_two_nodes_counts():
    names = ['raw', 'rested', 'floor', 'first', 'together', 'second together']
    samples = dict(zip(names, [[10.0], [11.0], [2.0], [14.0], [26.0], [28.0]], strict=True))
    found = latencies(samples)
    assert (found['overhead_ratio'], found['together_ratio']) == (1.2, 2.0)
    assert latencies({**samples, 'second together': []})['together_ratio'] is None


SYNTHETIC = GOALS['synthetic:yolo-n']
REACHED = {goal.result: goal.limit for goal in SYNTHETIC}


@pytest.mark.parametrize(
    ('results', 'met', 'word'),
    [
        (REACHED, [True] * 4, 'goal 1.15: met'),
        ({**REACHED, 'overhead_ratio': 1.151}, [False, True, True, True], 'goal 1.15: missed'),
        ({**REACHED, 'overhead_ratio': None}, [None, True, True, True], ': not measured'),
    ],
)
def test_every_goal_is_judged(results, met, word):
    found = verdicts('synthetic:yolo-n', 2, results)
    assert [verdict.met for verdict in found] == met
    assert verdict_lines(found)[0].endswith(word)


@pytest.mark.parametrize(('model', 'cores'), [('tabletop_detector', 2), ('synthetic:yolo-n', 8)])
def test_goals_are_for_certain_models_on_two_cores(model, cores):
    assert verdicts(model, cores, REACHED) == []


def bench(*arguments):
    """Run the benchmark for a moment."""
    command = [sys.executable, '-m', 'robot_dl.cli.main', 'bench', *arguments]
    command += ['--seconds', '0.1', '--starts', '1']
    return subprocess.run(command, capture_output=True, text=True, timeout=120)


def test_every_number_is_measured_and_written(tmp_path):
    model = write_model(tmp_path / 'colours')
    image, path = tmp_path / 'grey.png', tmp_path / 'detection.json'
    cv2.imwrite(str(image), np.full((48, 64, 3), 90, np.uint8))
    done = bench('detection', '--model', model, '--image', image, '--json', path)
    assert done.returncode == 0, done.stderr
    written = json.loads(path.read_text())
    assert all(written[name] > 0 for name in NUMBERS)
    assert np.isfinite([written['overhead_ratio'], written['overhead_ms']]).all()
    assert [case['score'] for case in written['cases']] == SCORES
    # Six cells of 32 px, whose scores are 90 / 255 in each colour.
    assert [(c['candidates'], c['found']) for c in written['cases']] == [(0, 0), (6, 6), (6, 6)]
    for case in written['cases']:
        assert list(case['stages_ms']) == STAGES
        others = sum(ms for name, ms in case['stages_ms'].items() if name != 'infer')
        assert 0 < case['around_inference_ms'] < 3 * others
    allocated = written['allocated_bytes']
    assert list(allocated) == STAGES
    # The image in RGB, and the tensor of 64 x 96 px beside its three planes of pixels.
    assert allocated['convert'] == pytest.approx(48 * 64 * 3, abs=2000)
    assert allocated['prepare'] >= 64 * 96 * 3 * 4
    assert set(written['raw_settings']) == {'threads', 'waiting'}
    assert written['images'] >= 1
    assert written['goals'] == []
    assert all(name in done.stdout for name in [*NUMBERS, *STAGES])


MODELS = {
    'classification': ('classification', write_classifier, ['default']),
    'segmentation': ('segmentation', write_segmenter, ['default', 'with confidence']),
    'instance_segmentation': (
        'segmentation',
        write_instance_segmenter,
        ['score 0.5', 'score 0.25'],
    ),
    'depth': ('depth', write_depth_model, ['default', 'with confidence', 'with points']),
}
OF_SCORES = [name for name in NUMBERS if '_at_0' in name]


@pytest.mark.parametrize('task', MODELS)
def test_the_node_of_every_task_is_measured_by_the_same_numbers(tmp_path, task):
    name, write, cases = MODELS[task]
    path = tmp_path / 'bench.json'
    done = bench(name, '--model', write(tmp_path / 'model'), '--json', path)
    assert done.returncode == 0, done.stderr
    written = json.loads(path.read_text())
    missing = [n for n in NUMBERS if n not in OF_SCORES and not written[n] > 0]
    assert missing == []
    assert [case['case'] for case in written['cases']] == cases
    assert all(list(case['stages_ms'])[:5] == STAGES for case in written['cases'])
    assert written['images'] >= 1
    if task == 'depth':
        assert written['points_ms'] == written['cases'][2]['stages_ms']['points'] > 0


def test_a_floor_moves_as_many_bytes_as_the_answer():
    image = image_to_msg(np.zeros((6, 8, 3), np.uint8), Header())
    sizes = {
        task: {r.topic: message_bytes_of(blank(r, image)) for r in node.answer}
        for task, node in NODES.items()
    }
    assert sizes == {
        'detection': {'detections': 0},
        'classification': {'classification': 0},
        'segmentation': {'mask': 6 * 8},
        'instance_segmentation': {'detections': 0, 'mask': 6 * 8 * 2},
        'depth': {'depth/image': 6 * 8 * 4, 'depth/camera_info': 0},
    }


def message_bytes_of(message):
    """Return how many bytes the pixels take; reading them back checks sizes and encoding."""
    return pixels_from_msg(message).nbytes if hasattr(message, 'encoding') else 0


def test_a_model_of_another_task_is_refused(tmp_path):
    done = bench('depth', '--model', write_model(tmp_path / 'colours'))
    assert done.returncode == 2
    assert "expected a model for depth, got 'detection'" in done.stderr


def test_an_answer_keeps_its_text():
    answer = NODES['instance_segmentation'].answer
    assert parse_answer(text_of(answer)) == answer


def test_without_onnx_the_synthetic_model_says_what_to_install():
    hide = "import sys; sys.modules['onnx'] = None"
    arguments = ['bench', 'detection', '--model', 'synthetic:yolo-n']
    code = f'{hide}; from robot_dl.cli.main import main; sys.exit(main({arguments}))'
    done = subprocess.run([sys.executable, '-c', code], capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert done.stderr.startswith("robot_dl bench: needs onnx: pip install 'robot_dl[")


@pytest.mark.slow
def test_the_synthetic_model_is_measured_against_the_goals(tmp_path):
    path = tmp_path / 'detection.json'
    done = bench('detection', '--model', 'synthetic:yolo-n', '--json', path)
    assert done.returncode == 0, done.stderr
    written = json.loads(path.read_text())
    assert 'M parameters' in written['description']
    assert 'GFLOP a run' in done.stdout
    # Nothing of the size of the input (4.9 MB) or of the output (2.8 MB) is copied by the engine.
    allocated, tensor, planes = written['allocated_bytes'], 640 * 640 * 3 * 4, 640 * 480 * 3
    assert allocated['infer'] < 20_000
    assert allocated['prepare'] == pytest.approx(tensor + planes, rel=0.02)
    candidates = {case['score']: case['candidates'] for case in written['cases']}
    assert candidates[0.25] == pytest.approx(100, abs=3)
    assert candidates[0.001] == pytest.approx(4000, abs=80)
    if written['machine']['cores'] == 2:
        assert [goal['result'] for goal in written['goals']] == list(REACHED)
        assert all(goal['measured'] > 0 for goal in written['goals'])
        assert done.stdout.count(' goal ') == len(SYNTHETIC)
