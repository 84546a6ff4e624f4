"""The names of a model's classes as `vision_msgs`."""

from collections.abc import Sequence

from std_msgs.msg import Header
from vision_msgs.msg import LabelInfo, VisionClass


def label_info_msg(labels: Sequence[str], threshold: float, header: Header) -> LabelInfo:
    """Return the table of class ids and names, with the least score that is published."""
    table = [VisionClass(class_id=i, class_name=name) for i, name in enumerate(labels)]
    return LabelInfo(header=header, class_map=table, threshold=float(threshold))
