"""Topics of the simulation node."""

from __future__ import annotations

from robot_dl.core.topics import PUBLISHED, SUBSCRIBED, Topic, result_topic

LATCHED = 'reliable, transient local'

WORLD_TOPICS = (
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
    result_topic(
        'truth/mask',
        'sensor_msgs/msg/Image',
        'Class of each pixel of the image, mono8; drawn only while subscribed.',
    ),
    result_topic(
        'truth/instances',
        'sensor_msgs/msg/Image',
        'Number of the object that each pixel shows, mono16, 0 for none; the same.',
    ),
    Topic(
        'truth/label_info',
        'vision_msgs/msg/LabelInfo',
        PUBLISHED,
        LATCHED,
        'Names of the classes of `truth/mask`.',
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
"""What every world has."""

OBJECT_TOPICS = (
    result_topic(
        'truth/detections',
        'vision_msgs/msg/Detection2DArray',
        'Worlds of objects: what is really in the image; score 0 marks objects too hidden or '
        'small to count, `id` is the number in `truth/instances`.',
    ),
)
"""What worlds with boxes around objects have."""

ROBOT_TOPICS = (
    Topic(
        'cmd_vel',
        'geometry_msgs/msg/Twist',
        SUBSCRIBED,
        'reliable',
        'Robots: `linear.x` and `angular.z`; the robot stops 0.5 s after the last one. '
        '`geometry_msgs/msg/TwistStamped` with `stamped`.',
    ),
    result_topic(
        'odom',
        'nav_msgs/msg/Odometry',
        'Robots: what the wheels say, with drift: the pose in `odom`, where the robot started.',
    ),
    result_topic(
        'scan',
        'sensor_msgs/msg/LaserScan',
        'Robots: 360 beams in `laser` with every image (REP-117); measured only while subscribed.',
    ),
    Topic(
        'map',
        'nav_msgs/msg/OccupancyGrid',
        PUBLISHED,
        LATCHED,
        'Robots: the true map, without what moves; again when the scene changes.',
    ),
    result_topic(
        'truth/odom',
        'nav_msgs/msg/Odometry',
        'Robots: where the robot really is in `map`, and how it moves.',
    ),
    result_topic(
        'truth/collision',
        'std_msgs/msg/Bool',
        'Robots: whether anything has touched the robot since the last message.',
    ),
)
"""What worlds with a robot have."""

SIM_TOPICS = (*WORLD_TOPICS, *OBJECT_TOPICS, *ROBOT_TOPICS)
