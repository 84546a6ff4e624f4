"""What a network returns becomes a plan."""

import numpy as np
from numpy.typing import NDArray

from robot_dl.core.motion import TWIST_AXES, Plan
from robot_dl.policy.card_values import spread
from robot_dl.policy.spec import PolicySpec
from robot_dl.policy.types import Readings, Vector


class ActionReader:
    """Reads actions, and keeps what they need of the past.

    Attributes:
        spec: What an action is.
        last_action: [A] the last action, as the network has learned to see it: squashed and
            clipped, and not scaled; for a discrete policy 1 for what was chosen and 0 else.
    """

    def __init__(self, spec: PolicySpec) -> None:
        """Begin with no past.

        Args:
            spec: What the policy is.
        """
        self.spec = spec
        action = spec.action
        self.last_action = np.zeros(action.size)
        count = len(action.targets)
        self._scale = np.array(spread('scale', action.scale, count))
        self._offset = np.array(spread('offset', action.offset, count))
        if action.motion.adds_to == 'default':
            self._offset = self._offset + spec.defaults(action.joints)
        self._table = np.array(action.table) if action.table else None
        self._clip = action.clip
        self._kind, self._period_ns = action.motion.setpoint, spec.period_ns
        self._size, self._last = action.output_size, action.executed - 1
        is_twist = self._kind == 'twist'
        self._names = TWIST_AXES if is_twist else action.joints
        self._places = None if is_twist else spec.places(action.joints)
        self._axes = [TWIST_AXES.index(axis) for axis in action.axes] if is_twist else []
        self._adds = action.motion.adds_to == 'positions'
        self._blend_ns = round(action.blend_s * 1e9)
        self._target: Vector | None = None
        self._old: Plan | None = None

    def reset(self) -> None:
        """Forget the past: what comes next is the first action."""
        self.last_action[:] = 0.0
        self._target = self._old = None

    def __call__(self, output: NDArray[np.float32], readings: Readings) -> Plan:
        """Return the plan for a network's output [1, T * A] at the stamp of the readings.

        What is not finite becomes NaN, which the command gate refuses: a squash or a limit must
        not hide it.

        Raises:
            ValueError: If the output is of the wrong size.
        """
        return self.plan(self.actions(output), readings)

    def actions(self, output: NDArray[np.float32]) -> Vector:
        """Return the actions [T, A] in a network's output, as it has learned to see them."""
        action = self.spec.action
        if output.size != self._size:
            raise ValueError(
                f'action: expected {self._size} numbers ({action.chunk} x {action.size} '
                f'for {", ".join(action.targets)}), got {list(output.shape)}'
            )
        rows = np.asarray(output, np.float64).reshape(action.chunk, -1)[:, : action.size]
        if not np.isfinite(rows).all():
            rows = np.where(np.isfinite(rows), rows, np.nan)
        if self._table is not None:
            return self.chosen(int(rows.argmax())) if np.isfinite(rows).all() else rows * np.nan
        if action.squash == 'tanh':
            rows = np.tanh(rows)
        if self._clip is not None:
            rows = np.minimum(np.maximum(rows, self._clip[0]), self._clip[1])
        return rows

    def chosen(self, index: int) -> Vector:
        """Return the action [1, A] that chooses a row of the table."""
        return np.eye(self.spec.action.size)[[index]]

    def plan(self, actions: Vector, readings: Readings) -> Plan:
        """Return the plan for actions [T, A] at the stamp of the readings."""
        self.last_action[:] = actions[self._last]
        rows = actions if self._table is None else actions @ self._table
        values = rows * self._scale + self._offset
        if self._adds:
            values = self._base(readings) + np.cumsum(values, axis=0)
            self._target = values[self._last]
        if self._axes:
            values = self._twist(values)
        plan = Plan(self._kind, self._names, readings.stamp_ns, self._period_ns, values)
        if self._blend_ns:
            plan = plan.blended_from(self._old, self._blend_ns)
            self._old = plan
        return plan

    def _base(self, readings: Readings) -> Vector:
        """Return what a delta is added to."""
        if self._target is not None and self.spec.action.relative_to == 'target':
            return self._target
        return np.asarray(readings.get('joint_positions')[self._places])

    def _twist(self, values: Vector) -> Vector:
        """Return the values of all axes; those that the policy does not command are zero."""
        twist = np.zeros((len(values), len(TWIST_AXES)))
        twist[:, self._axes] = values
        return twist
