"""Which nodes a benchmark deploys, and the deployment file that says so."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from robot_dl.bringup.catalogue import NodeKind, node_kinds
from robot_dl.cli.benches.tasks import NODES
from robot_dl.core.topics import PUBLISHED, SUBSCRIBED

NODE = 'bench'
IMAGE, COMPRESSED = 'sensor_msgs/msg/Image', 'sensor_msgs/msg/CompressedImage'
TRANSPORTS = {'raw': IMAGE, 'compressed': COMPRESSED}
"""Type of the images for each value of the parameter `transport`."""


@dataclass(frozen=True)
class Station:
    """A node and its camera.

    Attributes:
        kind: What runs.
        namespace: Where, without slashes, e.g. 'front'.
        transport: One of `TRANSPORTS`.
    """

    kind: NodeKind
    namespace: str
    transport: str = 'raw'

    @property
    def name(self) -> str:
        """Name of the node in diagnostics, which is the full one without the first slash."""
        return f'{self.namespace}/{NODE}'

    @property
    def image(self) -> str:
        """Topic on which its camera publishes."""
        ending = '/compressed' if self.transport == 'compressed' else ''
        return f'/{self.namespace}/image_raw{ending}'

    @property
    def result(self) -> str:
        """Topic of its answers."""
        return f'/{self.namespace}/{_result(self.kind)[0]}'

    @property
    def result_type(self) -> str:
        """Type of its answers, e.g. 'vision_msgs/msg/Detection2DArray'."""
        return _result(self.kind)[1]


def detectors(namespaces: Iterable[str]) -> list[Station]:
    """Return one detection node for each camera."""
    return [Station(node_kinds()['detection_node'], name) for name in namespaces]


def all_that_see() -> list[Station]:
    """Return every kind of node that tells what images show, with each transport it knows.

    What commands motion takes images, too, if its model does, but its answers are no results.
    """
    kinds = [kind for kind in node_kinds().values() if not kind.commands_motion]
    return [station for kind in kinds for station in _of_each_transport(kind)]


def all_that_answer_a_camera() -> list[Station]:
    """Return those of `all_that_see` that need nothing besides images to answer."""
    calibrated = {node.executable for node in NODES.values() if node.is_calibrated}
    return [s for s in all_that_see() if s.kind.executable not in calibrated]


def deployment_text(stations: Iterable[Station], model: str, respawn: bool) -> str:
    """Return the deployment file.

    Args:
        stations: What runs.
        model: Name or folder of the detectors' model. Other kinds of nodes take their default.
        respawn: Whether a node that has ended is started again.
    """
    nodes = [_entry(station, model) for station in stations]
    text: str = yaml.safe_dump({'defaults': {'respawn': respawn}, 'nodes': nodes})
    return text


def _entry(station: Station, model: str) -> dict[str, object]:
    # One thread each, as in config/deployments/four_cameras.yaml.
    params: dict[str, object] = {'threads': 1, 'transport': station.transport}
    if station.kind.executable == 'detection_node':
        params['model'] = str(Path(model).resolve()) if Path(model).is_dir() else model
    return {
        'executable': station.kind.executable,
        'name': NODE,
        'namespace': station.namespace,
        'remap': {'image': f'/{station.namespace}/image_raw'},
        'params': params,
    }


def _of_each_transport(kind: NodeKind) -> Iterator[Station]:
    types = {topic.type for topic in kind.topics if topic.role == SUBSCRIBED}
    for transport, type_name in TRANSPORTS.items():
        if type_name in types and 'transport' in kind.parameter_names:
            yield Station(kind, f'{kind.executable}_{transport}', transport)


def _result(kind: NodeKind) -> tuple[str, str]:
    """Return name and type of what answers every image: by custom the first that is published."""
    return next((t.name, t.type) for t in kind.topics if t.role == PUBLISHED)
