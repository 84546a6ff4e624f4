"""Topics of the policy node."""

from robot_dl.core.command_topics import COMMAND_NODE_TOPICS
from robot_dl.core.topics import IMAGE_TOPICS, SUBSCRIBED, Topic

NEWEST = 'best effort, depth 1'

POLICY_TOPICS = (
    Topic(
        'joint_states',
        'sensor_msgs/msg/JointState',
        SUBSCRIBED,
        NEWEST,
        'Where the joints are; found by their names, in whatever order they come.',
    ),
    Topic('imu', 'sensor_msgs/msg/Imu', SUBSCRIBED, NEWEST, 'Orientation and rates of the base.'),
    Topic(
        'odom',
        'nav_msgs/msg/Odometry',
        SUBSCRIBED,
        NEWEST,
        'Pose of the base, and its velocity in its own axes.',
    ),
    Topic(
        'command',
        'geometry_msgs/msg/Twist',
        SUBSCRIBED,
        NEWEST,
        'What is asked of the base; TwistStamped with `stamped_command`.',
    ),
    Topic(
        'goal',
        'geometry_msgs/msg/PoseStamped',
        SUBSCRIBED,
        'reliable, transient local',
        'Where to go, fixed in the frame of its header; the newest one holds.',
    ),
    *IMAGE_TOPICS,
    Topic(
        'tf',
        'tf2_msgs/msg/TFMessage',
        SUBSCRIBED,
        'reliable',
        'For a goal: frames that move.',
    ),
    Topic(
        'tf_static',
        'tf2_msgs/msg/TFMessage',
        SUBSCRIBED,
        'reliable, transient local',
        'For a goal: frames that stay.',
    ),
    *COMMAND_NODE_TOPICS,
)
"""What the policy node subscribes, as far as its model needs it, publishes and serves."""
