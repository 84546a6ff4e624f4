"""What can be learned: one class and one line for each world."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from robot_dl.core.names import choose

if TYPE_CHECKING:
    from robot_dl.training.policies.task import Task

TASKS: dict[str, tuple[str, str]] = {
    'balance': ('robot_dl.training.policies.balance', 'Balance'),
    'arm': ('robot_dl.training.policies.reach', 'Reach'),
}
"""World → module and class. MuJoCo is imported only when a task is opened."""


def find_task(world: str) -> Task:
    """Return what is learned in a world.

    Raises:
        ValueError: Nothing is; the message names the nearest one.
    """
    module, attribute = choose('world', world, TASKS)
    task: Task = getattr(importlib.import_module(module), attribute)()
    return task
