"""From interface files to C, C++ and Python sources, by the rosidl generators."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from rosidl_wheel.definition import Definition

TYPE_SUPPORTS = ('rosidl_typesupport_fastrtps_c', 'rosidl_typesupport_introspection_c')


@dataclass(frozen=True)
class Sources:
    """The generated folders. Each generator has its own, because their file names collide."""

    root: Path
    package: str

    def of(self, generator: str) -> Path:
        """Return the folder that the generator wrote, for example msg/*.c below it."""
        return self.root / generator / self.package

    @property
    def generators(self) -> tuple[Path, ...]:
        """The include folder of each generator."""
        return tuple(sorted(self.root.iterdir()))


def generate_sources(definition: Definition, work: Path) -> Sources:
    """Run every generator that rclpy needs.

    Args:
        definition: The package.
        work: An empty folder; the sources go below it.
    """
    # The generators look up their templates with ament_index, which the wheels leave unset.
    os.environ['AMENT_PREFIX_PATH'] = sys.prefix
    sources = Sources(work / 'src', definition.name)
    idl = _write_idl(definition, sources.of('idl'))
    interfaces = [f'{sources.of("idl")}:{path}' for path in idl]
    share = Path(sys.prefix) / 'share'
    includes = [str(share / name) for name in definition.depends]
    common = (definition.name, interfaces, includes)
    hashes = _hashes(common, sources.of('hash'))
    for name, generator in _generators().items():
        folder = sources.of(name)
        folder.mkdir(parents=True)
        extra = (hashes,) if name == 'c' else ()
        generator.generate(*common, folder, *extra)
    return sources


def _write_idl(definition: Definition, folder: Path) -> list[Path]:
    """Translate every interface file, and return the results relative to `folder`."""
    from rosidl_adapter.action import convert_action_to_idl
    from rosidl_adapter.msg import convert_msg_to_idl
    from rosidl_adapter.srv import convert_srv_to_idl

    convert = {
        '.msg': convert_msg_to_idl,
        '.srv': convert_srv_to_idl,
        '.action': convert_action_to_idl,
    }
    written = []
    for path in definition.interfaces:
        target = folder / path.parent
        target.mkdir(parents=True, exist_ok=True)
        convert[path.suffix](definition.folder, definition.name, path, target)
        written.append(path.with_suffix('.idl'))
    return written


def _hashes(common: tuple, folder: Path) -> list:
    """Write the type descriptions, and return their paths."""
    from rosidl_generator_type_description.cli import HashTypeDescription

    folder.mkdir(parents=True)
    return HashTypeDescription('hash').generate_type_hashes(*common, folder)


def _generators() -> dict:
    """The generators by the name of their folder. `rosidl generate` itself refuses the wheels."""
    from rosidl_generator_c.cli import GenerateC
    from rosidl_generator_py.cli import GeneratePython
    from rosidl_typesupport_c.cli import GenerateCTypesupport
    from rosidl_typesupport_fastrtps_c.cli import GenerateFastRTPSCTypesupport
    from rosidl_typesupport_introspection_c.cli import GenerateIntrospectionCTypesupport

    supports = list(TYPE_SUPPORTS)
    return {
        'c': GenerateC('c'),
        'py': GeneratePython(
            'py', typesupport_implementations=['rosidl_typesupport_c', *supports]
        ),
        'typesupport_c': GenerateCTypesupport('c', typesupport_implementations=supports),
        'introspection_c': GenerateIntrospectionCTypesupport('introspection_c'),
        'fastrtps_c': GenerateFastRTPSCTypesupport('fastrtps_c'),
    }
