"""`robot_dl up`: a deployment of real nodes starts, survives, and ends."""

import os
import re
import shlex
import signal
import time
from pathlib import Path

import pytest
from ros_session import TIMEOUT_S, NodeProcess
from toy_models import write_model

pytestmark = pytest.mark.ros

ACTIVE = 'model colours runs on CPUExecutionProvider'


@pytest.fixture
def deployment(tmp_path):
    model = write_model(tmp_path / 'model')
    file = tmp_path / 'two.yaml'
    file.write_text(
        f'defaults: {{respawn: true, params: {{model: {model}}}}}\n'
        'nodes:\n'
        '  - {executable: detection_node, name: left, namespace: robot}\n'
        '  - {executable: detection_node, name: right, remap: {image: /right/image_raw}}\n'
    )
    return file


def up(file: Path, domain_id: int, tmp_path: Path, *options: str) -> NodeProcess:
    return NodeProcess(['-m', 'robot_dl.cli.main', 'up', str(file), *options], domain_id, tmp_path)


def wait_until(condition, timeout_s: float = TIMEOUT_S):
    deadline_s = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline_s, 'not in time'
        time.sleep(0.05)


def pid_of(name: str, parent: int) -> int | None:
    """Return the process of a node that `parent` has started."""
    for entry in Path('/proc').glob('[0-9]*'):
        try:
            words = (entry / 'cmdline').read_bytes().split(b'\0')
            stat = (entry / 'stat').read_text().rpartition(')')[2].split()
        except OSError:
            continue
        if f'__node:={name}'.encode() in words and int(stat[1]) == parent and stat[0] != 'Z':
            return int(entry.name)
    return None


def is_alive(pid: int) -> bool:
    try:
        return Path(f'/proc/{pid}/stat').read_text().rpartition(')')[2].split()[0] != 'Z'
    except OSError:
        return False


@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGTERM])
def test_every_node_runs_under_its_name_and_one_signal_ends_all(
    deployment, domain_id, tmp_path, number
):
    with up(deployment, domain_id, tmp_path) as process:
        wait_until(lambda: process.text().count(ACTIVE) == 2)
        pids = [pid_of(name, process.process.pid) for name in ('left', 'right')]
        assert all(pids)
        assert process.end(number) == 0
    lines = process.text().splitlines()
    assert any(re.match(r'/robot/left \| .*' + ACTIVE, line) for line in lines)
    assert any(re.match(r'/right      \| .*' + ACTIVE, line) for line in lines)
    assert not any(map(is_alive, pids))


def test_a_killed_node_comes_back_and_the_other_goes_on(deployment, domain_id, tmp_path):
    with up(deployment, domain_id, tmp_path) as process:
        wait_until(lambda: process.text().count(ACTIVE) == 2)
        left, right = (pid_of(name, process.process.pid) for name in ('left', 'right'))
        os.kill(left, signal.SIGKILL)
        wait_until(lambda: process.text().count(ACTIVE) == 3)
        assert pid_of('left', process.process.pid) not in (None, left)
        assert pid_of('right', process.process.pid) == right
        assert process.end() == 0
    assert '/robot/left | ended by SIGKILL; starting it again in 0.2 s' in process.text()


def test_nodes_do_not_outlive_a_killed_supervisor(deployment, domain_id, tmp_path):
    with up(deployment, domain_id, tmp_path) as process:
        wait_until(lambda: process.text().count(ACTIVE) == 2)
        pids = [pid_of(name, process.process.pid) for name in ('left', 'right')]
        process.process.kill()
        wait_until(lambda: not any(map(is_alive, pids)))


def test_a_node_that_cannot_start_is_told_in_the_exit_code(deployment, domain_id, tmp_path):
    text = deployment.read_text().replace('respawn: true', 'respawn: false')
    deployment.write_text(text.replace(str(tmp_path / 'model'), 'no_such_model'))
    with up(deployment, domain_id, tmp_path) as process:
        assert process.process.wait(TIMEOUT_S) == 1
    assert "unknown model 'no_such_model'" in process.text()
    assert process.text().count('ended with code 1') == 2


def test_a_wrong_file_starts_nothing(deployment, domain_id, tmp_path):
    deployment.write_text(deployment.read_text().replace('remap', 'remapp'))
    with up(deployment, domain_id, tmp_path) as process:
        assert process.process.wait(TIMEOUT_S) == 2
    assert "two.yaml:4: nodes[1].remapp: unknown key 'remapp'" in process.text()
    assert ACTIVE not in process.text()


def test_a_dry_run_prints_the_commands_and_starts_nothing(deployment, domain_id, tmp_path):
    with up(deployment, domain_id, tmp_path, '--dry-run') as process:
        assert process.process.wait(TIMEOUT_S) == 0
    left, right = process.text().splitlines()
    assert 'robot_dl.nodes.detection_node --ros-args -r __node:=left -r __ns:=/robot' in left
    assert 'image:=/right/image_raw' in shlex.split(right)
    assert ACTIVE not in process.text()
