"""A wheel file (PEP 427) with the Python package, the libraries and the ament resources."""

from __future__ import annotations

import base64
import hashlib
import sys
import sysconfig
import zipfile
from importlib import metadata
from pathlib import Path

from rosidl_wheel.binaries import Binaries
from rosidl_wheel.definition import Definition
from rosidl_wheel.sources import Sources


def write_wheel(definition: Definition, sources: Sources, binaries: Binaries, folder: Path) -> str:
    """Write the wheel into `folder` and return its file name."""
    stem = f'ros_{definition.name}-{definition.version}'
    version = f'cp{sys.version_info.major}{sys.version_info.minor}'
    platform = sysconfig.get_platform().replace('-', '_').replace('.', '_')
    tag = f'{version}-{version}-{platform}'
    files = {
        **_package(definition, sources, binaries),
        **_prefix(definition, sources, binaries, f'{stem}.data/data'),
        f'{stem}.dist-info/METADATA': _metadata(definition).encode(),
        f'{stem}.dist-info/WHEEL': _wheel(tag).encode(),
    }
    record = f'{stem}.dist-info/RECORD'
    files[record] = _record(files, record).encode()
    name = f'{stem}-{tag}.whl'
    with zipfile.ZipFile(folder / name, 'w', zipfile.ZIP_DEFLATED) as archive:
        for path, content in files.items():
            archive.writestr(path, content)
    return name


def _distribution(package: str) -> str:
    """Return the name that pip knows a ROS package by."""
    return f'ros-{package.replace("_", "-")}'


def _package(definition: Definition, sources: Sources, binaries: Binaries) -> dict[str, bytes]:
    folder = sources.of('py')
    files = {
        f'{definition.name}/{path.relative_to(folder)}': path.read_bytes()
        for path in folder.rglob('*.py')
    }
    for path in binaries.modules:
        files[f'{definition.name}/{path.name}'] = path.read_bytes()
    files.setdefault(f'{definition.name}/__init__.py', b'')
    return files


def _prefix(
    definition: Definition, sources: Sources, binaries: Binaries, base: str
) -> dict[str, bytes]:
    """What goes below the prefix: lib/, share/<package>/ and the ament index."""
    share = f'{base}/share/{definition.name}'
    index = f'{base}/share/ament_index/resource_index'
    files = {f'{base}/lib/{path.name}': path.read_bytes() for path in binaries.libraries}
    listed = []
    for path in definition.interfaces:
        files[f'{share}/{path}'] = (definition.folder / path).read_bytes()
        listed.append(str(path))
    for generator in ('idl', 'hash'):
        for path in sorted(p for p in sources.of(generator).rglob('*') if p.is_file()):
            relative = str(path.relative_to(sources.of(generator)))
            files[f'{share}/{relative}'] = path.read_bytes()
            listed.append(relative)
    files[f'{share}/package.xml'] = (definition.folder / 'package.xml').read_bytes()
    files[f'{index}/packages/{definition.name}'] = b''
    files[f'{index}/rosidl_interfaces/{definition.name}'] = '\n'.join(sorted(listed)).encode()
    return files


def _metadata(definition: Definition) -> str:
    """Name exactly the wheels that were linked against: their libraries have no stable ABI."""
    required = [_distribution(name) for name in definition.depends]
    lines = [
        'Metadata-Version: 2.1',
        f'Name: {_distribution(definition.name)}',
        f'Version: {definition.version}',
        f'Summary: {definition.description}',
        f'License: {definition.license}',
        *(f'Requires-Dist: {name}=={metadata.version(name)}' for name in required),
    ]
    return '\n'.join(lines) + '\n'


def _wheel(tag: str) -> str:
    return f'Wheel-Version: 1.0\nGenerator: rosidl_wheel\nRoot-Is-Purelib: false\nTag: {tag}\n'


def _record(files: dict[str, bytes], record: str) -> str:
    lines = []
    for path, content in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b'=')
        lines.append(f'{path},sha256={digest.decode()},{len(content)}')
    return '\n'.join([*lines, f'{record},,']) + '\n'
