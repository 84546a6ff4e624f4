"""The qualities of service that our topics use."""

from collections.abc import Iterable

from rclpy.qos import DurabilityPolicy, HistoryPolicy, QoSProfile, ReliabilityPolicy

# Best effort matches every publisher, and depth 1 lets the middleware drop old images while the
# model is busy, so latency does not grow.
NEWEST_IMAGE = QoSProfile(
    history=HistoryPolicy.KEEP_LAST, depth=1, reliability=ReliabilityPolicy.BEST_EFFORT
)

RESULTS = QoSProfile(
    history=HistoryPolicy.KEEP_LAST, depth=10, reliability=ReliabilityPolicy.RELIABLE
)

# Reliable so that RViz and rqt show it as they come; they ask for it by default.
PICTURE = QoSProfile(
    history=HistoryPolicy.KEEP_LAST, depth=1, reliability=ReliabilityPolicy.RELIABLE
)

# A reliable publisher serves best-effort subscribers too; the opposite is not true.
CAMERA = QoSProfile(
    history=HistoryPolicy.KEEP_LAST, depth=5, reliability=ReliabilityPolicy.RELIABLE
)

# Reliable, as controllers ask for it; and only the newest, for an old command is a wrong one.
COMMANDS = QoSProfile(
    history=HistoryPolicy.KEEP_LAST, depth=1, reliability=ReliabilityPolicy.RELIABLE
)

# What matches every publisher there is.
ANY_PUBLISHER = QoSProfile(
    history=HistoryPolicy.KEEP_LAST, depth=10, reliability=ReliabilityPolicy.BEST_EFFORT
)

LATCHED = QoSProfile(
    history=HistoryPolicy.KEEP_LAST,
    depth=1,
    reliability=ReliabilityPolicy.RELIABLE,
    durability=DurabilityPolicy.TRANSIENT_LOCAL,
)


def fitted(wish: QoSProfile, offers: Iterable[QoSProfile]) -> QoSProfile:
    """Return what a subscription can ask for so that every publisher matches.

    Asked is what is wished, except where a publisher offers less: reliable gives way to best
    effort, and transient local to volatile.
    """
    offered = list(offers)
    reliability, durability = wish.reliability, wish.durability
    if any(offer.reliability == ReliabilityPolicy.BEST_EFFORT for offer in offered):
        reliability = ReliabilityPolicy.BEST_EFFORT
    if any(offer.durability == DurabilityPolicy.VOLATILE for offer in offered):
        durability = DurabilityPolicy.VOLATILE
    return QoSProfile(
        history=wish.history,
        depth=wish.depth,
        reliability=reliability,
        durability=durability,
        deadline=wish.deadline,
        lifespan=wish.lifespan,
        liveliness=wish.liveliness,
        liveliness_lease_duration=wish.liveliness_lease_duration,
    )


def qos_in_words(qos: QoSProfile) -> str:
    """Return the policies that decide whether two ends match, e.g. 'reliable, volatile'."""
    words = [qos.reliability.name, qos.durability.name]
    if qos.deadline.nanoseconds and qos.deadline.nanoseconds < 10**15:
        words.append(f'deadline {qos.deadline.nanoseconds / 1e9:g} s')
    return ', '.join(words).lower().replace('_', ' ')
