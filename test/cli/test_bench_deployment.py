"""The deployment benchmark as a user runs it, over real topics. How fast it was never decides."""

import json
import os
import subprocess
import sys
import time
import uuid
from pathlib import Path

import pytest
from toy_models import write_model

from robot_dl.cli.benches.fleet.stations import all_that_answer_a_camera

pytestmark = pytest.mark.ros

MARK = 'ROBOT_DL_TEST_MARK'
SLOWLY = ['--size', '96x64', '--rate', '5']
NAMES = ['front', 'rear', 'left', 'right']


@pytest.fixture
def bench(tmp_path):
    """Run the benchmark with a small model, and return what it has written."""

    def run(*options):
        file, mark = tmp_path / 'deployment.json', uuid.uuid4().hex
        command = [sys.executable, '-m', 'robot_dl.cli.main', 'bench', 'deployment', *options]
        command += ['--model', write_model(tmp_path / 'model'), '--json', file]
        env = {**os.environ, MARK: mark}
        done = subprocess.run(command, capture_output=True, text=True, timeout=200, env=env)
        assert done.returncode in (0, 1), done.stderr
        assert_nothing_is_left(mark)
        return json.loads(file.read_text()), done

    return run


def assert_nothing_is_left(mark):
    deadline_s = time.monotonic() + 60.0
    while left := processes_with(mark):
        assert time.monotonic() < deadline_s, f'still run: {left}'
        time.sleep(0.05)


def processes_with(mark):
    """Return the commands of all processes whose environment has the mark."""
    found = []
    for entry in Path('/proc').glob('[0-9]*'):
        try:
            if mark.encode() in (entry / 'environ').read_bytes():
                found.append((entry / 'cmdline').read_bytes().replace(b'\0', b' ').decode())
        except OSError:
            continue
    return found


def test_four_cameras_through_four_nodes_get_an_answer_to_every_image(bench):
    written, _ = bench('--cases', 'steady', *SLOWLY, '--seconds', '4')
    steady = written['steady']
    assert list(steady['nodes']) == NAMES
    for node in steady['nodes'].values():
        assert node['published'] >= 15
        assert node['answered'] == node['published'], node
        assert (node['repeated'], node['foreign']) == (0, 0)
        assert int(node['node_says']['frames_processed']) >= node['answered']
        assert node['age_p95_ms'] > 0
        assert 0 < node['own_mib'] < node['rss_mib']
    assert steady['delivered'] == 1.0
    assert sum(part['answers'] for part in steady['parts']) > 0
    assert written['machine']['cores'] >= 1


def test_a_killed_node_comes_back_and_the_others_answer_every_image(bench):
    options = ('--kill-seconds', '12', '--kill-every', '6')
    written, _ = bench('--cases', 'kills', *SLOWLY, *options)
    kills = written['kills']
    assert (kills['kills'], kills['revivals'], kills['not_revived']) == (2, 2, 0)
    survivors = kills['survivors']
    assert survivors['published'] >= 4 * 5 * 12 - kills_missed(kills) - 8
    assert survivors['answered'] == survivors['published'], kills['nodes']
    assert [kills['nodes'][name]['missed_while_dead'] > 0 for name in NAMES] == [1, 1, 0, 0]
    assert all(seconds > 0.2 for seconds in kills['recoveries_s'])


def kills_missed(kills):
    return sum(node['missed_while_dead'] for node in kills['nodes'].values())


def test_hostile_messages_kill_no_kind_of_node(bench):
    written, done = bench('--cases', 'hostile', '--messages', '500')
    hostile = written['hostile']
    assert set(hostile['nodes']) == {station.namespace for station in all_that_answer_a_camera()}
    assert (hostile['died'], hostile['not_active']) == (0, 0)
    assert hostile['growth_mib'] <= 5.0
    for node in hostile['nodes'].values():
        assert node['received'] >= 500
        assert node['errors'] > 100
        assert node['peak_mib'] < node['rss_mib'] + 500
        assert node['processed'] > 60, 'images that are right are answered afterwards, too'
    assert 'kept    hostile  nodes that died: 0' in done.stdout


def test_memory_does_not_grow_in_a_short_soak(bench):
    options = ('--soak-minutes', '0.2', '--soak-rate', '30', '--size', '96x64', '--cameras', '2')
    written, _ = bench('--cases', 'soak', *options)
    soak = written['soak']
    assert list(soak['nodes']) == NAMES[:2]
    assert soak['answered'] > 300
    assert soak['own_growth_mib'] <= 1.0
    assert soak['growth_mib'] <= 5.0
    assert [v['words'] for v in written['verdicts'] if v['case'] != 'soak'] == []


def test_a_wrong_model_is_told_with_the_words_of_the_node(tmp_path):
    command = [sys.executable, '-m', 'robot_dl.cli.main', 'bench', 'deployment', '--cases']
    command += ['steady', '--cameras', '1', '--model', str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=100)
    assert done.returncode == 2
    assert 'model.yaml' in done.stderr
