"""What the launch file of a node has: its arguments, and what they mean to the node."""

from collections.abc import Mapping
from dataclasses import dataclass

from robot_dl.bringup.catalogue import NodeKind, node_kinds
from robot_dl.bringup.view import FRAMES, View, is_drawn, view_of
from robot_dl.core.topics import SUBSCRIBED

Argument = tuple[str, str]
"""Default and meaning."""

TOPIC = 'Name of the topic `{}`.'
IMAGE = 'Topic of the camera; the compressed one is found beside it.'
NAMESPACE = 'Namespace of the node{}.'
USE_SIM_TIME = "true follows /clock instead of the machine's clock."
COMMON = {
    'params_file': ('', 'YAML file with the parameters of the node.'),
    'use_sim_time': ('', USE_SIM_TIME),
    'log_level': ('info', 'Least level to log: debug, info, warn, error or fatal.'),
}
RVIZ_ARGUMENTS = {
    'use_rviz': ('false', 'true opens RViz with what there is to see.'),
    'rviz_config': ('', 'An .rviz file of your own, shown as it is.'),
}
FLAGS = {
    'autostart': ('', 'false waits for a lifecycle manager.'),
    'stamped': ('', 'true for velocities as TwistStamped.'),
}
"""Parameters that are arguments, too, where a node has them; use_sim_time is one in every node."""
WORDS = {
    'world': ('', 'What is simulated.'),
    'target_frame': ('', 'Frame in which the results are given; empty takes that of the camera.'),
}
"""The same, for parameters that are text."""


@dataclass(frozen=True)
class NodeLaunch:
    """The launch file of one node.

    Attributes:
        kind: The node.
    """

    kind: NodeKind

    @property
    def executable(self) -> str:
        """What is run; also the name that the node gets."""
        return self.kind.executable

    @property
    def config(self) -> str:
        """Name of its parameter file, which is used unless `params_file` names another."""
        return f'{self.executable.removesuffix("_node")}.yaml'

    @property
    def arguments(self) -> Mapping[str, Argument]:
        """Default and meaning of each argument, by name."""
        topics = {
            argument: (topic, IMAGE if topic == 'image' else TOPIC.format(topic))
            for argument, topic in self.remappings.items()
        }
        frames = ' and '.join(name for name in FRAMES if name in self.kind.remappable)
        moves = f'; it moves {frames}, too' if frames else ''
        namespace = {'namespace': ('', NAMESPACE.format(moves))}
        flags = {name: FLAGS[name] for name in self.flags if name in FLAGS}
        words = {name: WORDS[name] for name in self.words}
        rviz = RVIZ_ARGUMENTS if is_drawn(self.kind) else {}
        return {**topics, **namespace, **COMMON, **flags, **words, **rviz}

    @property
    def remappings(self) -> Mapping[str, str]:
        """The topic of the node that each argument gives another name."""
        heard = [topic.name for topic in self.kind.topics if topic.role == SUBSCRIBED]
        own = [name for name in heard if not name.startswith('/') and name not in FRAMES]
        # The compressed topic follows the raw one.
        return {n.replace('/', '_'): n for n in own if not n.endswith('/compressed')}

    @property
    def flags(self) -> tuple[str, ...]:
        """Arguments that set a parameter of the same name, true or false, if they are given."""
        return tuple(n for n in ('use_sim_time', *FLAGS) if n in self.kind.parameter_names)

    @property
    def words(self) -> tuple[str, ...]:
        """Arguments that set a parameter of the same name to a text, if they are given."""
        return tuple(n for n in WORDS if n in self.kind.parameter_names)

    def view(self, namespace: str, given: Mapping[str, str]) -> View:
        """Return what there is to see of the node, with the arguments that it is given."""
        params = {name: given[name] for name in self.words if given.get(name)}
        return view_of(self.executable, namespace, params)


def launch_of(executable: str) -> NodeLaunch:
    """Return what the launch file of a node has."""
    return NodeLaunch(node_kinds()[executable])
