"""Segments of dead processes go, everything else stays."""

import fcntl
import mmap
import subprocess
import sys
from pathlib import Path

from robot_dl.ros.environment import local_environment, unused_domain
from robot_dl.ros.shared_memory import SHARED_MEMORY, remove_dead_segments

SEGMENT = 'fastdds_0123456789abcdef'
NODE = """
import rclpy
rclpy.init()
node = rclpy.create_node('victim')
print('up', flush=True)
input()
"""


def make(folder, *names):
    for name in names:
        (folder / name).touch()


def left(folder):
    return sorted(path.name for path in folder.iterdir())


def test_empty_folder_has_nothing_to_remove(tmp_path):
    assert remove_dead_segments(tmp_path) == []


def test_segments_and_ports_without_owner_go_with_their_locks(tmp_path):
    make(tmp_path, SEGMENT, f'{SEGMENT}_el', 'fastrtps_port7411', 'fastrtps_port7411_sl')
    make(tmp_path, 'sem.fastrtps_port7411_mutex')
    assert len(remove_dead_segments(tmp_path)) == 5
    assert left(tmp_path) == []


def test_segment_that_failed_while_it_was_made_goes(tmp_path):
    make(tmp_path, SEGMENT)
    assert remove_dead_segments(tmp_path) == [tmp_path / SEGMENT]


def test_port_whose_reader_is_gone_goes(tmp_path):
    make(tmp_path, 'fastdds_port7411', 'sem.fastdds_port7411_mutex')
    assert len(remove_dead_segments(tmp_path)) == 2
    assert left(tmp_path) == []


def test_port_without_reader_stays_while_a_writer_has_it_in_memory():
    port = SHARED_MEMORY / 'fastdds_port99999'
    port.write_bytes(bytes(4096))
    try:
        with port.open('r+b') as file, mmap.mmap(file.fileno(), 0):
            assert port not in remove_dead_segments()
        assert port in remove_dead_segments()
    finally:
        port.unlink(missing_ok=True)


def test_locked_segments_and_files_of_others_stay(tmp_path):
    make(tmp_path, SEGMENT, f'{SEGMENT}_el', 'fast_food', 'fastdds_portal', 'sem.mp-abc')
    with (tmp_path / f'{SEGMENT}_el').open('rb') as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert remove_dead_segments(tmp_path) == []
    assert len(left(tmp_path)) == 5


def test_killed_node_leaves_nothing_and_a_living_one_keeps_its_segment():
    env = local_environment(unused_domain())
    command = [sys.executable, '-c', NODE]
    pipes = {'stdin': subprocess.PIPE, 'stdout': subprocess.PIPE, 'text': True}
    with subprocess.Popen(command, env=env, **pipes) as process:
        assert process.stdout.readline() == 'up\n'
        held = locks_of(process.pid)
        assert held
        remove_dead_segments()
        assert all(path.exists() for path in held)
        process.kill()
    assert any(path.exists() for path in held)
    remove_dead_segments()
    assert not any(path.exists() for path in held)


def locks_of(pid: int) -> list[Path]:
    opened = [link.readlink() for link in Path(f'/proc/{pid}/fd').iterdir()]
    return [path for path in opened if path.match(f'{SHARED_MEMORY}/fast*')]
