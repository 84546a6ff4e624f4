"""Topics of the node that finds the places of objects in space."""

from robot_dl.core.topics import DIAGNOSTICS_TOPIC, SERVED, SUBSCRIBED, Topic, result_topic

NEWEST = 'best effort, depth 1'
DETECTIONS, DEPTH, DEPTH_INFO = 'detections', 'depth/image', 'depth/camera_info'
CAMERA_INFO, MASK = 'camera_info', 'mask'

DETECTION3D_TOPICS = (
    Topic(
        DETECTIONS,
        'vision_msgs/msg/Detection2DArray',
        SUBSCRIBED,
        NEWEST,
        'Boxes in the image that the depth image is registered to.',
    ),
    Topic(
        DEPTH,
        'sensor_msgs/msg/Image',
        SUBSCRIBED,
        NEWEST,
        'Depth along the optical axis: 16UC1 millimetres or 32FC1 metres (REP-118).',
    ),
    Topic(
        DEPTH_INFO,
        'sensor_msgs/msg/CameraInfo',
        SUBSCRIBED,
        NEWEST,
        'Calibration of the depth image.',
    ),
    Topic(
        CAMERA_INFO,
        'sensor_msgs/msg/CameraInfo',
        SUBSCRIBED,
        'reliable, transient local',
        'Calibration of the image of the boxes, with `sizes_differ`; once or with each of them.',
    ),
    Topic(
        MASK,
        'sensor_msgs/msg/Image',
        SUBSCRIBED,
        NEWEST,
        'Which object each pixel shows, mono16, with `use_masks`.',
    ),
    Topic(
        'tf',
        'tf2_msgs/msg/TFMessage',
        SUBSCRIBED,
        'reliable, depth 100',
        'Where the camera is, with `target_frame`.',
    ),
    Topic(
        'tf_static',
        'tf2_msgs/msg/TFMessage',
        SUBSCRIBED,
        'reliable, transient local, depth 100',
        'The same, of frames that stay.',
    ),
    result_topic(
        'detections_3d',
        'vision_msgs/msg/Detection3DArray',
        'One array for each of `detections`, under its stamp, in metres.',
    ),
    result_topic(
        '~/markers',
        'visualization_msgs/msg/MarkerArray',
        'The same for RViz; made only while somebody subscribes.',
    ),
    Topic(
        '~/enable',
        'std_srvs/srv/SetBool',
        SERVED,
        '',
        'Stop, or start again; revives a node that gave up.',
    ),
    DIAGNOSTICS_TOPIC,
)
