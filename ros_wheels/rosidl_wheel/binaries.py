"""From generated sources to shared libraries and Python extension modules."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from rosidl_wheel.definition import Definition
from rosidl_wheel.requirements import compiler
from rosidl_wheel.sources import TYPE_SUPPORTS, Sources

PREFIX = Path(sys.prefix)

# Library of the package -> the generator whose sources it is made of. A later one may need those
# before it.
LIBRARIES = {
    'rosidl_generator_c': 'c',
    'rosidl_typesupport_introspection_c': 'introspection_c',
    'rosidl_typesupport_fastrtps_c': 'fastrtps_c',
    'rosidl_typesupport_c': 'typesupport_c',
    'rosidl_generator_py': 'py',
}
COMPILE = {
    '.c': ('CC', '-std=gnu11'),
    '.cpp': ('CXX', '-std=c++17'),
}


@dataclass(frozen=True)
class Binaries:
    """What the compiler made: libraries for <prefix>/lib, extension modules for the package."""

    libraries: tuple[Path, ...]
    modules: tuple[Path, ...]


def compile_binaries(definition: Definition, sources: Sources, folder: Path) -> Binaries:
    """Compile and link everything into `folder`."""
    folder.mkdir(parents=True)
    includes = _include_flags(sources)
    libraries: list[Path] = []
    for kind, generator in LIBRARIES.items():
        found = _c_sources(sources.of(generator))
        target = folder / f'lib{definition.name}__{kind}.so'
        _link(target, _compile(found, includes, folder / kind), libraries)
        libraries.append(target)
    modules = tuple(
        _extension_module(definition.name, kind, sources, includes, libraries)
        for kind in ('rosidl_typesupport_c', *TYPE_SUPPORTS)
    )
    return Binaries(tuple(libraries), modules)


def _extension_module(
    package: str, kind: str, sources: Sources, includes: list[str], libraries: list[Path]
) -> Path:
    entry = sources.of('py') / f'_{package}_s.ep.{kind}.c'
    folder = libraries[0].parent
    target = folder / f'{package}_s__{kind}.so'
    _link(target, _compile([entry], includes, folder / f'py_{kind}'), libraries)
    return target


def _c_sources(folder: Path) -> list[Path]:
    """List the C and C++ files, without the entry points, which become modules of their own."""
    found = (path for path in folder.rglob('*') if path.suffix in COMPILE)
    return sorted(path for path in found if '.ep.' not in path.name)


def _include_flags(sources: Sources) -> list[str]:
    """Flags for our own headers, the wheels' (one folder a package; Fast CDR's), Python, NumPy."""
    wheels = PREFIX / 'include'
    folders = [
        *sources.generators,
        wheels,
        *sorted(path for path in wheels.iterdir() if path.is_dir()),
        sysconfig.get_paths()['include'],
        np.get_include(),
    ]
    return [f'-I{folder}' for folder in folders]


def _compile(files: list[Path], includes: list[str], folder: Path) -> list[Path]:
    """Compile each file into an object below `folder`, as many at a time as there are cores."""
    folder.mkdir()
    objects = [folder / f'{index}.o' for index in range(len(files))]

    def compile_one(source: Path, target: Path) -> None:
        variable, standard = COMPILE[source.suffix]
        flags = [standard, '-O1', '-fPIC', '-w']
        _run([*compiler(variable).split(), *flags, *includes, '-c', source, '-o', target])

    with ThreadPoolExecutor() as pool:
        list(pool.map(compile_one, files, objects))
    return objects


def _link(target: Path, objects: list[Path], own: list[Path]) -> None:
    """Link, offering all libraries of the wheels; the linker notes those that are used."""
    wheels = sorted((PREFIX / 'lib').glob('lib*.so'))
    taken = {path.name for path in own}
    offered = [*own, *(path for path in wheels if path.name not in taken)]
    names = [f'-l:{path.name}' for path in offered]
    flags = ['-shared', '-s', '-Wl,--as-needed', f'-Wl,-soname,{target.name}']
    folders = [f'-L{target.parent}', f'-L{PREFIX / "lib"}']
    _run([*compiler('CXX').split(), *objects, *flags, *folders, *names, '-o', target])


def _run(command: list) -> None:
    result = subprocess.run([str(word) for word in command], capture_output=True, text=True)
    if result.returncode:
        sys.exit(f'{" ".join(map(str, command))}\n{result.stderr}')
