"""Policies over topics as processes: what they leave behind, however they are ended."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip('mujoco')

from leftovers import children_of, is_running, left_of, shared_memory_of, wait
from toy_balancer import write_balancer

pytestmark = [pytest.mark.ros, pytest.mark.slow]

START_PATIENCE_S, END_PATIENCE_S = 120.0, 60.0
# An episode of 20 s lasts for minutes like this.
VERBS = {
    'eval': ('--episodes', '1', '--speed', '0.1'),
    'demo': ('policy', '--episodes', '1', '--speed', '0.1'),
}


def words_of(pid):
    try:
        return Path(f'/proc/{pid}/cmdline').read_text()
    except OSError:  # It has just ended.
        return ''


def nodes_of(pid):
    """Return the nodes that a process has started and that listen, by their names."""
    nodes = {}
    for child in children_of(pid):
        for name in ('sim_node', 'policy_node'):
            if name in words_of(child) and shared_memory_of([child]):
                nodes[name] = child
    return nodes


@pytest.fixture
def start(tmp_path):
    """Return what starts a verb, and waits until both nodes run."""
    started = []

    def starting(verb, *more):
        model = str(write_balancer(tmp_path / 'balancer'))
        options = (model,) if verb == 'eval' else ('--model', model, '--out', str(tmp_path / 'o'))
        command = [sys.executable, '-m', 'robot_dl.cli.main', verb, *VERBS[verb], *options, *more]
        pipe = subprocess.PIPE
        process = subprocess.Popen(command, stdout=pipe, stderr=subprocess.STDOUT, text=True)
        started.append(process)
        wait(lambda: len(nodes_of(process.pid)) == 2, f'nodes of {verb}', START_PATIENCE_S)
        return process

    yield starting
    for process in started:
        process.kill()
        process.communicate()


def test_nothing_is_left_of_an_evaluation_that_is_ended(start):
    check_nothing_is_left(start('eval'), signal.SIGTERM)


def test_nothing_is_left_of_a_demo_of_policies_that_is_interrupted(start):
    said = check_nothing_is_left(start('demo'), signal.SIGINT)
    assert 'every process has ended, and no report was written' in said


def check_nothing_is_left(process, number):
    """Send a signal; return what the process has said."""
    children = children_of(process.pid)
    files = shared_memory_of([process.pid, *children])
    assert files
    process.send_signal(number)
    said, _ = process.communicate(timeout=END_PATIENCE_S)
    assert process.returncode == 130, said
    wait(lambda: not any(map(is_running, children)), 'end of the children', END_PATIENCE_S)
    wait(lambda: not left_of(files), 'end of the shared memory', END_PATIENCE_S)
    assert 'Traceback' not in said
    return said


def test_a_node_that_dies_ends_the_evaluation_and_its_log_is_shown(start):
    process = start('eval')
    os.kill(nodes_of(process.pid)['policy_node'], signal.SIGKILL)
    said, _ = process.communicate(timeout=END_PATIENCE_S)
    assert process.returncode == 2, said
    assert 'policy_node has ended with code -9; it said:' in said
