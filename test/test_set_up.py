"""`make setup` knows what is there, what is missing, and what to tell the person to type."""

import sys
import venv
from pathlib import Path
from types import SimpleNamespace

import pytest

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / 'scripts'))

import machine  # noqa: E402
import set_up  # noqa: E402


@pytest.fixture
def no_ros(monkeypatch):
    monkeypatch.delenv('ROS_DISTRO', raising=False)


@pytest.fixture
def sourced_ros(monkeypatch):
    monkeypatch.setenv('ROS_DISTRO', 'humble')
    monkeypatch.setattr(set_up.importlib.util, 'find_spec', lambda name: name)


def test_without_ros_the_newest_wheels_are_taken(no_ros):
    assert set_up.which_ros('') == 'kilted'
    assert set_up.which_ros('jazzy') == 'jazzy'


def test_a_sourced_ros_is_used(sourced_ros):
    assert set_up.which_ros('') == 'sourced'


def test_wheels_beside_a_sourced_ros_are_refused(sourced_ros):
    with pytest.raises(machine.SetUpError, match='use another one for WHEELS=jazzy'):
        set_up.which_ros('jazzy')


def test_unknown_wheels_are_refused_with_those_that_exist(no_ros):
    with pytest.raises(machine.SetUpError, match='available: jazzy, kilted'):
        set_up.which_ros('foxy')


def test_an_old_python_is_refused_in_words(monkeypatch):
    monkeypatch.setattr(machine.sys, 'version_info', (3, 8, 10, 'final', 0))
    with pytest.raises(machine.SetUpError, match=r'is 3\.8\.10.*make setup PYTHON='):
        machine.require_python()


def test_a_machine_without_compilers_is_told_the_package(monkeypatch):
    monkeypatch.setenv('PATH', '/nowhere')
    monkeypatch.setenv('CC', 'no-such-compiler')
    assert 'build-essential' in machine.missing_packages('kilted')


def test_a_robot_without_the_messages_is_told_the_packages(monkeypatch):
    monkeypatch.setenv('ROS_DISTRO', 'humble')
    find = machine.importlib.util.find_spec
    hidden = lambda name: None if name.endswith('_msgs') else find(name)  # noqa: E731
    monkeypatch.setattr(machine.importlib.util, 'find_spec', hidden)
    missing = machine.missing_packages('sourced')
    assert {'ros-humble-vision-msgs', 'ros-humble-tf2-msgs'} <= set(missing)


def test_a_machine_without_egl_is_told_the_packages(monkeypatch):
    def absent(name):
        raise OSError(name)

    monkeypatch.delenv('MUJOCO_GL', raising=False)
    monkeypatch.setattr(machine.ctypes, 'CDLL', absent)
    assert {'libegl1', 'libgl1-mesa-dri'} <= set(machine.missing_packages('kilted'))


def test_another_way_of_rendering_needs_no_egl(monkeypatch):
    monkeypatch.setenv('MUJOCO_GL', 'osmesa')
    monkeypatch.setattr(machine.ctypes, 'CDLL', None)
    assert machine.can_render()


def test_who_may_not_install_is_told_the_one_command(monkeypatch):
    monkeypatch.setattr(machine.os, 'geteuid', lambda: 1000)
    monkeypatch.setattr(machine.shutil, 'which', lambda name: None)
    with pytest.raises(machine.SetUpError, match='type: sudo apt install libegl1 python3-venv$'):
        machine.install_packages(['libegl1', 'python3-venv'])


def test_root_installs_after_fetching_the_lists(monkeypatch):
    ran = []

    def run(command, **_):
        ran.append(command)
        return SimpleNamespace(returncode=100 if len(ran) == 1 else 0)

    monkeypatch.setattr(machine.os, 'geteuid', lambda: 0)
    monkeypatch.setattr(machine.shutil, 'which', lambda name: name)
    monkeypatch.setattr(machine.subprocess, 'run', run)
    machine.install_packages(['libegl1'])
    assert ['install' in command for command in ran] == [True, False, True]
    assert ran[1][-1] == 'update'
    assert ran[2][-1] == 'libegl1'


def test_nothing_is_run_where_nothing_is_missing(monkeypatch):
    monkeypatch.setattr(machine.subprocess, 'run', None)
    machine.install_packages([])


