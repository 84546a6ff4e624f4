"""Say when stamps and the node's clock do not belong together."""

from rclpy.node import Node

from robot_dl.ros.latency import Arrival

# Clocks that show less than this have not been set: 2001, in seconds since 1970.
WALL_NS = 10**9 * 10**9
# Beyond this a stamp is not old but from another clock.
STRANGE_AGE_NS = 10 * 10**9
# So far ahead of a simulation's clock a stamp can be, which goes by steps.
STRANGE_LEAD_NS = 5 * 10**8


def clock_complaint(node: Node) -> str:
    """Return what is wrong with the clock of a node; empty if nothing is."""
    if node.get_clock().ros_time_is_active and not node.count_publishers('/clock'):
        return 'use_sim_time is set, but nobody publishes /clock'
    return ''


def stamp_complaint(arrival: Arrival) -> str:
    """Return what is wrong with the stamp of a message; empty if nothing is."""
    if not arrival.stamp_ns:
        return 'stamps are zero: whoever publishes must fill in header.stamp'
    is_wall = arrival.stamp_ns >= WALL_NS
    if arrival.is_simulated and is_wall and arrival.now_ns < WALL_NS:
        return (
            f'stamps are of the wall clock, but use_sim_time is set and /clock shows '
            f'{arrival.now_ns / 1e9:.1f} s: use one clock for both'
        )
    if not arrival.is_simulated and not is_wall:
        return (
            f'stamps are of a simulation ({arrival.stamp_ns / 1e9:.1f} s), but the node lives '
            'by the wall clock: set use_sim_time:=true'
        )
    if -STRANGE_LEAD_NS <= arrival.age_ns <= STRANGE_AGE_NS:
        return ''
    side = 'behind' if arrival.age_ns > 0 else 'ahead of'
    return (
        f"stamps are {abs(arrival.age_ns) / 1e9:.1f} s {side} the node's clock: check the clocks "
        'of both machines; for a recording set use_sim_time:=true and play its /clock'
    )
