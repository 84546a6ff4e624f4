"""Run a policy on what was recorded, with every reading and setpoint sent as a message."""

from robot_dl.cli.policy_checks.commands import Outputs
from robot_dl.cli.policy_checks.messages import Inputs
from robot_dl.core.command_params import GateParams
from robot_dl.core.motion import TWIST_AXES, Plan
from robot_dl.engine.card import ModelCard
from robot_dl.engine.engine import Engine
from robot_dl.policy.pipeline import Policy
from robot_dl.policy.types import Readings


class PolicyOverMessages(Policy):
    """A policy that hears readings and tells setpoints by messages only; see `Policy`."""

    def __init__(self, card: ModelCard, engine: Engine) -> None:
        """Fit card and graph together, and set up inputs and an output."""
        super().__init__(card, engine)
        self._inputs = Inputs(self.spec)
        self.lead_to(tuple(reversed(self.spec.action.joints)) or TWIST_AXES, GateParams())

    def lead_to(self, controller: tuple[str, ...], params: GateParams) -> None:
        """Command a controller with its own order of joints.

        Raises:
            ParamError: If its output cannot carry such setpoints.
        """
        self._outputs = Outputs(self.spec.action.motion.setpoint, controller, params)

    @property
    def topic(self) -> str:
        """Where commands go."""
        return str(self._outputs.topic)

    def decide(self, readings: Readings) -> Plan:
        """Return the plan that arrives; errors as for `Policy.decide`."""
        return self._outputs.through(super().decide(self._inputs.through(readings)))
