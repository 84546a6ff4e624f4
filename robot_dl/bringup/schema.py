"""JSON Schema of deployment files, made from their keys and the nodes' parameters."""

from collections.abc import Iterable
from typing import Any

from robot_dl.bringup.catalogue import NodeKind, node_kinds, shared_names
from robot_dl.bringup.keys import JSON_TYPES, NODE_KEYS, ROOT_KEYS, SHARED_KEYS, Key
from robot_dl.core.params import ParamSpec

Schema = dict[str, Any]

PARAMETER_TYPES: dict[Any, Schema] = {
    bool: {'type': 'boolean'},
    int: {'type': 'integer'},
    float: {'type': 'number'},
    str: {'type': 'string'},
    tuple[str, ...]: {'type': 'array', 'items': {'type': 'string'}},
    tuple[float, ...]: {'type': 'array', 'items': {'type': 'number'}},
}


VALUE_TYPES: dict[type, str] = {str: 'string', int: 'integer'}
"""The types that values of a mapping may have."""


def deployment_schema() -> Schema:
    """Return the schema (draft 2020-12) for editors that complete and check YAML."""
    kinds = node_kinds().values()
    root = _object(ROOT_KEYS)
    root['required'] = ['nodes']
    root['properties']['defaults'] |= _defaults()
    root['properties']['nodes'] |= {'minItems': 1, 'items': {'oneOf': [_node(k) for k in kinds]}}
    return {'$schema': 'https://json-schema.org/draft/2020-12/schema', **root}


def _defaults() -> Schema:
    schema = _object(SHARED_KEYS)
    for inner, names in shared_names().items():
        schema['properties'][inner]['propertyNames'] = {'enum': list(names)}
    return schema


def _node(kind: NodeKind) -> Schema:
    schema = _object(NODE_KEYS)
    schema['required'] = ['executable']
    properties = schema['properties']
    properties['executable'] = {'const': kind.executable}
    properties['params'] |= {
        'properties': {spec.name: _parameter(spec) for spec in kind.parameter_specs},
        'additionalProperties': False,
    }
    name = properties['remap']['additionalProperties']
    properties['remap'] |= {
        'properties': {t.name: {**name, 'description': t.doc} for t in kind.topics},
        'additionalProperties': False,
    }
    return schema


def _object(keys: Iterable[Key]) -> Schema:
    return {
        'type': 'object',
        'additionalProperties': False,
        'properties': {key.name: _value(key) for key in keys},
    }


def _value(key: Key) -> Schema:
    schema: Schema = {'type': JSON_TYPES[key.kind], 'description': key.doc}
    pattern = {'pattern': f'^{key.pattern}$'} if key.pattern else {}
    if key.kind == 'text':
        return {**schema, **pattern}
    if key.value_kinds:
        types = [VALUE_TYPES[kind] for kind in key.value_kinds]
        schema['additionalProperties'] = {'type': types, **pattern}
    if key.key_pattern:
        schema['propertyNames'] = {'pattern': f'^{key.key_pattern}$'}
    return schema


def _parameter(spec: ParamSpec) -> Schema:
    schema = {**PARAMETER_TYPES[spec.kind], 'description': spec.doc}
    schema['default'] = list(spec.default) if isinstance(spec.default, tuple) else spec.default
    limits = {'minimum': spec.low, 'maximum': spec.high}
    schema |= {name: limit for name, limit in limits.items() if limit is not None}
    if spec.choices:
        schema['enum'] = list(spec.choices)
    return schema
