"""Read a deployment file, and refuse it with every mistake named before anything starts."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from robot_dl.bringup.catalogue import NodeKind, node_kinds, shared_names
from robot_dl.bringup.deployment import BUNDLED_PROFILE, Deployment, NodeSpec
from robot_dl.bringup.document import DeploymentError, Document, KeyPath, read_document
from robot_dl.bringup.keys import (
    FORMS,
    NODE_KEYS,
    ROOT_KEYS,
    SHARED_KEYS,
    TYPES,
    Key,
    parameter_problem,
)
from robot_dl.bringup.param_files import file_problems
from robot_dl.core.names import unknown_name
from robot_dl.core.share import share_file

Values = Mapping[str, Any]

KNOWN = {'': 'key', 'remap': 'topic or service', 'params': 'parameter'}


def read_deployment(file: Path) -> Deployment:
    """Read and check a deployment file.

    Raises:
        DeploymentError: If anything in it is wrong; the message lists all mistakes, each with
            file, line and, where there is one, the name that was probably meant.
    """
    return _Reader(read_document(Path(file))).deployment()


class _Reader:
    """Goes through a document once and collects what is wrong with it."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._problems: list[tuple[int, str]] = []
        for path in document.twice:
            self._refuse(path, 'stands twice in the same mapping')

    def deployment(self) -> Deployment:
        root = self._mapping((), self._document.content, ROOT_KEYS)
        defaults = self._mapping(('defaults',), root.get('defaults', {}), SHARED_KEYS)
        for inner, known in shared_names().items():
            # A default must be something of some node; those that have it get it.
            self._check_known(('defaults',), inner, defaults.get(inner, {}), known)
        if not root.get('nodes'):
            self._refuse(('nodes',), 'expected a list of at least one node')
        found = [self._node(i, v, defaults) for i, v in enumerate(root.get('nodes', []))]
        nodes = tuple(node for node in found if node is not None)
        self._check_names(nodes)
        profile = self._profile(root.get('dds_profile', 'robot_dl'))
        if self._problems:
            raise DeploymentError(self._report())
        return Deployment(self._document.file, nodes, profile)

    def _node(self, index: int, value: Any, defaults: Values) -> NodeSpec | None:
        path: KeyPath = ('nodes', index)
        values = self._mapping(path, value, NODE_KEYS)
        kind = self._kind(path, values)
        if kind is None:
            return None
        merged = _merged(defaults, values, kind)
        self._check_known(path, 'remap', values.get('remap', {}), kind.remappable)
        self._check_known(path, 'params', values.get('params', {}), kind.parameter_names)
        self._check_values((*path, 'params'), kind, merged['params'])
        node = NodeSpec(
            kind=kind,
            name=values.get('name', kind.executable),
            namespace='/' + merged.get('namespace', '').strip('/'),
            remap=merged.get('remap', {}),
            params=merged.get('params', {}),
            params_file=self._file((*path, 'params_file'), merged.get('params_file')),
            respawn=merged.get('respawn', False),
            env={k: str(v) for k, v in merged.get('env', {}).items()},
            line=self._document.line(path),
        )
        self._check_params_file(path, node, is_shared='params_file' not in values)
        return node

    def _kind(self, path: KeyPath, values: Values) -> NodeKind | None:
        kinds = node_kinds()
        name = values.get('executable')
        if name is None:
            self._refuse((*path, 'executable'), f'missing; use one of {", ".join(sorted(kinds))}')
        elif name not in kinds:
            self._refuse((*path, 'executable'), unknown_name('executable', name, kinds))
        return kinds.get(name or '')

    def _mapping(self, path: KeyPath, value: Any, keys: Iterable[Key]) -> dict[str, Any]:
        """Return the entries of a mapping that are right, and refuse the others."""
        if not isinstance(value, dict):
            self._refuse(path, f'expected "key: value" lines, got {_short(value)}')
            return {}
        known = {key.name: key for key in keys}
        self._check_known(path, '', value, tuple(known))
        return {
            k: v for k, v in value.items() if k in known and self._fits((*path, k), known[k], v)
        }

    def _fits(self, path: KeyPath, key: Key, value: Any) -> bool:
        if not isinstance(value, TYPES[key.kind]):
            self._refuse(path, f'expected a {key.kind}, got {_short(value)}')
            return False
        if isinstance(value, dict):
            # Every entry is looked at, also behind the first wrong one.
            fits = [self._value_fits((*path, k), key, k, v) for k, v in value.items()]
            return all(fits)
        return self._matches(path, key.pattern, value)

    def _value_fits(self, path: KeyPath, key: Key, name: Any, value: Any) -> bool:
        if not isinstance(name, str):
            self._refuse(path, f'expected text before the colon, got {_short(name)}')
            return False
        if not self._matches(path, key.key_pattern, name):
            return False
        kinds = key.value_kinds
        if kinds and (not isinstance(value, kinds) or isinstance(value, bool)):
            self._refuse(path, f'expected text, got {_short(value)}; put it in quotes')
            return False
        return self._matches(path, key.pattern, value)

    def _matches(self, path: KeyPath, pattern: str, value: Any) -> bool:
        if pattern and not re.fullmatch(pattern, str(value)):
            form = FORMS.get(pattern, 'a ROS name')
            self._refuse(path, f'expected {form}, got {_short(value)}')
            return False
        return True

    def _check_known(
        self, path: KeyPath, inner: str, names: Iterable[Any], known: tuple[str, ...]
    ) -> None:
        kind = KNOWN[inner]
        for name in names:
            if name not in known:
                at = (*path, inner, str(name)) if inner else (*path, str(name))
                self._refuse(at, unknown_name(kind, str(name), known))

    def _check_values(self, path: KeyPath, kind: NodeKind, params: Values) -> None:
        for spec in kind.parameter_specs:
            problem = parameter_problem(spec, params[spec.name]) if spec.name in params else ''
            if problem:
                self._refuse((*path, spec.name), problem)

    def _check_params_file(self, path: KeyPath, node: NodeSpec, is_shared: bool) -> None:
        if node.params_file is None or not node.params_file.is_file():
            return
        others = shared_names()['params'] if is_shared else ()
        for problem in file_problems(node.params_file, node.full_name, node.kind, others):
            self._refuse((*path, 'params_file'), problem)

    def _check_names(self, nodes: tuple[NodeSpec, ...]) -> None:
        first: dict[str, NodeSpec] = {}
        for node in nodes:
            other = first.setdefault(node.full_name, node)
            if other is not node:
                self._problems.append(
                    (node.line, f'{node.full_name} is also on line {other.line}; give it a name')
                )

    def _profile(self, choice: str) -> Path | None:
        if choice == 'none':
            return None
        if choice == 'robot_dl':
            return share_file(BUNDLED_PROFILE)
        return self._file(('dds_profile',), choice)

    def _file(self, path: KeyPath, name: str | None) -> Path | None:
        if name is None:
            return None
        folder = self._document.file.resolve().parent
        file = (folder / name).resolve()
        if folder not in file.parents:
            self._refuse(path, f'expected a file in {folder} or below, got {name!r}')
        elif not file.is_file():
            self._refuse(path, f'{file}: no such file')
        return file

    def _refuse(self, path: KeyPath, reason: str) -> None:
        place = ''.join(f'[{p}]' if isinstance(p, int) else f'.{p}' for p in path).lstrip('.')
        self._problems.append(
            (self._document.line(path), f'{place}: {reason}' if place else reason)
        )

    def _report(self) -> str:
        rows = [f'{self._document.file}:{line}: {text}' for line, text in sorted(self._problems)]
        return '\n'.join(rows)


def _merged(defaults: Values, values: Values, kind: NodeKind) -> dict[str, Any]:
    """Return the node's entries over the defaults; mappings are merged key by key."""
    shared = {'params': kind.parameter_names, 'remap': kind.remappable}
    merged = {**defaults, **values}
    for key in ('params', 'remap', 'env'):
        taken = {k: v for k, v in defaults.get(key, {}).items() if k in shared.get(key, (k,))}
        merged[key] = {**taken, **values.get(key, {})}
    return merged


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f'{text[:57]}...'
