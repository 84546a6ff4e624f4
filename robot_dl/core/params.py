"""Parameters declared once, in frozen dataclasses that cannot hold a bad value.

The ROS declaration, the YAML file, the table in the docs and the command line are derived
from the same fields.
"""

import dataclasses
import math
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, dataclass, field, fields
from typing import Any, TypeVar, get_type_hints

from robot_dl.core.names import unknown_name

P = TypeVar('P', bound='Params')

TYPE_NAMES: dict[Any, str] = {
    bool: 'bool',
    int: 'int',
    float: 'float',
    str: 'string',
    tuple[str, ...]: 'string list',
    tuple[float, ...]: 'float list',
}
"""The types a parameter may have, and what they are called in messages and tables."""


class ParamError(ValueError):
    """A parameter is unknown, of the wrong type, or out of range."""


@dataclass(frozen=True)
class ParamSpec:
    """What is known of one parameter.

    Attributes:
        name: Name of the field and of the ROS parameter.
        kind: One of the keys of `TYPE_NAMES`.
        default: Value when nothing is given.
        doc: One sentence for people.
        low: Least allowed number, or None.
        high: Greatest allowed number, or None.
        choices: Allowed values; empty allows all.
        fixed: True if it cannot change while the node runs.
    """

    name: str
    kind: Any
    default: Any
    doc: str
    low: float | None
    high: float | None
    choices: tuple[str, ...]
    fixed: bool

    def check(self, value: Any) -> Any:
        """Return `value` in the declared type.

        Raises:
            ParamError: If the type or the range does not fit.
        """
        value = self._typed(value)
        numbers = value if isinstance(value, tuple) else (value,)
        for number in numbers:
            self._check_range(number)
        if self.choices and value not in self.choices:
            raise ParamError(f'{self.name}: {unknown_name("value", str(value), self.choices)}')
        return value

    def _typed(self, value: Any) -> Any:
        if self.kind is float and isinstance(value, int) and not isinstance(value, bool):
            return float(value)
        if self.kind in (tuple[str, ...], tuple[float, ...]):
            return self._typed_tuple(value)
        if not isinstance(value, self.kind) or (self.kind is int and isinstance(value, bool)):
            raise ParamError(self._type_error(value))
        return value

    def _typed_tuple(self, value: Any) -> tuple[Any, ...]:
        item = str if self.kind == tuple[str, ...] else (int, float)
        if isinstance(value, str) or not isinstance(value, Iterable):
            raise ParamError(self._type_error(value))
        items = tuple(value)
        if any(not isinstance(i, item) or isinstance(i, bool) for i in items):
            raise ParamError(self._type_error(value))
        if item is not str:
            return tuple(float(i) for i in items)
        if '' in items or len(set(items)) < len(items):
            raise ParamError(f'{self.name}: expected each name once and none empty, got {value!r}')
        return items

    def _type_error(self, value: Any) -> str:
        return f'{self.name}: expected {TYPE_NAMES[self.kind]}, got {value!r}'

    def _check_range(self, value: Any) -> None:
        if isinstance(value, float) and not math.isfinite(value):
            raise ParamError(f'{self.name}: expected a finite number, got {value}')
        if self.low is not None and value < self.low:
            raise ParamError(f'{self.name}: expected at least {self.low:g}, got {value:g}')
        if self.high is not None and value > self.high:
            raise ParamError(f'{self.name}: expected at most {self.high:g}, got {value:g}')


def param(
    default: Any,
    doc: str,
    *,
    low: float | None = None,
    high: float | None = None,
    choices: tuple[str, ...] = (),
    fixed: bool = False,
) -> Any:
    """Declare a field of a `Params` dataclass.

    Args:
        default: Value when nothing is given.
        doc: One sentence for people; it becomes the ROS description and the docs table.
        low: Least allowed number.
        high: Greatest allowed number.
        choices: Allowed values, if they can be listed.
        fixed: True if the node cannot change it while it runs.
    """
    rules = {'doc': doc, 'low': low, 'high': high, 'choices': tuple(choices), 'fixed': fixed}
    return field(default=default, metadata=rules)


@dataclass(frozen=True)
class Params:
    """Base of all parameter sets: every field is checked when an instance is made."""

    def __post_init__(self) -> None:
        """Check types and ranges.

        Raises:
            ParamError: If a value does not fit; the message says what was expected.
        """
        for spec in self.specs():
            value = spec.check(getattr(self, spec.name))
            object.__setattr__(self, spec.name, value)

    @classmethod
    def specs(cls) -> tuple[ParamSpec, ...]:
        """Return the declared parameters, in the order of their fields."""
        kinds = get_type_hints(cls)
        return tuple(_spec(f, kinds[f.name]) for f in fields(cls))

    @classmethod
    def from_dict(cls: type[P], values: Mapping[str, Any]) -> P:
        """Return the parameters named in `values`, defaults for the rest.

        Raises:
            ParamError: If a name is unknown or a value does not fit.
        """
        return cls().replace(**values)

    def replace(self: P, **values: Any) -> P:
        """Return a copy in which `values` are set.

        Raises:
            ParamError: If a name is unknown or a value does not fit.
        """
        names = [f.name for f in fields(self)]
        for name in values:
            if name not in names:
                raise ParamError(unknown_name('parameter', name, names))
        return dataclasses.replace(self, **values)


def _spec(declared: 'dataclasses.Field[Any]', kind: Any) -> ParamSpec:
    if declared.default is MISSING or 'doc' not in declared.metadata or kind not in TYPE_NAMES:
        raise TypeError(
            f'{declared.name}: declare it as one of {set(TYPE_NAMES.values())} by param()'
        )
    return ParamSpec(declared.name, kind, declared.default, **declared.metadata)
