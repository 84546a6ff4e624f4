"""What is around the network: the same in training and on a robot."""

import numpy as np
from numpy.typing import NDArray

from robot_dl.core.motion import Plan
from robot_dl.policy.action import ActionReader
from robot_dl.policy.observer import Observation, Observer
from robot_dl.policy.spec import PolicySpec
from robot_dl.policy.types import Readings, Vector


class Loop:
    """From readings to observations, and from the network's outputs to plans.

    Attributes:
        spec: What the policy is.
        observer: Makes the observations.
        reader: Reads the actions.
    """

    def __init__(self, spec: PolicySpec) -> None:
        """Begin with no past.

        Args:
            spec: What the policy is.
        """
        self.spec = spec
        self.observer, self.reader = Observer(spec), ActionReader(spec)
        # One memory: the next observation shows the last action.
        self.reader.last_action = self.observer.memory.last_action

    def reset(self) -> None:
        """Forget the past, as at the beginning of an episode."""
        self.observer.reset()
        self.reader.reset()

    def observe(self, readings: Readings) -> Observation:
        """Return the observation [D]; errors as for `Observer`."""
        return self.observer(readings)

    def act(self, output: NDArray[np.float32], readings: Readings) -> Plan:
        """Return the plan for what the network returned at these readings."""
        return self.reader(output, readings)

    def act_by(self, actions: Vector, readings: Readings) -> Plan:
        """Return the plan for actions [T, A] that are squashed and clipped already."""
        return self.reader.plan(actions, readings)
