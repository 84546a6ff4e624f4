"""The node that moves a robot by a learned policy."""

import time
from collections.abc import Mapping
from typing import Any

from robot_dl.core.motion import TWIST_AXES
from robot_dl.core.params import ParamError
from robot_dl.core.transforms import NoTransformError
from robot_dl.policy.pacing import Pace, timeout_problem
from robot_dl.policy.params import STOP, PolicyParams
from robot_dl.policy.pipeline import Policy, spec_of
from robot_dl.policy.types import LEADS, ReadingError
from robot_dl.ros.command_node import CommandNode
from robot_dl.ros.diagnostics import LoadedModel
from robot_dl.ros.goals import GOAL, Goals
from robot_dl.ros.lead import Lead
from robot_dl.ros.main import run
from robot_dl.ros.motion import Motion
from robot_dl.ros.qos import NEWEST_IMAGE
from robot_dl.ros.sensing import COMMAND, Sensing, stamp_of
from robot_dl.ros.tally import Tally

LOG_PERIOD_S = 5.0
NO_LEAD = 'nothing tells when to decide'


class PolicyNode(CommandNode):
    """Decides what to do when its leading input tells something new, and sends it to the gate.

    It subscribes what the model needs, and nothing else. The leading input is answered in a
    thread of its own, so that whatever hangs there keeps nobody from stopping the robot.
    """

    Params = PolicyParams

    goals: Goals | None = None
    lead: Lead | None = None

    def __init__(self, **options: Any) -> None:
        self.tally = Tally()
        super().__init__('policy_node', **options)

    def announce(self) -> None:
        """Ask for what the model needs."""
        params = self.params
        self.spec = spec_of(params.model)
        self.sensing = Sensing(self.spec.joints, self.spec.needs, params)
        self.goals = Goals(self, self.spec.frames, params.tf_timeout_s)
        self.pace = Pace(self.spec.decision_period_ns)
        self.watched = self._watched()
        if not self.spec.lead:
            raise ParamError(f'model: {params.model} needs none of {", ".join(LEADS)}: {NO_LEAD}')
        for topic in self.spec.inputs:
            if topic not in (self.spec.lead, GOAL):
                self._hear(topic)

    def load(self) -> None:
        """Open the model and the gate, and listen to what leads."""
        p, spec = self.params, self.spec
        self._check_timeout()
        self.policy = Policy.open(
            p.model,
            p.device,
            p.require_accelerator,
            p.threads or int(not spec.has_image),
            p.half,
            announce=lambda sentence: self.get_logger().info(sentence),
        )
        engine = self.policy.engine
        self.loaded = LoadedModel(self.policy.card.name, p.device, engine.provider, engine.notice)
        names = spec.action.joints or TWIST_AXES
        self.command(spec.action.motion.setpoint, names, self.watched)
        self.epoch = 0
        msg_type, ending = self.sensing.msg_type(spec.lead), self.sensing.ending(spec.lead)
        self.lead = Lead(self, msg_type, spec.lead, ending, self.on_lead, self.report_exception)

    def wake(self) -> None:
        """Begin to work. Called on activate."""
        super().wake()
        if self.lead:
            self.lead.start()

    def attend(self) -> None:
        """Listen to the goal and to frames, if they are needed."""
        if self.goals:
            self.goals.open()

    def ignore(self) -> None:
        """Stop that."""
        if self.goals:
            self.goals.close()

    def rest(self) -> None:
        """Stop the robot, and then to listen. Called on deactivate."""
        super().rest()
        if self.lead:
            self.lead.stop()

    def unequip(self) -> None:
        """Stop the robot, and drop the model."""
        self._end_motion('the node was cleaned up')
        if self.lead:
            self.lead.close()
        super().unequip()

    def enable(self) -> tuple[bool, str]:
        """Open the gate, if all is known that the policy needs."""
        if self.lead and self.state == 'active' and (problem := self._problem()):
            return False, problem
        return super().enable()

    def on_lead(self, msg: Any) -> None:
        """Take what the leading input tells, and decide if it is time to. In its own thread."""
        spec, motion, stamp_ns = self.spec, self.motion, stamp_of(msg)
        values = self._take(spec.lead, msg)
        if motion is None or values is None or stamp_ns is None:
            return
        motion.saw(spec.lead, stamp_ns)
        if 'joint_positions' in values:
            positions, velocities = values['joint_positions'], values.get('joint_velocities')
            motion.measured(spec.joints, positions, velocities)
        if self.epoch != motion.epoch:
            self.epoch = motion.epoch
            self.policy.reset()
            self.pace.reset()
        if self.pace.is_due(stamp_ns) and motion.is_open:
            self.decide(motion, stamp_ns)

    def decide(self, motion: Motion, stamp_ns: int) -> None:
        """Ask the policy what to do, from a stamp on, and tell the gate."""
        began_s, epoch = time.perf_counter(), self.epoch
        try:
            readings = self.sensing.readings(stamp_ns, self.goals.at(stamp_ns))
            plan = self.policy.decide(readings)
        except NoTransformError as error:
            self.tally.count('decisions_without_transform')
            self._warn(f'cannot tell where the goal is: {error}')
            return
        except ReadingError as error:
            self._refuse(error)
            return
        # What was asked for before a stop must not move the robot after it was enabled again.
        if epoch == motion.epoch:
            motion.decide(plan)
        self.tally.add(time.perf_counter() - began_s)

    def on_other(self, topic: str, msg: Any) -> None:
        """Keep what another input tells."""
        if self._take(topic, msg) is not None and self.motion and topic in self.watched:
            self.motion.saw(topic, stamp_of(msg))

    def complaint(self) -> str:
        """Say what of the inputs cannot be used, and which is too slow."""
        if not self.lead:
            return ''
        timeout_s, slow = self.params.input_timeout_s, self.pace.complaint()
        sentences = (
            self._problem(),
            self.lead.silence(timeout_s),
            self.goals.silence(timeout_s),
            slow and f'{self.spec.lead}: {slow}',
        )
        return '; '.join(filter(None, sentences))

    def details(self) -> Mapping[str, str]:
        """Tell how often the policy decides, and how long it takes."""
        return self.tally.details()

    def _hear(self, topic: str) -> None:
        """Subscribe what does not lead."""
        sensing = self.sensing

        def hear(msg: Any) -> None:
            self.on_other(topic, msg)

        self._ears.add(sensing.msg_type(topic), topic, hear, NEWEST_IMAGE, sensing.ending(topic))

    def _take(self, topic: str, msg: Any) -> Any:
        """Return what a message tells; None, with the robot stopped, if it cannot be used."""
        try:
            return self.sensing.take(topic, msg)
        except ReadingError as error:
            self._refuse(error)
            return None

    def _refuse(self, error: ReadingError) -> None:
        self.tally.count('refused_readings')
        if self.motion is not None:
            self.motion.fault(str(error))
        self._warn(str(error))

    def _warn(self, sentence: str) -> None:
        self.get_logger().warning(sentence, throttle_duration_sec=LOG_PERIOD_S)

    def _watched(self) -> tuple[str, ...]:
        """Return the inputs that must stay fresh: a goal holds until the next."""
        kept = () if self.params.stale_command == STOP else (COMMAND,)
        return tuple(name for name in self.spec.inputs if name not in (GOAL, *kept))

    def _problem(self) -> str:
        """Return why the newest readings cannot be used; empty if they can."""
        problems = [*self.sensing.problems.copy().values(), self.goals.problem()]
        return '; '.join(filter(None, problems))

    def _check_timeout(self) -> None:
        """Refuse a watchdog that would bite between two decisions."""
        if problem := timeout_problem(self.spec.decision_period_ns, self.params.command_timeout_s):
            raise ParamError(problem)


def main() -> int:
    """Run the node; returns the process's exit code."""
    return run(PolicyNode)


if __name__ == '__main__':
    raise SystemExit(main())
