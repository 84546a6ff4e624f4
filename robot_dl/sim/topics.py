"""Topics of the simulation node."""

from __future__ import annotations

from robot_dl.core.topics import PUBLISHED, SERVED, SUBSCRIBED, Topic, result_topic

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
        'Positions and velocities of the joints; efforts where there are motors to tell them.',
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
    Topic(
        '~/next_scene',
        'std_srvs/srv/Trigger',
        SERVED,
        '',
        'Show the world of the next seed at once; the answer says which.',
    ),
)
"""What every world has; worlds of joints have no `truth/` of pixels."""

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

CONTROL_TOPICS = (
    Topic(
        'commands',
        'std_msgs/msg/Float64MultiArray',
        SUBSCRIBED,
        'reliable',
        'Joints: one number for each, in the order of the controller, as '
        'forward_command_controller takes them.',
    ),
    Topic(
        'joint_trajectory',
        'trajectory_msgs/msg/JointTrajectory',
        SUBSCRIBED,
        'reliable',
        'Joints that take positions: points for all of them, by name, as '
        'joint_trajectory_controller takes them.',
    ),
    Topic(
        'gripper/commands',
        'std_msgs/msg/Float64MultiArray',
        SUBSCRIBED,
        'reliable',
        'Arm: how far each finger is to open, metres: one number.',
    ),
    Topic(
        'gripper/joint_trajectory',
        'trajectory_msgs/msg/JointTrajectory',
        SUBSCRIBED,
        'reliable',
        'Arm: points for `left_finger_joint`; the right finger follows.',
    ),
    Topic(
        'goal',
        'geometry_msgs/msg/PoseStamped',
        PUBLISHED,
        LATCHED,
        'Arm: where `tcp` is to go; again when the scene changes.',
    ),
    Topic(
        'robot_description',
        'std_msgs/msg/String',
        PUBLISHED,
        LATCHED,
        'Arm: its URDF.',
    ),
    Topic(
        'truth/outcome',
        'diagnostic_msgs/msg/DiagnosticStatus',
        PUBLISHED,
        LATCHED,
        'Joints: how the episode stands whenever that changes: `waiting` for the first command, '
        '`running`, `succeeded` or `failed`; with what was measured.',
    ),
    Topic(
        'truth/limit_breaches',
        'std_msgs/msg/UInt32',
        PUBLISHED,
        LATCHED,
        'Joints: how many commands since the start asked a joint for more than it can do.',
    ),
)
"""What worlds with joints have that are commanded; what is not for all says for which."""

SIM_TOPICS = (*WORLD_TOPICS, *OBJECT_TOPICS, *ROBOT_TOPICS, *CONTROL_TOPICS)
