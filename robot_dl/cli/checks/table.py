"""Every check of this machine, in the order in which they are shown."""

import traceback
from collections.abc import Callable

from robot_dl.cli.checks import libraries, middleware, rendering, runtimes
from robot_dl.cli.checks.finding import Finding, broken

Check = Callable[[], Finding | list[Finding]]

CHECKS: tuple[Check, ...] = (
    libraries.check_python,
    libraries.check_libraries,
    middleware.check_ros,
    middleware.check_domain,
    middleware.check_profile,
    middleware.check_shared_memory,
    runtimes.check_onnxruntime,
    runtimes.check_gpu,
    runtimes.check_jetpack,
    runtimes.check_torch,
    rendering.check_rendering,
)


def examine_machine() -> list[Finding]:
    """Run every check of this machine."""
    return [finding for check in CHECKS for finding in examined(check)]


def examined(check: Check) -> list[Finding]:
    """Run a check. One that fails by itself is a finding too, and hides no other."""
    try:
        found = check()
    except Exception:  # the machine is stranger than the check expected
        reason = traceback.format_exc(limit=-1).strip().splitlines()[-1]
        return [broken(check.__name__, reason, 'mend what else is broken, or please report this')]
    return found if isinstance(found, list) else [found]
