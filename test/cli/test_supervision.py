"""What stands between a deployment and its processes, with processes that behave badly."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

SUPERVISE = """
import sys
from pathlib import Path
from robot_dl.bringup.catalogue import NodeKind
from robot_dl.bringup.deployment import Deployment, NodeSpec
from robot_dl.cli.supervision.supervisor import supervise
from robot_dl.core.params import Params

def node(line, word):
    name, _, rest = word.partition(':')
    kind = NodeKind('script', name, Params, (), commands_motion=rest == 'motion')
    return NodeSpec(kind, name, '/', {}, {}, None, rest == 'respawn', {}, line)

nodes = tuple(node(i, word) for i, word in enumerate(sys.argv[1:]))
sys.exit(supervise(Deployment(Path('x.yaml'), nodes, None)))
"""
SCRIPTS = {
    'good': """
        import signal, sys, time
        signal.signal(signal.SIGTERM, lambda *_: (print('bye', flush=True), sys.exit(0)))
        print('here', flush=True)
        time.sleep(60)
    """,
    'endless': """
        import sys, time
        print('x' * 300_000, end='', flush=True)
        print(' the end', flush=True)
        time.sleep(60)
    """,
    'foreign': """
        import sys, time
        sys.stdout.buffer.write(b'\\xff\\xc3\\xbc without a newline')
    """,
    'talkative': """
        while True:
            print('more', flush=True)
    """,
    'ends': 'raise SystemExit(0)',
    'fails': 'raise SystemExit(3)',
}


@pytest.fixture
def supervise(tmp_path):
    """Return what starts a supervisor of some scripts, named on its command line."""
    for name, script in SCRIPTS.items():
        (tmp_path / f'{name}.py').write_text(script.replace('\n        ', '\n').strip())
    root = str(Path(__file__).parents[2])
    started = []

    def start(*words: str, **env: str) -> 'subprocess.Popen[str]':
        paths = os.pathsep.join((str(tmp_path), root))
        process = subprocess.Popen(
            [sys.executable, '-c', SUPERVISE, *words],
            env={**os.environ, 'PYTHONPATH': paths, **env},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def read_until(process, words: str) -> list[str]:
    """Return the lines up to the one with these words."""
    lines: list[str] = []
    while not lines or words not in lines[-1]:
        line = process.stdout.readline()
        assert line, f'ended before {words!r}: {lines}, {process.stderr.read()}'
        lines.append(line)
    return lines


def end(process, number: int = signal.SIGINT) -> tuple[int, str]:
    """Send a signal; return the exit code and what was printed since."""
    process.send_signal(number)
    rest, _ = process.communicate(timeout=60)
    return process.returncode, rest


def test_a_line_without_end_ends_nothing(supervise):
    """The supervisor died of a line longer than its buffer, and all nodes with it."""
    process = supervise('endless', 'good')
    lines = read_until(process, 'the end')
    assert sum(line.count('x') for line in lines if line.startswith('/endless')) >= 300_000
    code, rest = end(process)
    assert code == 0
    assert 'ending /endless, /good' in rest


def test_characters_that_the_log_cannot_show_end_nothing(supervise):
    """The supervisor died of the first one, and all nodes with it."""
    process = supervise('foreign', 'good', PYTHONIOENCODING='ascii')
    lines = read_until(process, 'without a newline')
    assert lines[-1] == '/foreign | \\ufffd\\xfc without a newline\n'
    assert end(process)[0] == 0


def test_when_nobody_reads_the_log_all_is_ended_in_order(supervise, tmp_path):
    """`robot_dl up FILE | head` killed the nodes, also those that command motion."""
    (tmp_path / 'motion.py').write_text(
        'import signal, sys, time\n'
        f'def leave(*_): open({str(tmp_path / "left")!r}, "w").close(); sys.exit(0)\n'
        'signal.signal(signal.SIGTERM, leave)\n'
        'print("here", flush=True)\n'
        'time.sleep(60)\n'
    )
    process = supervise('motion:motion', 'talkative')
    read_until(process, 'here')
    process.stdout.close()
    assert process.wait(60) == 0
    assert process.stderr.read() == ''
    assert (tmp_path / 'left').exists(), 'the node was asked, not killed'


@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_what_commands_motion_is_ended_last(supervise, number):
    process = supervise('good:motion', 'talkative')
    read_until(process, 'here')
    code, rest = end(process, number)
    assert code == 0
    assert rest.index('ending /talkative') < rest.index('ending /good') < rest.index('bye')


def test_one_signal_is_enough_at_every_moment_of_the_start(supervise):
    """Python that is about to start answers SIGINT by a traceback, and sometimes by code 1."""
    for delay_s in (0.0, 0.02, 0.04, 0.08):
        process = supervise('talkative', *['good'] * 6)
        read_until(process, '|')
        time.sleep(delay_s)
        code, rest = end(process)
        assert (code, rest.count('Traceback')) == (0, 0)


def test_a_node_that_always_fails_is_given_up_and_the_exit_code_tells(supervise):
    process = supervise('fails:respawn', 'ends', 'good')
    lines = read_until(process, 'starting it again in 0.8 s')
    assert '/ends  | ended with code 0\n' in lines
    assert any('ended with code 3; starting it again in 0.2 s' in line for line in lines)
    assert end(process)[0] == 0


def test_a_failure_without_respawn_is_told_by_the_exit_code(supervise):
    process = supervise('fails', 'good')
    read_until(process, 'ended with code 3')
    assert end(process)[0] == 1
