"""What failures leave in the heap goes back to the system."""

import os
import platform
import subprocess
import sys

import pytest

from robot_dl.ros.memory import CHOICES

# In a process of its own: what other tests have left in the heap would blur the numbers.
LEAVE_AND_LOOK = """
import os
import numpy as np
from robot_dl.cli.benches.fleet.memory import memory_of
from robot_dl.ros.memory import Tidying

def own_mib():
    return memory_of(os.getpid()).own_mib

def leave_20_mib():
    for _ in range(3):  # The first block teaches the C library that such sizes are usual.
        np.ones(20 * 2**20, np.uint8)

tidying, start = Tidying(), own_mib()
for failures, now_s in [(0, 0.0), (1, 0.5), (2, 1.0), (2, 1.6), (2, 9.0)]:
    leave_20_mib()
    tidying.look(failures, now_s)
    print(round(own_mib() - start))
"""


FAULTS_OF_FRAMES = """
import resource
import sys
import numpy as np
from robot_dl.ros.memory import keep_freed_memory

if sys.argv[1] == 'keep':
    keep_freed_memory()

def frame():
    return [np.ones(5 * 2**20, np.uint8) for _ in range(4)]  # 5120 pages

for _ in range(3):
    frame()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(5):
    frame()
print((resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before) // 5)
"""

only_glibc = pytest.mark.skipif(
    platform.libc_ver()[0] != 'glibc', reason='other C libraries have other rules'
)


def faults_of_a_frame(word, **variables):
    command = [sys.executable, '-c', FAULTS_OF_FRAMES, word]
    env = {k: v for k, v in os.environ.items() if k not in CHOICES} | variables
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, env=env)
    assert done.returncode == 0, done.stderr
    return int(done.stdout)


@only_glibc
def test_a_frame_is_given_the_memory_of_the_frame_before():
    assert faults_of_a_frame('keep') < 50
    # What broke: each frame's pages went back to the kernel, and came again one by one.
    assert faults_of_a_frame('as it comes') > 2000


@only_glibc
def test_whoever_has_chosen_how_memory_is_kept_is_left_alone():
    assert faults_of_a_frame('keep', MALLOC_MMAP_THRESHOLD_='65536') > 2000


@only_glibc
def test_memory_is_given_back_after_failures_and_not_more_often_than_every_second():
    command = [sys.executable, '-c', LEAVE_AND_LOOK]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    kept_mib = [int(line) for line in done.stdout.split()]
    has_kept = [mib > 15 for mib in kept_mib]
    # No failure yet; one; another one too soon; the same, when due; none since.
    assert has_kept == [True, False, True, False, True], kept_mib
