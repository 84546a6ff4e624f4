"""Topics of the segmentation nodes."""

from robot_dl.core.topics import (
    IMAGE_TOPICS,
    LABEL_INFO_TOPIC,
    MODEL_NODE_TOPICS,
    PUBLISHED,
    SUBSCRIBED,
    Topic,
    overlay_topic,
    result_topic,
)

SEGMENTATION_TOPICS = (
    *IMAGE_TOPICS,
    Topic(
        'camera_info',
        'sensor_msgs/msg/CameraInfo',
        SUBSCRIBED,
        'reliable, transient local',
        'Calibration of the rectified images, of their size and frame; heard only while somebody '
        'subscribes to free space.',
    ),
    result_topic(
        'mask',
        'sensor_msgs/msg/Image',
        "Class of each pixel, of the image's size, under its header: mono8, or mono16 above 255 "
        'classes.',
    ),
    result_topic(
        'confidence',
        'sensor_msgs/msg/Image',
        'Chance that the class is right, mono8, 255 for 1; computed only while somebody '
        'subscribes.',
    ),
    LABEL_INFO_TOPIC,
    overlay_topic('The image under the colours of its classes'),
    result_topic(
        'free_space',
        'nav_msgs/msg/OccupancyGrid',
        'The ground ahead: free, occupied or unknown; computed only while somebody subscribes.',
    ),
    result_topic(
        'free_space_scan',
        'sensor_msgs/msg/LaserScan',
        'Where the drivable ground ends, as of a lidar that stands on the ground below the '
        'camera; computed only while somebody subscribes.',
    ),
    Topic(
        'tf_static',
        'tf2_msgs/msg/TFMessage',
        PUBLISHED,
        'reliable, transient local',
        'Where `ground_frame` is below the camera, with `publish_ground_frame`.',
    ),
    *MODEL_NODE_TOPICS,
)

INSTANCE_SEGMENTATION_TOPICS = (
    *IMAGE_TOPICS,
    result_topic(
        'detections',
        'vision_msgs/msg/Detection2DArray',
        "One array an image, empty if nothing is found, under the image's header; `id` is the "
        'number that the object has in `mask`.',
    ),
    result_topic(
        'mask',
        'sensor_msgs/msg/Image',
        "Number of the object that each pixel shows, 0 for none: mono16, of the image's size, "
        'under its header.',
    ),
    LABEL_INFO_TOPIC,
    overlay_topic('The image under a colour for each object'),
    *MODEL_NODE_TOPICS,
)
