"""Topics of the detection node."""

from robot_dl.core.topics import MODEL_NODE_TOPICS, PUBLISHED, SUBSCRIBED, Topic

DETECTION_TOPICS = (
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
        'detections',
        'vision_msgs/msg/Detection2DArray',
        PUBLISHED,
        'reliable',
        "One array an image, empty if nothing is found, under the image's header.",
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
        'The image with boxes; drawn only while somebody subscribes.',
    ),
    *MODEL_NODE_TOPICS,
)
