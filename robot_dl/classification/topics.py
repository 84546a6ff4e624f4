"""Topics of the classification node."""

from robot_dl.core.topics import (
    IMAGE_TOPICS,
    LABEL_INFO_TOPIC,
    MODEL_NODE_TOPICS,
    overlay_topic,
    result_topic,
)

CLASSIFICATION_TOPICS = (
    *IMAGE_TOPICS,
    result_topic(
        'classification',
        'vision_msgs/msg/Classification',
        "One message an image, best class first, under the image's header.",
    ),
    LABEL_INFO_TOPIC,
    overlay_topic('The image with its classes'),
    *MODEL_NODE_TOPICS,
)
