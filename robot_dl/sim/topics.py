"""Topics of the simulation node."""

from __future__ import annotations

from robot_dl.core.topics import PUBLISHED, Topic

LATCHED = 'reliable, transient local'

SIM_TOPICS = (
    Topic(
        'camera/image_raw',
        'sensor_msgs/msg/Image',
        PUBLISHED,
        'reliable, depth 5',
        'Colour image, rgb8, in `camera_optical_frame` (REP-103).',
    ),
    Topic(
        'camera/camera_info',
        'sensor_msgs/msg/CameraInfo',
        PUBLISHED,
        'reliable, depth 5',
        'Calibration, under the header of its image.',
    ),
    Topic(
        'camera/depth/image_raw',
        'sensor_msgs/msg/Image',
        PUBLISHED,
        'reliable, depth 5',
        'Depth along the optical axis, 32FC1 metres, NaN for none; drawn only while subscribed.',
    ),
    Topic(
        'camera/depth/camera_info',
        'sensor_msgs/msg/CameraInfo',
        PUBLISHED,
        'reliable, depth 5',
        'Calibration of the depth image: the same camera.',
    ),
    Topic(
        'truth/detections',
        'vision_msgs/msg/Detection2DArray',
        PUBLISHED,
        'reliable',
        'What is really in the image; score 0 marks objects too hidden or small to count.',
    ),
    Topic(
        'joint_states',
        'sensor_msgs/msg/JointState',
        PUBLISHED,
        'reliable',
        'Positions and velocities of the joints.',
    ),
    Topic(
        'tf',
        'tf2_msgs/msg/TFMessage',
        PUBLISHED,
        'reliable',
        'Frames that move; published before the image they belong to.',
    ),
    Topic(
        'tf_static',
        'tf2_msgs/msg/TFMessage',
        PUBLISHED,
        LATCHED,
        'Frames that stay; again when the scene changes.',
    ),
    Topic(
        'clock',
        'rosgraph_msgs/msg/Clock',
        PUBLISHED,
        'reliable',
        'Simulated time, with `publish_clock`.',
    ),
)
