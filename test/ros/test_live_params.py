"""ROS parameters from a dataclass, over rclpy's own parameter machinery."""

from dataclasses import dataclass, replace

import pytest
from rclpy.node import Node
from rclpy.parameter import Parameter

from robot_dl.core.params import ParamError, Params, param
from robot_dl.ros.live_params import LiveParams, unknown_parameters


@dataclass(frozen=True)
class ToyParams(Params):
    """One parameter of each kind."""

    model: str = param('toy', 'Fixed.', fixed=True)
    rate: float = param(5.0, 'Fixed, a number.', low=0.0, high=100.0, fixed=True)
    frames: tuple[str, ...] = param((), 'Fixed, a list.', fixed=True)
    speed: str = param('slow', 'A choice.', choices=('slow', 'fast'))
    on: bool = param(True, 'A switch.')
    count: int = param(5, 'Open above.', low=1)
    share: float = param(0.5, 'Closed.', low=0.0, high=1.0)
    shift: float = param(0.0, 'Open below.', high=10.0)
    names: tuple[str, ...] = param((), 'Empty by default.')
    gains: tuple[float, ...] = param((1.0, 2.0), 'Numbers.', low=0.0)


DEFAULTS = ToyParams()


@pytest.fixture
def make(shared_session):
    """Return a function that makes a node from a command line, and its parameters."""
    nodes = []

    def make_params(*words, **options):
        cli = ['--ros-args', *words]
        nodes.append(Node('toy', context=shared_session.context, cli_args=cli))
        return nodes[-1], LiveParams(nodes[-1], ToyParams, **options)

    yield make_params
    for node in nodes:
        node.destroy_node()


def set_all(node, **values):
    """Set several parameters at once."""
    return node.set_parameters_atomically([Parameter(k, value=v) for k, v in values.items()])


def test_without_overrides_the_defaults_hold(make):
    node, live = make()
    assert live.value == DEFAULTS
    assert node.get_parameter('names').type_ == Parameter.Type.STRING_ARRAY
    assert list(node.get_parameter('gains').value) == [1.0, 2.0]


def test_descriptors_tell_range_choices_description_and_read_only(make):
    node, _ = make()
    model, speed, count, share, shift = (
        node.describe_parameter(n) for n in ('model', 'speed', 'count', 'share', 'shift')
    )
    assert model.read_only
    assert not share.read_only
    assert share.description == 'Closed.'
    assert speed.additional_constraints == 'One of slow, fast.'
    [closed], [low], [high] = (
        share.floating_point_range,
        count.integer_range,
        shift.floating_point_range,
    )
    assert (closed.from_value, closed.to_value) == (0.0, 1.0)
    assert (low.from_value, low.to_value) == (1, 2**63 - 1)
    assert (high.from_value, high.to_value) == (float('-inf'), 10.0)


@pytest.mark.parametrize(
    ('word', 'changes'),
    [
        ('share:=0.25', {'share': 0.25}),
        ('share:=1', {'share': 1.0}),
        ('names:=[]', {'names': ()}),
        ('names:=[a, b]', {'names': ('a', 'b')}),
        ('gains:=[]', {'gains': ()}),
        ('gains:=[1, 2]', {'gains': (1.0, 2.0)}),
        ('model:=other', {'model': 'other'}),
        ('rate:=10', {'rate': 10.0}),
        ('frames:=[]', {'frames': ()}),
        ('frames:=[map]', {'frames': ('map',)}),
        ('on:=false', {'on': False}),
        ('count:=9', {'count': 9}),
    ],
)
def test_the_command_line_overrides_defaults(make, word, changes):
    node, live = make('-p', word)
    assert live.value == replace(DEFAULTS, **changes)
    assert type(node.get_parameter('share').value) is float
    assert type(node.get_parameter('rate').value) is float
    assert node.get_parameter('frames').type_ == Parameter.Type.STRING_ARRAY
    assert node.describe_parameter('rate').read_only
    assert node.get_parameter('names').type_ == Parameter.Type.STRING_ARRAY
    assert node.get_parameter('gains').type_ == Parameter.Type.DOUBLE_ARRAY


