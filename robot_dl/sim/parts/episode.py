"""How the episode of a control world stands."""

from typing import Any

from builtin_interfaces.msg import Time
from diagnostic_msgs.msg import DiagnosticStatus, KeyValue
from rclpy.node import Node

from robot_dl.ros.qos import LATCHED
from robot_dl.sim.params import SimParams
from robot_dl.sim.parts.part import Part
from robot_dl.sim.worlds.control import FAILED


class Episode(Part):
    """`truth/outcome`, whenever it changes."""

    needs = ('outcome',)

    def __init__(self, node: Node, params: SimParams) -> None:
        self._name, self._told = params.world, ''
        self._publisher = node.create_publisher(DiagnosticStatus, 'truth/outcome', LATCHED)

    def on_scene(self, world: Any, stamp: Time) -> None:
        """Tell that another episode waits for its first command."""
        self._told = ''
        self.on_state(world, stamp)

    def on_state(self, world: Any, stamp: Time) -> None:
        """Tell it, if it has changed."""
        outcome = world.outcome()
        if outcome.state == self._told:
            return
        self._told = outcome.state
        level = DiagnosticStatus.ERROR if outcome.state == FAILED else DiagnosticStatus.OK
        facts = [KeyValue(key=name, value=f'{value:.6g}') for name, value in outcome.facts.items()]
        self._publisher.publish(
            DiagnosticStatus(
                level=level,
                name=f'{self._name} {world.seed}',
                message=outcome.state,
                hardware_id=outcome.reason,
                values=facts,
            )
        )
