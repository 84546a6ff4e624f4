"""Make a virtual environment in the checkout with everything robot_dl needs.

Run by `make setup`. Does nothing when nothing has changed. It is itself what finds out that
Python is too old, so it is written for any Python 3, and without packages.
"""

import argparse
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request

from machine import ROOT, SetUpError, install_packages, missing_packages, require_python

# Where ROS 2 comes from -> the extras of setup.py that bring it.
ROS = {'kilted': ['ros'], 'jazzy': ['ros-jazzy'], 'sourced': []}
RUN = ['cpu', 'sim', 'bags', 'eval']
TEST = ['train', 'rl', 'test', 'docs', 'dev']
INTERFACES = ['./ros_wheels/vision_msgs', './ros_wheels/tf2_msgs']

# PyPI's torch for Linux brings gigabytes of CUDA, of no use without an NVIDIA card.
TORCH = 'torch==2.13.0'
CPU_TORCH = 'https://download.pytorch.org/whl/cpu'


def main():
    """Bring the environment that the command line names up to date."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--venv', default='.venv', help='folder of the virtual environment')
    parser.add_argument('--wheels', default='', help='kilted or jazzy; default: what is sourced')
    parser.add_argument('--test', action='store_true', help='also what tests and training need')
    args = parser.parse_args()
    try:
        require_python()
        ros = which_ros(args.wheels)
        set_up(ROOT / args.venv, ros, ROS[ros] + RUN + (TEST if args.test else []))
    except (SetUpError, subprocess.CalledProcessError) as error:
        sys.exit(f'make setup: {error}')


def which_ros(wheels):
    """Choose between a sourced ROS 2 and the wheels."""
    sourced = 'ROS_DISTRO' in os.environ and importlib.util.find_spec('rclpy') is not None
    if wheels and sourced:
        raise SetUpError(f'ROS 2 is sourced in this shell; use another one for WHEELS={wheels}')
    choice = 'sourced' if sourced else wheels or 'kilted'
    if choice not in ROS:
        raise SetUpError(f'WHEELS={wheels} is not known; available: jazzy, kilted')
    return choice


def set_up(venv, ros, extras):
    """Do what the stamp in the environment says is not done yet."""
    stamp = venv / 'robot_dl_setup.json'
    done = json.loads(stamp.read_text()) if stamp.exists() else {}
    base = [ros, os.environ.get('ROS_DISTRO', ''), sys.version]
    outdated = done.get('base', base) != base
    kept = [] if outdated else done.get('extras', [])
    wanted = {'base': base, **fingerprint(), 'extras': sorted({*extras, *kept})}
    if done == wanted:
        return
    start = time.time()
    install_packages(missing_packages(ros))
    if outdated or not has_pip(venv):
        make_venv(venv, ros)
        done = {}
    if (done.get('extras'), done.get('packages')) != (wanted['extras'], wanted['packages']):
        install_extras(venv, ros, wanted['extras'])
    if ros != 'sourced' and done.get('interfaces') != wanted['interfaces']:
        say('building vision_msgs and tf2_msgs')
        pip(venv, '--no-deps', '--force-reinstall', *INTERFACES)
    stamp.write_text(json.dumps(wanted, indent=1))
    say(f'{venv.name} is ready ({time.time() - start:.0f} s)')


def fingerprint():
    """Describe the files that an environment is made from."""
    packages = [ROOT / name for name in ('setup.py', 'setup.cfg', 'pyproject.toml')]
    packages += (ROOT / 'ros_wheels').glob('*.txt')
    interfaces = [path for path in (ROOT / 'ros_wheels').rglob('*') if path.suffix != '.pyc']
    return {'packages': digest(packages), 'interfaces': digest(interfaces)}


def digest(paths):
    """Return one hash of the contents of many files."""
    total = hashlib.sha256()
    for path in sorted(path for path in paths if path.is_file()):
        total.update(str(path.relative_to(ROOT)).encode() + b'\0' + path.read_bytes())
    return total.hexdigest()


def has_pip(venv):
    """Tell whether the environment is there, and not what an interrupted set-up has left."""
    command = [str(venv / 'bin' / 'python'), '-m', 'pip', '--version']
    try:
        return subprocess.run(command, capture_output=True).returncode == 0
    except OSError:
        return False


def make_venv(venv, ros):
    """Make an empty environment; beside a sourced ROS 2 it sees the system's packages."""
    say(f'making {venv.name}')
    options = ['--clear'] + (['--system-site-packages'] if ros == 'sourced' else [])
    subprocess.run([sys.executable, '-m', 'venv', *options, str(venv)], check=True)


def install_extras(venv, ros, extras):
    """Install robot_dl itself, editable, and the extras."""
    constraints = venv / 'constraints.txt'
    constraints.write_text(system_numpy() if ros == 'sourced' else '')
    if 'train' in extras and use_cpu_torch(venv):
        say('installing torch for the CPU')
        pip(venv, '--index-url', CPU_TORCH, TORCH, '--constraint', str(constraints))
    say(f'installing {", ".join(extras)} (minutes the first time)')
    pip(venv, '--constraint', str(constraints), '--editable', f'.[{",".join(extras)}]')


def system_numpy():
    """Keep to the NumPy that the system's message packages were compiled for."""
    import numpy as np

    return f'numpy<{int(np.__version__.split(".")[0]) + 1}\n'


def use_cpu_torch(venv):
    """Tell whether torch is still to come, no NVIDIA card is here, and the host answers."""
    if shutil.which('nvidia-smi') or list(venv.glob('lib/python*/site-packages/torch-*')):
        return False
    try:
        urllib.request.urlopen(f'{CPU_TORCH}/torch/', timeout=5).close()
    except (urllib.error.URLError, OSError):
        return False
    return True


def pip(venv, *arguments):
    """Run `pip install` in the environment."""
    command = [str(venv / 'bin' / 'python'), '-m', 'pip', '--disable-pip-version-check']
    subprocess.run([*command, 'install', '--quiet', *arguments], check=True, cwd=str(ROOT))


def say(sentence):
    """Tell the person at the keyboard what is going on."""
    print(sentence, flush=True)


if __name__ == '__main__':
    main()
