"""The one hook that pip needs to build and install a package (PEP 517)."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path


def build_wheel(
    wheel_directory: str,
    config_settings: object = None,
    metadata_directory: str | None = None,
) -> str:
    """Build the package in the current folder.

    pip hides the installed packages from this process by PYTHONPATH, so the work is done in a
    second interpreter that sees them.

    Returns:
        The file name of the wheel in `wheel_directory`.
    """
    environment = dict(os.environ)
    environment['PYTHONPATH'] = str(Path(__file__).resolve().parents[1])
    with tempfile.TemporaryDirectory() as work:
        command = [sys.executable, '-m', 'rosidl_wheel', Path.cwd(), work, wheel_directory]
        status = subprocess.run(command, env=environment).returncode
        if status:
            raise SystemExit(status)
        return (Path(work) / 'wheel_name').read_text(encoding='utf-8')
