import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from robot_dl.cli import processes
from robot_dl.cli.processes import (
    python_module,
    running,
    sigterm_as_interrupt,
    stack_with_sure_end,
)

pytestmark = pytest.mark.slow

PARENT = """
import os, sys, time
from robot_dl.cli.processes import running
with running([sys.executable, '-c', 'import time; print(1, flush=True); time.sleep(99)'],
             os.environ) as child:
    child.stdout.readline()
    print(child.pid, flush=True)
    time.sleep(99)
"""


def is_running(pid):
    try:
        return Path(f'/proc/{pid}/stat').read_text().rpartition(')')[2].split()[0] != 'Z'
    except (FileNotFoundError, ProcessLookupError):
        return False


def wait_for_end(pid, seconds=60.0):
    deadline = time.monotonic() + seconds
    while is_running(pid):
        assert time.monotonic() < deadline, f'process {pid} still runs'
        time.sleep(0.02)


def sleeper(*statements):
    code = '; '.join([*statements, 'import time', 'print(1, flush=True)', 'time.sleep(99)'])
    return [sys.executable, '-c', code]


def test_a_process_runs_only_in_its_block():
    with running(sleeper(), os.environ) as process:
        process.stdout.readline()
        assert is_running(process.pid)
    assert process.returncode == -signal.SIGINT


def test_a_process_ends_when_the_block_fails():
    started = []

    def fail():
        with running(sleeper(), os.environ) as process:
            process.stdout.readline()
            started.append(process.pid)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert not is_running(started[0])


def test_a_process_that_ignores_the_interrupt_is_killed(monkeypatch):
    monkeypatch.setattr(processes, 'PATIENCE_S', 0.3)
    with running(sleeper('import signal', 'signal.signal(2, signal.SIG_IGN)'), os.environ) as p:
        p.stdout.readline()
    assert p.returncode == -signal.SIGKILL


def test_output_and_errors_go_to_the_log(tmp_path):
    code = "import sys; print('out', flush=True); print('err', file=sys.stderr)"
    log = tmp_path / 'log'
    with running([sys.executable, '-c', code], os.environ, log) as process:
        process.wait(60)
    assert log.read_text() == 'out\nerr\n'


def test_a_missing_program_leaves_no_open_log(tmp_path):
    with (
        pytest.raises(FileNotFoundError),
        running([str(tmp_path / 'nothing')], os.environ, tmp_path / 'log'),
    ):
        pass


@pytest.mark.parametrize('number', [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP])
def test_a_process_dies_with_the_one_that_started_it(number):
    command = [sys.executable, '-c', PARENT]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        child = int(parent.stdout.readline())
        parent.send_signal(number)
        assert parent.wait(60) == -number
    wait_for_end(child)


def test_sigterm_raises_an_interrupt_in_the_block_and_only_there():
    before = signal.getsignal(signal.SIGTERM)

    def terminate():
        with sigterm_as_interrupt():
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(5)

    with pytest.raises(KeyboardInterrupt):
        terminate()
    assert signal.getsignal(signal.SIGTERM) is before


def test_a_second_ctrl_c_does_not_disturb_the_end():
    ended = []

    def end():
        os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGTERM)
        ended.append(True)

    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        interrupted_before(end)
    assert ended
    assert signal.getsignal(signal.SIGINT) is before


def interrupted_before(end):
    with stack_with_sure_end() as stack:
        stack.callback(end)
        raise KeyboardInterrupt


def test_a_module_runs_in_this_python():
    assert python_module('a.b', '-c') == [sys.executable, '-m', 'a.b', '-c']
