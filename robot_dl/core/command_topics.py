"""Topics of every node that commands motion."""

from robot_dl.core.topics import (
    DIAGNOSTICS_TOPIC,
    PUBLISHED,
    SERVED,
    SUBSCRIBED,
    Topic,
    result_topic,
)

OUTPUT_TOPICS = (
    Topic(
        'joint_trajectory',
        'trajectory_msgs/msg/JointTrajectory',
        PUBLISHED,
        'reliable, depth 1',
        'Positions, one point at a time, for a joint_trajectory_controller.',
    ),
    Topic(
        'commands',
        'std_msgs/msg/Float64MultiArray',
        PUBLISHED,
        'reliable, depth 1',
        'Positions, velocities or efforts in the order of `joints`, for a forward controller.',
    ),
    Topic(
        'cmd_vel',
        'geometry_msgs/msg/Twist',
        PUBLISHED,
        'reliable, depth 1',
        'Velocity of a base; TwistStamped with `stamped`.',
    ),
)
"""Where commands go: to one of these, as the model and `output` say."""

COMMAND_NODE_TOPICS = (
    *OUTPUT_TOPICS,
    *(
        result_topic(f'~/shadow/{topic.name}', topic.type, 'With `dry_run`, the same instead.')
        for topic in OUTPUT_TOPICS
    ),
    Topic(
        'emergency_stop',
        'std_msgs/msg/Bool',
        SUBSCRIBED,
        'whatever is offered',
        'True stops the robot, and keeps the gate closed until false comes.',
    ),
    Topic(
        'heartbeat',
        'std_msgs/msg/Empty',
        SUBSCRIBED,
        'best effort',
        'With `heartbeat_timeout_s`: the robot is stopped when it does not come.',
    ),
    Topic(
        '~/gate_state',
        'diagnostic_msgs/msg/DiagnosticStatus',
        PUBLISHED,
        'reliable, transient local',
        'State of the command gate and why, and what was clipped or refused; on every change.',
    ),
    Topic(
        '~/enable',
        'std_srvs/srv/SetBool',
        SERVED,
        '',
        'Open the command gate, or close it and stop the robot; the model stays in memory.',
    ),
    DIAGNOSTICS_TOPIC,
)
"""What every node that commands motion has."""
