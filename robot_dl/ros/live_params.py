"""ROS parameters declared from a frozen dataclass, and kept equal to one."""

from collections.abc import Callable
from typing import Any, Generic, TypeVar

from rcl_interfaces.msg import (
    FloatingPointRange,
    IntegerRange,
    ParameterDescriptor,
    SetParametersResult,
)
from rclpy.exceptions import ParameterException
from rclpy.node import Node
from rclpy.parameter import Parameter

from robot_dl.core.names import unknown_name
from robot_dl.core.params import ParamError, Params, ParamSpec

P = TypeVar('P', bound=Params)

LEAST_INT, GREATEST_INT = -(2**63), 2**63 - 1
LISTS = {
    tuple[str, ...]: Parameter.Type.STRING_ARRAY,
    tuple[float, ...]: Parameter.Type.DOUBLE_ARRAY,
}


class LiveParams(Generic[P]):
    """The parameters of a node.

    Every field is declared with range, description and read-only flag. A request to set some
    of them is accepted as a whole, and then `value` is replaced; or refused as a whole with
    the reason, and then nothing changes.

    Parameters are declared dynamically typed, for two reasons: `score:=1` is an integer in
    YAML, and an empty list arrives without a type. Types are checked by the dataclass instead.

    Attributes:
        value: The parameters now. A frozen dataclass: read it once per image.
    """

    def __init__(
        self,
        node: Node,
        kind: type[P],
        check: Callable[[P], None] = lambda params: None,
        changed: Callable[[P], None] = lambda params: None,
    ) -> None:
        """Declare the fields of `kind`, and take what YAML and command line give for them.

        Args:
            node: The node that gets the parameters.
            kind: Their dataclass.
            check: Called with a candidate before it becomes the value; may raise ParamError.
            changed: Called with the new value after a request was accepted.

        Raises:
            ParamError: If a given value does not fit.
        """
        self._check, self._changed = check, changed
        self.value = kind(**{spec.name: _declared(node, spec) for spec in kind.specs()})
        for spec in kind.specs():
            _settle(node, spec, getattr(self.value, spec.name))
            if spec.fixed:
                node.set_descriptor(spec.name, _descriptor(spec, read_only=True))
        node.add_on_set_parameters_callback(self._on_set)

    def _on_set(self, parameters: list[Parameter]) -> SetParametersResult:
        names = [spec.name for spec in self.value.specs()]
        ours = {p.name: p.value for p in parameters if p.name in names}
        if not ours:
            return SetParametersResult(successful=True)
        try:
            candidate = self.value.replace(**ours)
            self._check(candidate)
        except ParamError as error:
            return SetParametersResult(successful=False, reason=str(error))
        self.value = candidate
        self._changed(candidate)
        return SetParametersResult(successful=True)


def unknown_parameters(node: Node, kind: type[Params]) -> list[str]:
    """Return a sentence for each parameter that was given to the node but does not exist.

    rclpy ignores such parameters, so a typing error would go unnoticed.
    """
    # No public method of rclpy tells what was given. Dotted names belong to rclpy.
    given = getattr(node, '_parameter_overrides', {})
    strange = [name for name in given if '.' not in name and not node.has_parameter(name)]
    known = [spec.name for spec in kind.specs()]
    return [unknown_name('parameter', name, known) for name in strange]


def _declared(node: Node, spec: ParamSpec) -> Any:
    default = list(spec.default) if spec.kind in LISTS else spec.default
    try:
        given = node.declare_parameter(spec.name, default, _descriptor(spec)).value
    except ParameterException as error:
        raise ParamError(f'{spec.name}: {error}') from error
    # YAML's [] has no type, and arrives as no value at all.
    return () if given is None and spec.kind in LISTS else given


def _settle(node: Node, spec: ParamSpec, value: Any) -> None:
    """Store what was given in the declared type: 1 as 1.0, [] as a list of strings."""
    stored = node.get_parameter_or(spec.name)
    if spec.kind in LISTS:
        node.set_parameters([Parameter(spec.name, LISTS[spec.kind], list(value))])
    elif type(stored.value) is not type(value):
        node.set_parameters([Parameter(spec.name, value=value)])


def _descriptor(spec: ParamSpec, read_only: bool = False) -> ParameterDescriptor:
    """Describe a parameter; one that is fixed can still be settled until `read_only` is set."""
    descriptor = ParameterDescriptor(
        name=spec.name, description=spec.doc, read_only=read_only, dynamic_typing=True
    )
    if spec.choices:
        descriptor.additional_constraints = f'One of {", ".join(spec.choices)}.'
    if spec.low is None and spec.high is None:
        return descriptor
    if spec.kind is int:
        low = LEAST_INT if spec.low is None else int(spec.low)
        high = GREATEST_INT if spec.high is None else int(spec.high)
        descriptor.integer_range = [IntegerRange(from_value=low, to_value=high)]
    else:
        low_f = float('-inf') if spec.low is None else float(spec.low)
        high_f = float('inf') if spec.high is None else float(spec.high)
        descriptor.floating_point_range = [FloatingPointRange(from_value=low_f, to_value=high_f)]
    return descriptor
