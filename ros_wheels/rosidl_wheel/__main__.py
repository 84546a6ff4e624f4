"""Run by `backend.build_wheel`: `python -m rosidl_wheel SOURCE WORK WHEEL_DIRECTORY`."""

import sys
from pathlib import Path

from rosidl_wheel.binaries import compile_binaries
from rosidl_wheel.definition import read_definition
from rosidl_wheel.requirements import complaint
from rosidl_wheel.sources import generate_sources
from rosidl_wheel.wheel import write_wheel


def main(source: Path, work: Path, wheel_directory: Path) -> None:
    """Build one interface package and leave the wheel's name in `work`."""
    problem = complaint()
    if problem:
        sys.exit(problem)
    definition = read_definition(source)
    sources = generate_sources(definition, work)
    binaries = compile_binaries(definition, sources, work / 'bin')
    name = write_wheel(definition, sources, binaries, wheel_directory)
    (work / 'wheel_name').write_text(name, encoding='utf-8')


if __name__ == '__main__':
    main(*map(Path, sys.argv[1:4]))
