"""Parameters: declared once, never bad."""

import math
from dataclasses import FrozenInstanceError, dataclass

import pytest

from robot_dl.core.params import ParamError, Params, param


@dataclass(frozen=True)
class Mixer(Params):
    speed: float = param(0.5, 'How fast.', low=0.0, high=1.0)
    bowls: int = param(2, 'How many.', low=1)
    mode: str = param('slow', 'How.', choices=('slow', 'fast'), fixed=True)
    tags: tuple[str, ...] = param((), 'Words.')
    gains: tuple[float, ...] = param((1.0,), 'Numbers.', low=0.0)
    lid: bool = param(True, 'Closed.')


def test_defaults_are_valid():
    assert Mixer().tags == ()


@pytest.mark.parametrize(
    ('values', 'words'),
    [
        ({'speed': 1.5}, 'speed: expected at most 1, got 1.5'),
        ({'speed': -1}, 'speed: expected at least 0, got -1'),
        ({'speed': math.nan}, 'speed: expected a finite number, got nan'),
        ({'speed': math.inf}, 'speed: expected a finite number, got inf'),
        ({'speed': '1'}, "speed: expected float, got '1'"),
        ({'speed': True}, 'speed: expected float, got True'),
        ({'bowls': 0}, 'bowls: expected at least 1, got 0'),
        ({'bowls': 1.0}, 'bowls: expected int, got 1.0'),
        ({'bowls': True}, 'bowls: expected int, got True'),
        ({'mode': 'fas'}, "mode: unknown value 'fas'. Did you mean 'fast'"),
        ({'tags': 'red'}, "tags: expected string list, got 'red'"),
        ({'tags': [1]}, r'tags: expected string list, got \[1\]'),
        ({'gains': [1.0, math.nan]}, 'gains: expected a finite number'),
        ({'gains': [True]}, 'gains: expected float list'),
        ({'lid': 1}, 'lid: expected bool, got 1'),
        ({'sped': 0.1}, "unknown parameter 'sped'. Did you mean 'speed'"),
    ],
)
def test_bad_values_are_refused_with_the_reason(values, words):
    with pytest.raises(ParamError, match=words):
        Mixer.from_dict(values)


def test_whole_numbers_and_lists_are_taken_in_the_declared_type():
    mixer = Mixer.from_dict({'speed': 1, 'tags': ['a', 'b'], 'gains': [2]})
    assert (mixer.speed, mixer.tags, mixer.gains) == (1.0, ('a', 'b'), (2.0,))
    assert isinstance(mixer.speed, float)


def test_replacing_leaves_the_original_alone():
    before = Mixer()
    after = before.replace(bowls=7)
    assert (before.bowls, after.bowls) == (2, 7)
    with pytest.raises(FrozenInstanceError):
        before.bowls = 3


def test_specs_carry_what_a_node_declares():
    speed = Mixer.specs()[0]
    assert (speed.name, speed.kind, speed.default, speed.doc) == ('speed', float, 0.5, 'How fast.')
    assert (speed.low, speed.high, speed.fixed) == (0.0, 1.0, False)
    assert [s.name for s in Mixer.specs() if s.fixed] == ['mode']


def test_a_field_without_param_is_our_own_mistake():
    @dataclass(frozen=True)
    class Wrong(Params):
        speed: float = 1.0

    with pytest.raises(TypeError, match='speed: declare it'):
        Wrong()