def test_a_changed_message_file_means_another_build(monkeypatch, tmp_path):
    monkeypatch.setattr(set_up, 'ROOT', tmp_path)
    message = tmp_path / 'ros_wheels/a_msgs/msg/A.msg'
    message.parent.mkdir(parents=True)
    for name in ('setup.py', 'setup.cfg', 'pyproject.toml'):
        (tmp_path / name).write_text('')
    message.write_text('float64 x')
    before = set_up.fingerprint()
    assert set_up.fingerprint() == before
    message.write_text('float64 y')
    after = set_up.fingerprint()
    assert {key for key in before if before[key] != after[key]} == {'interfaces'}


def fake_python(folder):
    """Put a Python into `folder` that does whatever it is asked to, which is nothing."""
    python = folder / 'bin/python'
    python.parent.mkdir(parents=True, exist_ok=True)
    python.unlink(missing_ok=True)
    python.write_text('#!/bin/sh\n')
    python.chmod(0o755)


@pytest.fixture
def steps(monkeypatch):
    """What set_up would do to an environment, by name, without doing it."""
    done = []

    def make_venv(venv, ros):
        done.append('make')
        fake_python(venv)

    monkeypatch.setattr(set_up, 'missing_packages', lambda ros: [])
    monkeypatch.setattr(set_up, 'make_venv', make_venv)
    monkeypatch.setattr(set_up, 'install_extras', lambda venv, ros, extras: done.append(extras))
    monkeypatch.setattr(set_up, 'pip', lambda venv, *arguments: done.append('interfaces'))
    return done


def test_a_second_set_up_does_nothing(steps, tmp_path):
    set_up.set_up(tmp_path / 'venv', 'kilted', ['ros'])
    assert steps == ['make', ['ros'], 'interfaces']
    set_up.set_up(tmp_path / 'venv', 'kilted', ['ros'])
    assert steps == ['make', ['ros'], 'interfaces']


def test_more_extras_are_added_and_then_kept(steps, tmp_path):
    set_up.set_up(tmp_path / 'venv', 'kilted', ['ros'])
    set_up.set_up(tmp_path / 'venv', 'kilted', ['ros', 'train'])
    set_up.set_up(tmp_path / 'venv', 'kilted', ['ros'])
    assert steps == ['make', ['ros'], 'interfaces', ['ros', 'train']]


def test_an_environment_for_another_ros_is_made_anew(steps, monkeypatch, tmp_path):
    set_up.set_up(tmp_path / 'venv', 'kilted', ['ros'])
    monkeypatch.setattr(set_up, 'make_venv', lambda venv, ros: steps.append('anew'))
    set_up.set_up(tmp_path / 'venv', 'sourced', ['cpu'])
    assert steps == ['make', ['ros'], 'interfaces', 'anew', ['cpu']]


def test_what_an_interrupted_set_up_has_left_is_made_anew(steps, tmp_path):
    venv.create(tmp_path / 'venv', with_pip=False)
    set_up.set_up(tmp_path / 'venv', 'kilted', ['ros'])
    assert steps == ['make', ['ros'], 'interfaces']


def test_an_environment_with_pip_but_without_packages_is_kept(steps, tmp_path):
    fake_python(tmp_path / 'venv')
    set_up.set_up(tmp_path / 'venv', 'kilted', ['ros'])
    assert steps == [['ros'], 'interfaces']


def test_pip_is_found_where_it_works(tmp_path):
    assert not set_up.has_pip(tmp_path)
    assert set_up.has_pip(Path(sys.prefix))


@pytest.fixture
def no_nvidia(monkeypatch):
    monkeypatch.setattr(set_up.shutil, 'which', lambda name: None)


def test_the_small_torch_is_taken_where_its_host_answers(monkeypatch, no_nvidia, tmp_path):
    answer = SimpleNamespace(close=lambda: None)
    monkeypatch.setattr(set_up.urllib.request, 'urlopen', lambda url, timeout: answer)
    assert set_up.use_cpu_torch(tmp_path)


def test_an_unreachable_host_of_the_small_torch_is_no_error(monkeypatch, no_nvidia, tmp_path):
    def refuse(url, timeout):
        raise set_up.urllib.error.URLError('no route to host')

    monkeypatch.setattr(set_up.urllib.request, 'urlopen', refuse)
    assert not set_up.use_cpu_torch(tmp_path)


def test_the_small_torch_is_not_taken_beside_an_nvidia_card(monkeypatch, tmp_path):
    monkeypatch.setattr(set_up.shutil, 'which', lambda name: '/usr/bin/nvidia-smi')
    monkeypatch.setattr(set_up.urllib.request, 'urlopen', None)
    assert not set_up.use_cpu_torch(tmp_path)
