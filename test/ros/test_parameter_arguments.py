"""What a deployment gives as parameters, as ROS's own parser reads it."""

import pytest
from rclpy.node import Node

from robot_dl.bringup.commands import yaml_text


@pytest.mark.parametrize(
    'value',
    [
        *('', 'a b', 'a: b', "it's", 'say "no"', '#1', 'é', 'a\\b', 'a:=b', '~', 'null', '1:30'),
        *('1e3', 'y', 'N', 'yes', 'on', '.5', '0x1F', '.nan'),
        *(1, -3, 1.0, 1.5, 1e-9, 1e22, True, False),
        *(['y', '1e3', 'mug'], [1.0, 2.5], ('a',)),
    ],
)
def test_values_are_read_as_they_were(shared_session, value):
    """A model called 1e3 came as a number, and a class called y as true."""
    options = {
        'context': shared_session.context,
        'cli_args': ['--ros-args', '-p', f'value:={yaml_text(value)}'],
        'automatically_declare_parameters_from_overrides': True,
    }
    node = Node('reads', **options)
    found = node.get_parameter('value').value
    node.destroy_node()
    is_list = isinstance(value, (list, tuple))
    assert (list(found) if is_list else found) == (list(value) if is_list else value)
    assert is_list or type(found) is type(value)
