"""Topics of the depth node."""

from robot_dl.core.topics import (
    IMAGE_TOPICS,
    MODEL_NODE_TOPICS,
    SUBSCRIBED,
    Topic,
    overlay_topic,
    result_topic,
)

DEPTH_TOPICS = (
    *IMAGE_TOPICS,
    Topic(
        'camera_info',
        'sensor_msgs/msg/CameraInfo',
        SUBSCRIBED,
        'reliable, transient local',
        'Calibration of the images, once or with each of them: of their size and frame.',
    ),
    Topic(
        'reference_depth',
        'sensor_msgs/msg/Image',
        SUBSCRIBED,
        'best effort, depth 1',
        'With `align_to: depth`: depth of the same view, 16UC1 in millimetres or 32FC1 in metres.',
    ),
    Topic(
        'scan',
        'sensor_msgs/msg/LaserScan',
        SUBSCRIBED,
        'best effort, depth 1',
        'With `align_to: scan`: what a lidar measures, some of it in view.',
    ),
    Topic(
        'tf',
        'tf2_msgs/msg/TFMessage',
        SUBSCRIBED,
        'reliable',
        'With `align_to: scan`: where the lidar is, seen from the camera.',
    ),
    Topic(
        'tf_static',
        'tf2_msgs/msg/TFMessage',
        SUBSCRIBED,
        'reliable, transient local',
        'The same for what never moves.',
    ),
    result_topic(
        'depth/image',
        'sensor_msgs/msg/Image',
        "32FC1, metres along the optical axis, NaN where unknown, under the image's header; "
        'never from a relative model that is not aligned.',
    ),
    result_topic(
        'depth/camera_info',
        'sensor_msgs/msg/CameraInfo',
        'Calibration of `depth/image`, under the same header; once `camera_info` is known.',
    ),
    result_topic(
        'depth/confidence',
        'sensor_msgs/msg/Image',
        '32FC1, chance that the metres are within 10 % of the truth, 0 to 1; of models that tell '
        'it, computed only while somebody subscribes.',
    ),
    result_topic(
        'depth/points',
        'sensor_msgs/msg/PointCloud2',
        'A point for each pixel with its colour, NaN where unknown; computed only while somebody '
        'subscribes.',
    ),
    result_topic(
        'relative_depth/image',
        'sensor_msgs/msg/Image',
        '32FC1, of a relative model: greater is nearer, by an unknown scale and shift.',
    ),
    overlay_topic('Distances as colours, with a scale bar'),
    *MODEL_NODE_TOPICS,
)
