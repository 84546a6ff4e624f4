"""The keys of a deployment file: type and meaning of each. The JSON Schema is made from them."""

from dataclasses import dataclass
from typing import Any

from robot_dl.core.params import ParamError, ParamSpec

NAME = r'[A-Za-z_][A-Za-z0-9_]*'
NAMESPACE = rf'/?({NAME}(/{NAME})*)?'
TOPIC = rf'(~/|/)?{NAME}(/{NAME})*'
VARIABLE = r'[^=\x00]+'
TEXT = r'[^\x00]*'
FORMS = {VARIABLE: 'the name of a variable', TEXT: 'text without zero bytes'}
"""What a pattern stands for, if it is no name of ROS."""


@dataclass(frozen=True)
class Key:
    """One key of a mapping.

    Attributes:
        name: The key.
        kind: 'text', 'flag', 'mapping' or 'list'.
        doc: One sentence for people; editors show it.
        pattern: Regular expression that a text, or each value of a mapping, must match entirely.
        key_pattern: The same for the keys of a mapping.
        value_kinds: Types that the values of a mapping may have; empty allows all.
    """

    name: str
    kind: str
    doc: str
    pattern: str = ''
    value_kinds: tuple[type, ...] = ()
    key_pattern: str = ''


SHARED_KEYS = (
    Key('namespace', 'text', 'Namespace, such as front or /robot1/front.', NAMESPACE),
    Key('remap', 'mapping', 'New name of each topic or service that gets one.', TOPIC, (str,)),
    Key('params', 'mapping', 'Parameters; they win over those of params_file.'),
    Key('params_file', 'text', "ROS parameter file in this file's folder or below."),
    Key('respawn', 'flag', 'Start it again when it ends by itself.'),
    Key('env', 'mapping', 'Environment variables.', TEXT, (str, int), VARIABLE),
)
NODE_KEYS = (
    Key('executable', 'text', 'Executable of this package, such as detection_node.'),
    Key('name', 'text', 'Name in the ROS graph; the executable when not given.', NAME),
    *SHARED_KEYS,
)
ROOT_KEYS = (
    Key(
        'dds_profile', 'text', 'robot_dl (default), none, or a Fast DDS profile below this folder.'
    ),
    Key('defaults', 'mapping', 'What all nodes share unless they say otherwise.'),
    Key('nodes', 'list', 'The nodes, in the order in which they are started.'),
)

TYPES: dict[str, type] = {'text': str, 'flag': bool, 'mapping': dict, 'list': list}
JSON_TYPES = {'text': 'string', 'flag': 'boolean', 'mapping': 'object', 'list': 'array'}


def parameter_problem(spec: ParamSpec, value: Any) -> str:
    """Return why a value does not fit a parameter; empty if it does."""
    try:
        spec.check(value)
    except ParamError as error:
        return str(error)
    return ''
