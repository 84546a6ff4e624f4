"""The nodes that a demo can run: one file and one line in the table for each."""

from collections.abc import Mapping
from typing import Any

from robot_dl.cli.demos.parts.depth import DepthPart
from robot_dl.cli.demos.parts.detection import DetectionPart
from robot_dl.cli.demos.parts.detection3d import Detection3dPart
from robot_dl.cli.demos.parts.free_space import FreeSpacePart
from robot_dl.cli.demos.parts.instance_segmentation import InstanceSegmentationPart
from robot_dl.cli.demos.parts.part import Part
from robot_dl.cli.demos.parts.segmentation import SegmentationPart

PARTS: Mapping[str, type[Part[Any]]] = {
    part.name: part
    for part in (
        DetectionPart,
        SegmentationPart,
        InstanceSegmentationPart,
        DepthPart,
        Detection3dPart,
        FreeSpacePart,
    )
}
