"""Read a plan as the controller needs it, or say why it cannot be obeyed."""

import numpy as np
from numpy.typing import NDArray

from robot_dl.core.motion import Plan
from robot_dl.core.names import did_you_mean
from robot_dl.safety.config import GateConfig
from robot_dl.safety.limits import Joints

Indices = NDArray[np.intp]

WRONG_KIND, WRONG_SIZE, UNKNOWN_JOINT = 'refused_kind', 'refused_size', 'refused_joint'
NOT_A_NUMBER = 'refused_nan'


class RefusedError(Exception):
    """A plan cannot be obeyed.

    Attributes:
        what: What is wrong, as it is counted.
    """

    def __init__(self, what: str, sentence: str) -> None:
        super().__init__(sentence)
        self.what = what


class PlanReader:
    """Checks plans, and brings their values into the controller's order."""

    def __init__(self, config: GateConfig) -> None:
        """Read plans for the joints of a gate."""
        self._kind, self._names = config.kind, config.names
        self._known: tuple[str, ...] = config.names
        self._order: Indices | None = None

    def __call__(self, plan: Plan) -> Joints:
        """Return the setpoints of a plan [T, N] in the controller's order.

        Raises:
            RefusedError: Another kind, another size, a joint too many or too few, NaN or infinity.
        """
        if plan.kind != self._kind:
            raise RefusedError(WRONG_KIND, f'expected commands of {self._kind}, got {plan.kind}')
        if plan.names != self._known:
            self._order = self._order_of(plan.names)
            self._known = plan.names
        values = np.array(plan.values, np.float64)  # a model may use its array again
        if values.ndim != 2 or not len(values) or values.shape[1] != len(self._known):
            raise RefusedError(
                WRONG_SIZE,
                f'expected values [T, {len(self._known)}] with T ≥ 1, got {list(values.shape)}',
            )
        if not np.isfinite(values).all():
            raise RefusedError(NOT_A_NUMBER, _first_odd(values, self._known))
        return values if self._order is None else values[:, self._order]

    def _order_of(self, names: tuple[str, ...]) -> Indices | None:
        for name in names:
            if name not in self._names:
                raise RefusedError(
                    UNKNOWN_JOINT,
                    f'unknown joint {name!r}.{did_you_mean(name, self._names)} '
                    f'The controller has {", ".join(self._names)}',
                )
        missing = [name for name in self._names if name not in names]
        if missing or len(names) != len(self._names):
            raise RefusedError(
                WRONG_SIZE,
                f'expected one value for each of {", ".join(self._names)}; '
                + (f'{", ".join(missing)} is missing' if missing else f'got {", ".join(names)}'),
            )
        return None if names == self._names else np.array([names.index(n) for n in self._names])


def _first_odd(values: Joints, names: tuple[str, ...]) -> str:
    row, column = np.argwhere(~np.isfinite(values))[0]
    return f'{names[column]}: expected a number, got {values[row, column]}'
