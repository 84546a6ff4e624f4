"""What cannot be known from the file of a policy, and how to ask for it: everything at once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from robot_dl.cli.importing.draft import ASK, Guess
from robot_dl.cli.importing.policies.policy_file import LATER, PolicyFile
from robot_dl.engine.card_checks import CardError
from robot_dl.policy.action_spec import DISCRETE, KINDS
from robot_dl.policy.terms import TERMS

Known = Mapping[str, Guess]


@dataclass(frozen=True)
class Question:
    """Something to ask for.

    Attributes:
        key: The key of the card that it fills.
        option: What to give.
        example: A value for it.
        why: Returns the reason why it has to be asked for.
        is_needed: Tells whether such a policy has it at all.
    """

    key: str
    option: str
    example: str
    why: Callable[[PolicyFile], str]
    is_needed: Callable[[Known], bool] = lambda known: True


def _observation(file: PolicyFile) -> str:
    size = (
        'the observation' if file.size is None else f'the {file.size} numbers of the observation'
    )
    names = ', '.join(TERMS)
    return f'what {size} are, in their order (more in YAML, --policy F). Of\n      {names}'


def _scale(file: PolicyFile) -> str:
    range_ = ''
    if (low := file.draft.get('graph.low')) and (high := file.draft.get('graph.high')):
        range_ = f' (they go from {_ends(low.value)} to {_ends(high.value)})'
    return (
        f'by what an action is multiplied to be rad, rad/s, Nm or m/s{range_}; one number, or each'
    )


def _ends(values: list[float]) -> str:
    return f'{values[0]:g}' if len(set(values)) == 1 else ', '.join(f'{v:g}' for v in values)


def _kind(file: PolicyFile) -> str:
    count = '' if file.actions is None else f'{file.actions} '
    return f'what the {count}actions are: {", ".join(KINDS)}'


def _table(file: PolicyFile) -> str:
    return f'what each of its {file.actions or ""} choices means: a row of numbers for each'


def kind_of(known: Known) -> str:
    """Return the kind of action, or that of the rows that it chooses from; empty if unknown."""
    for key in ('policy.action.table_kind', 'policy.action.kind'):
        if key in known and known[key].value != DISCRETE:
            return str(known[key].value)
    return ''


def _is_discrete(known: Known) -> bool:
    return 'policy.action.kind' in known and known['policy.action.kind'].value == DISCRETE


def _terms(known: Known) -> list[str]:
    listed = known['policy.observation'].value if 'policy.observation' in known else []
    found = [t.get('term') if isinstance(t, dict) else t for t in listed if listed]
    return [str(term) for term in found]


def _has_joints(known: Known) -> bool:
    seen = [TERMS[t].of_joints for t in _terms(known) if t in TERMS]
    return kind_of(known) != 'twist' or any(seen)


def _needs_rest(known: Known) -> bool:
    seen = [TERMS[t].needs_default for t in _terms(known) if t in TERMS]
    return any(seen) or kind_of(known) == 'joint_position_scaled'


QUESTIONS = (
    Question(
        'policy.joints',
        '--joints',
        'joint1,joint2,…',
        lambda file: "the names of the robot's joints, in the order of the training",
        _has_joints,
    ),
    Question('policy.rate_hz', '--rate', '50', lambda file: 'how many actions a second it gave'),
    Question('policy.observation', '--observation', 'joint_position,…', _observation),
    Question('policy.action.kind', '--action', 'joint_position', _kind),
    Question(
        'policy.action.scale', '--action-scale', '1', _scale, lambda known: not _is_discrete(known)
    ),
    Question('policy.action.table', '--table', "'[[-10], [10]]'", _table, _is_discrete),
    Question(
        'policy.action.table_kind',
        '--table-kind',
        'joint_effort',
        lambda file: 'what kind of action the rows of the table are',
        _is_discrete,
    ),
    Question(
        'policy.default_positions',
        '--default-positions',
        '0,…',
        lambda file: 'where the joints rest, to which positions are relative: rad or m',
        _needs_rest,
    ),
    Question('license', '--license', '…', lambda file: 'the licence of the weights (SPDX)'),
)
"""Everything that the card of a policy needs and that a file may not tell."""

OPTION_OF = {
    'policy.normalisation': '--normalisation',
    'policy.action.output': '--policy F with action: {output: …}, here',
    'graph.activation': '--activation',
    'graph.low': '--action-low',
    'graph.high': '--action-high',
}
"""The options for what only some files have to be asked for."""


def missing(file: PolicyFile, known: Known) -> list[tuple[str, str, str]]:
    """Return option, example and reason of everything that has to be asked for."""
    asked = {
        key.removeprefix(ASK): guess
        for key, guess in known.items()
        if key.startswith(ASK) and key.removeprefix(ASK) not in known
    }
    found = []
    for question in QUESTIONS:
        key = question.key
        if key in known or LATER + key in known or not question.is_needed(known):
            continue
        special = asked.pop(key, None)
        why = special.reason if special else question.why(file)
        found.append((question.option, question.example, why))
    return found + [(OPTION_OF[key], str(g.value), g.reason) for key, g in asked.items()]


def refuse_gaps(file: PolicyFile, known: Known) -> None:
    """Check that nothing has to be asked for.

    Raises:
        CardError: If something has; the message says what, why, and what to type.
    """
    asked = missing(file, known)
    if not asked:
        return
    lines = [f'  {option}: {why}' for option, _, why in asked]
    answers = ' '.join(
        f'{option}={example}' for option, example, _ in asked if ' F ' not in option
    )
    raise CardError(
        f'recognised as {file.kind}.\nThe file does not tell everything; please give\n'
        + '\n'.join(lines)
        + f'\nAdd to the command: {answers}'
    )
