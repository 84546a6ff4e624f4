"""Topics of the detection node."""

from robot_dl.core.topics import (
    IMAGE_TOPICS,
    LABEL_INFO_TOPIC,
    MODEL_NODE_TOPICS,
    overlay_topic,
    result_topic,
)

DETECTION_TOPICS = (
    *IMAGE_TOPICS,
    result_topic(
        'detections',
        'vision_msgs/msg/Detection2DArray',
        "One array an image, empty if nothing is found, under the image's header.",
    ),
    LABEL_INFO_TOPIC,
    overlay_topic('The image with boxes'),
    *MODEL_NODE_TOPICS,
)
