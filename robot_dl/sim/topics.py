"""Topics of the simulation node."""

from robot_dl.core.topics import PUBLISHED, Topic

SIM_TOPICS = (
    Topic(
        'camera/image_raw',
        'sensor_msgs/msg/Image',
        PUBLISHED,
        'reliable',
        'What the camera sees, rgb8, in its optical frame (REP-103).',
    ),
    Topic('camera/camera_info', 'sensor_msgs/msg/CameraInfo', PUBLISHED, 'reliable', 'Its lens.'),
    Topic(
        'camera/depth/image_raw',
        'sensor_msgs/msg/Image',
        PUBLISHED,
        'reliable',
        'Depth, 32FC1, metres (REP-118); drawn only while subscribed.',
    ),
    Topic(
        'camera/depth/camera_info',
        'sensor_msgs/msg/CameraInfo',
        PUBLISHED,
        'reliable',
        'The lens of the depth image.',
    ),
    Topic(
        'joint_states', 'sensor_msgs/msg/JointState', PUBLISHED, 'reliable', 'Joints of the world.'
    ),
    Topic('tf', 'tf2_msgs/msg/TFMessage', PUBLISHED, 'reliable', 'Frames that move.'),
    Topic(
        'tf_static',
        'tf2_msgs/msg/TFMessage',
        PUBLISHED,
        'reliable, transient local',
        'Frames that do not.',
    ),
    Topic(
        'clock',
        'rosgraph_msgs/msg/Clock',
        PUBLISHED,
        'best effort',
        'Simulated time, with `publish_clock`.',
    ),
    Topic(
        'truth/detections',
        'vision_msgs/msg/Detection2DArray',
        PUBLISHED,
        'reliable',
        'The objects really there; score 0 marks those too hidden to count.',
    ),
)