def test_yaml_overrides_defaults(make, tmp_path):
    path = tmp_path / 'toy.yaml'
    path.write_text('/**:\n  ros__parameters:\n    names: []\n    share: 1\n    shift: -3.5\n')
    assert make('--params-file', str(path))[1].value == replace(DEFAULTS, share=1.0, shift=-3.5)


@pytest.mark.parametrize(
    ('word', 'reason'),
    [
        ('share:=1.5', 'share: .*out of range'),
        ('share:=.nan', 'share: '),
        ('share:=2', 'share: expected at most 1, got 2'),
        ('share:=high', "share: expected float, got 'high'"),
        ('shift:=.nan', 'shift: '),
        ('shift:=-.inf', 'shift: expected a finite number'),
        ('count:=2.5', 'count: expected int, got 2.5'),
        ('count:=true', 'count: expected int, got True'),
        ('on:=1', 'on: expected bool, got 1'),
        ('model:=7', 'model: expected string, got 7'),
        ('speed:=fest', "unknown value 'fest'. Did you mean 'fast'"),
        ('names:=[1, 2]', r'names: expected string list'),
        ('names:=a', "names: expected string list, got 'a'"),
        ("names:=['']", 'names: expected each name once and none empty'),
        ('names:=[a, b, a]', 'names: expected each name once'),
        ('gains:=[.nan]', 'gains: expected a finite number'),
        ('gains:=[-1.0]', 'gains: expected at least 0'),
    ],
)
def test_a_bad_override_is_refused_with_the_reason(make, word, reason):
    with pytest.raises(ParamError, match=reason):
        make('-p', word)


def test_a_request_is_accepted_as_a_whole_and_replaces_the_value(make):
    node, live = make()
    before = live.value
    assert set_all(node, share=1, names=['x'], count=3, on=False).successful
    assert live.value == replace(DEFAULTS, share=1.0, names=('x',), count=3, on=False)
    assert before == DEFAULTS
    assert set_all(node, names=[]).successful
    assert live.value.names == ()


@pytest.mark.parametrize(
    ('bad', 'reason'),
    [
        ({'share': 1.5}, 'share out of range'),
        ({'share': float('nan')}, 'share out of range'),
        ({'shift': float('-inf')}, 'shift: expected a finite number, got -inf'),
        ({'count': 0}, 'count out of range'),
        ({'speed': 'fest'}, "Did you mean 'fast'"),
        ({'names': [1]}, 'names: expected string list'),
        ({'names': ['a', '']}, 'names: expected each name once and none empty'),
        ({'names': ['a', 'a']}, 'names: expected each name once'),
        ({'rate': 7.0}, 'read-only parameter: rate'),
        ({'model': 'other'}, 'read-only parameter: model'),
    ],
)
def test_a_request_is_refused_as_a_whole_with_the_reason(make, bad, reason):
    node, live = make()
    result = set_all(node, **{'on': False, 'gains': [7.0], **bad})
    assert not result.successful
    assert reason in result.reason
    assert live.value == DEFAULTS
    assert node.get_parameter('on').value is True
    assert list(node.get_parameter('gains').value) == [1.0, 2.0]


def test_a_parameter_cannot_be_removed(make):
    node, live = make()
    assert not node.set_parameters([Parameter('share')])[0].successful
    assert live.value == DEFAULTS
    assert node.get_parameter('share').value == 0.5


def test_the_check_may_refuse_and_the_change_is_announced(make):
    def check(params):
        if 'wrong' in params.names:
            raise ParamError('names: no such thing')

    announced = []
    node, live = make(check=check, changed=announced.append)
    refused = set_all(node, names=['wrong'])
    assert (refused.successful, refused.reason) == (False, 'names: no such thing')
    assert announced == []
    assert set_all(node, names=['right']).successful
    assert announced == [live.value]


def test_parameters_of_others_are_none_of_its_business(make):
    node, live = make()
    node.declare_parameter('foreign', 1)
    assert set_all(node, foreign=2).successful
    assert live.value == DEFAULTS


def test_a_misspelt_parameter_is_named(make):
    node, _ = make('-p', 'shere:=0.1', '-p', 'count:=2', '-p', 'qos_overrides./x.depth:=1')
    [sentence] = unknown_parameters(node, ToyParams)
    assert "unknown parameter 'shere'. Did you mean 'share'" in sentence
