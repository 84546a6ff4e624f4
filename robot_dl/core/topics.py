"""What a node subscribes, publishes and serves, stated once for docs and deployments."""

from dataclasses import dataclass

SUBSCRIBED, PUBLISHED, SERVED = 'subscribed', 'published', 'service'


@dataclass(frozen=True)
class Topic:
    """A topic or service of a node.

    Attributes:
        name: Its name before remapping: relative, or private with a leading '~/'.
        type: Message or service type, e.g. 'sensor_msgs/msg/Image'.
        role: SUBSCRIBED, PUBLISHED or SERVED.
        qos: Reliability and durability in words; empty for a service.
        doc: One sentence for people.
    """

    name: str
    type: str
    role: str
    qos: str
    doc: str


DIAGNOSTICS_TOPIC = Topic(
    '/diagnostics',
    'diagnostic_msgs/msg/DiagnosticArray',
    PUBLISHED,
    'reliable',
    'Rate, age of the images and where it went, dropped frames, what is wrong; once a second.',
)

MODEL_NODE_TOPICS = (
    Topic(
        '~/enable',
        'std_srvs/srv/SetBool',
        SERVED,
        '',
        'Stop and free the memory of the model, or start again; revives a node that gave up.',
    ),
    DIAGNOSTICS_TOPIC,
)
"""What every node with a model has."""

IMAGE_TOPICS = (
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
)
"""How images reach a node."""

LABEL_INFO_TOPIC = Topic(
    'label_info',
    'vision_msgs/msg/LabelInfo',
    PUBLISHED,
    'reliable, transient local',
    'Names of all classes the model knows.',
)


def result_topic(name: str, msg_type: str, doc: str) -> Topic:
    """Return a topic on which a node publishes what it has found."""
    return Topic(name, msg_type, PUBLISHED, 'reliable', doc)


def overlay_topic(doc: str) -> Topic:
    """Return the topic of the picture for people; `doc` begins the sentence about it."""
    return result_topic(
        '~/overlay', 'sensor_msgs/msg/Image', f'{doc}; drawn only while somebody subscribes.'
    )
