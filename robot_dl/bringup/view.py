"""What RViz shows of some nodes: the bundled files, with the names that the nodes really have.

Names in an .rviz file are fixed. Relative ones, and RViz in the node's namespace, would do for
an image. But image_transport forms the name of a camera_info with a leading slash (from Humble
to Kilted), so that a cloud would seek it outside of the namespace; and no namespace fits two
nodes. So the real names are put in here, and RViz runs in the root namespace.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from robot_dl.bringup.catalogue import NodeKind, node_kinds
from robot_dl.bringup.commands import added_variables
from robot_dl.bringup.deployment import Deployment, NodeSpec
from robot_dl.core.share import share_file
from robot_dl.core.topics import PUBLISHED

# What RViz itself has a display for, without anybody's plugin.
DRAWN = {
    'geometry_msgs/msg/PoseStamped',
    'nav_msgs/msg/OccupancyGrid',
    'nav_msgs/msg/Path',
    'sensor_msgs/msg/Image',
    'sensor_msgs/msg/PointCloud2',
    'visualization_msgs/msg/MarkerArray',
}
FRAMES = ('tf', 'tf_static')
VARIANTS = {('sim_node', 'world', world): f'sim_{world}' for world in ('rooms', 'arm', 'balance')}
"""Executable, parameter and value: the file of a node that has other things to show then."""

Values = Mapping[str, Any]


@dataclass(frozen=True)
class View:
    """What RViz shows of some nodes, of which not each has something to show."""

    nodes: tuple[NodeSpec, ...]

    @property
    def remap(self) -> dict[str, str]:
        """The names of RViz's /tf and /tf_static where a namespace has moved those of the nodes.

        RViz knows one tree of frames. Where the nodes publish more than one it keeps /tf: the
        frames of one robot must not place what another one sees.
        """
        trees = {tuple(resolved(node, n) for n in FRAMES) for node in _with_frames(self.nodes)}
        if len(trees) != 1:
            return {}
        return dict(zip((f'/{name}' for name in FRAMES), trees.pop(), strict=True))

    @property
    def use_sim_time(self) -> bool:
        """Whether a node has been told to follow /clock: then RViz must do so, too."""
        return any(node.params.get('use_sim_time') is True for node in self.nodes)

    def text(self) -> str:
        """Return the content of an .rviz file.

        Raises:
            ValueError: If none of the nodes has anything to show.
        """
        shown = [node for node in self.nodes if is_drawn(node.kind)]
        if not shown:
            names = ', '.join(node.full_name for node in self.nodes)
            raise ValueError(f'none of these nodes publishes anything that RViz draws: {names}')
        main = next(filter(_gives_frames, shown), shown[0])
        content = _content(main)
        if frame := main.params.get('target_frame'):
            content['Visualization Manager']['Global Options']['Fixed Frame'] = frame
        content['Visualization Manager']['Displays'] = _displays(shown)
        if len(shown) > 1:
            # It places the displays of one node, by the names that these have in its file.
            del content['Window Geometry']['QMainWindow State']
        return yaml.safe_dump(content, sort_keys=False)


def view_of(executable: str, namespace: str, params: Values | None = None) -> View:
    """Return what there is to see of one node under its usual name, with some parameters."""
    node = NodeSpec(
        kind=node_kinds()[executable],
        name=executable,
        namespace='/' + namespace.strip('/'),
        remap={},
        params=dict(params or {}),
        params_file=None,
        respawn=False,
        env={},
        line=0,
    )
    return View((node,))


def shared_variables(deployment: Deployment, profile_variable: str) -> dict[str, str]:
    """Return what the environments of all nodes of a deployment have beyond that of the launch.

    RViz needs it, too, to hear them: the middleware, the domain, the Fast DDS profile.
    """
    each = [added_variables(deployment, n, profile_variable).items() for n in deployment.nodes]
    return dict(set(each[0]).intersection(*each[1:]))


def is_drawn(kind: NodeKind) -> bool:
    """Tell whether such a node publishes anything that RViz draws."""
    return any(topic.role == PUBLISHED and topic.type in DRAWN for topic in kind.topics)


def view_file(kind: NodeKind, params: Values | None = None) -> str:
    """Return the path of the .rviz file for a node, below the share folder."""
    name = kind.executable.removesuffix('_node')
    for (executable, key, value), variant in VARIANTS.items():
        if executable == kind.executable and (params or {}).get(key) == value:
            name = variant
    return f'config/rviz/{name}.rviz'


def resolved(node: NodeSpec, topic: str) -> str:
    """Return the full name of a topic of a node, e.g. '/front/detection_node/overlay'."""
    name = node.remap.get(topic, topic)
    if name.startswith('~'):
        return node.full_name + name[1:]
    return name if name.startswith('/') else f'{node.namespace.rstrip("/")}/{name}'


def _gives_frames(node: NodeSpec) -> bool:
    published = {topic.name for topic in node.kind.topics if topic.role == PUBLISHED}
    return published.issuperset(FRAMES)


def _with_frames(nodes: tuple[NodeSpec, ...] | list[NodeSpec]) -> list[NodeSpec]:
    names = [{topic.name for topic in node.kind.topics} for node in nodes]
    return [n for n, topics in zip(nodes, names, strict=True) if topics.issuperset(FRAMES)]


def _content(node: NodeSpec) -> dict[str, Any]:
    path = share_file(view_file(node.kind, node.params))
    content: dict[str, Any] = yaml.safe_load(path.read_text('utf-8'))
    return content


def _displays(nodes: list[NodeSpec]) -> list[Values]:
    """Return the displays of all nodes; those without a topic, such as the grid, stand once."""
    found: list[Values] = []
    for node in nodes:
        for display in _content(node)['Visualization Manager']['Displays']:
            placed = _placed(display, node)
            if len(nodes) > 1 and placed != display:
                placed = {**placed, 'Name': f'{node.full_name} {display["Name"]}'}
            found += [placed] if placed not in found else []
    return found


def _placed(display: Values, node: NodeSpec) -> Values:
    """Return a display with the names of this node."""
    # In the file they stand as they are for a node of the usual name in the root namespace.
    topics = {t.name.replace('~', node.kind.executable): t.name for t in node.kind.topics}
    return {
        key: _renamed(value, lambda name: resolved(node, topics[name]))
        if key.endswith('Topic')
        else value
        for key, value in display.items()
    }


def _renamed(value: Any, rename: Callable[[str], str]) -> Any:
    """Return a property that is a topic, or has one as its value, with the new name."""
    return {**value, 'Value': rename(value['Value'])} if isinstance(value, dict) else rename(value)
