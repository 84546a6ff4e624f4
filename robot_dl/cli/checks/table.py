"""Every check of this machine, in the order in which they are shown."""

import traceback
from collections.abc import Callable

from robot_dl.cli.checks import libraries, middleware, rendering, runtimes
from robot_dl.cli.checks.finding import Finding, broken

CHECKS: tuple[Callable[[], Finding | list[Finding]], ...] = (
    libraries.check_python,
    libraries.check_libraries,
    middleware.check_ros,
    middleware.check_profile,
    middleware.check_shared_memory,
    runtimes.check_onnxruntime,
    runtimes.check_gpu,
    runtimes.check_jetpack,
    runtimes.check_torch,
    rendering.check_rendering,
)


def examine_machine() -> list[Finding]:
    """Run every check. One that fails by itself is a finding too, and hides no other."""
    findings: list[Finding] = []
    for check in CHECKS:
        try:
            found = check()
        except Exception:  # the machine is stranger than the check expected
            reason = traceback.format_exc(limit=-1).strip().splitlines()[-1]
            found = broken(check.__name__, reason, 'please report this')
        findings += found if isinstance(found, list) else [found]
    return findings
