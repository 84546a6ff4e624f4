"""Topics of the classification node."""

from robot_dl.core.topics import MODEL_NODE_TOPICS, PUBLISHED, SUBSCRIBED, Topic

CLASSIFICATION_TOPICS = (
    Topic(
        'image',
        'sensor_msgs/msg/Image',
        SUBSCRIBED,
        'best effort, depth 1',
        'Camera image; any colour, mono or Bayer encoding.',
    ),
    Topic(
        'image/compressed',
        'sensor_msgs/msg/CompressedImage',
        SUBSCRIBED,
        'best effort, depth 1',
        'The same as JPEG or PNG, with `transport: compressed`.',
    ),
    Topic(
        'classification',
        'vision_msgs/msg/Classification',
        PUBLISHED,
        'reliable',
        "One message an image, best class first, under the image's header.",
    ),
    Topic(
        'label_info',
        'vision_msgs/msg/LabelInfo',
        PUBLISHED,
        'reliable, transient local',
        'Names of all classes the model knows.',
    ),
    Topic(
        '~/overlay',
        'sensor_msgs/msg/Image',
        PUBLISHED,
        'reliable',
        'The image with its classes; drawn only while somebody subscribes.',
    ),
    *MODEL_NODE_TOPICS,
)
