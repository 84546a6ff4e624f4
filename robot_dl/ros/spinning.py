"""Run an executor for some time without starving anybody."""

import time

from rclpy.executors import Executor

PERIOD_S = 0.02


def spin_for(executor: Executor, seconds: float) -> None:
    """Run what is ready for some time, at most one callback or 20 ms longer.

    `spin_once` gets the same time-out each time. An executor of rclpy that is given another one
    forgets what else it has found ready, and begins anew with the first subscription; while that
    is a busy one, no other is ever served (`Executor.wait_for_ready_callbacks`).

    Args:
        executor: Runs its nodes in this thread.
        seconds: How long.
    """
    end_s = time.monotonic() + seconds
    while time.monotonic() < end_s:
        executor.spin_once(timeout_sec=PERIOD_S)
