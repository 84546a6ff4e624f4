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


MODEL_NODE_TOPICS = (
    Topic(
        '~/enable',
        'std_srvs/srv/SetBool',
        SERVED,
        '',
        'Stop and free the memory of the model, or start again; revives a node that gave up.',
    ),
    Topic(
        '/diagnostics',
        'diagnostic_msgs/msg/DiagnosticArray',
        PUBLISHED,
        'reliable',
        'Rate, age of the images and where it went, dropped frames, what is wrong; once a second.',
    ),
)
"""What every node with a model has."""
