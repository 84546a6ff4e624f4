"""Every subscription is served, however busy another one is."""

from std_msgs.msg import Empty

from robot_dl.ros.spinning import spin_for


def test_a_busy_topic_does_not_starve_a_quiet_one(session):
    """The doctor heard no diagnostics beside a camera that always had an image ready."""
    node, heard = session.node, {'busy': 0, 'quiet': 0}
    senders = {name: node.create_publisher(Empty, name, 1) for name in heard}

    def on_busy(msg):
        heard['busy'] += 1
        senders['busy'].publish(msg)

    def on_quiet(_):
        heard['quiet'] += 1

    node.create_subscription(Empty, 'busy', on_busy, 1)
    node.create_subscription(Empty, 'quiet', on_quiet, 1)
    for sender in senders.values():
        session.wait(sender.get_subscription_count, 'subscriber')
        sender.publish(Empty())
    spin_for(session.executor, 0.3)
    assert heard['busy'] > 3
    assert heard['quiet'] == 1
