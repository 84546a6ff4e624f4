"""model.yaml as people would write it."""

from collections.abc import Mapping
from typing import Any

import yaml


class _Dumper(yaml.SafeDumper):
    """A few numbers, such as a size, stand in one line."""


def _list(dumper: yaml.SafeDumper, values: list[Any]) -> yaml.Node:
    flow = len(values) <= 4 and all(isinstance(v, (int, float)) for v in values)
    return dumper.represent_sequence('tag:yaml.org,2002:seq', values, flow_style=flow)


_Dumper.add_representer(list, _list)


def yaml_text(values: Mapping[str, Any]) -> str:
    """Return values as YAML, in their order."""
    return yaml.dump(dict(values), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=99)
