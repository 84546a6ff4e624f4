"""Clean up after a demo that was killed and could not do it.

The demo starts this program first, and holds the other end of its standard input. When the demo
ends by itself it says so. When it is killed, the kernel kills its nodes and closes the pipe; the
shared memory of all of them is still there then.
"""

import os
import signal
import sys
import time

from robot_dl.ros.shared_memory import remove_dead_segments

DONE = b'done\n'
# The kernel needs a moment to take down the processes whose memory it is.
SWEEPS, PAUSE_S = 10, 0.2


def main() -> int:
    """Wait for the end of the demo, and remove what it has left if it was killed."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    if os.read(0, len(DONE)) == DONE:
        return 0
    for _ in range(SWEEPS):
        remove_dead_segments()
        time.sleep(PAUSE_S)
    return 0


if __name__ == '__main__':
    sys.exit(main())
