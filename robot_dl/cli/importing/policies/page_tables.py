"""What docs/policies.md says of terms and actions, from where they are declared."""

import re

import numpy as np

from robot_dl.cli.markdown import table
from robot_dl.policy.action_spec import KINDS, ActionSpec
from robot_dl.policy.spec import PolicySpec
from robot_dl.policy.term_spec import TermSpec
from robot_dl.policy.terms import TERMS, Scope, Term
from robot_dl.policy.types import INPUT_OF, Readings

ADDED = {
    'nothing': '',
    'default': ', added to the default positions',
    'positions': ', added to where the joints are',
}


def policy_tables() -> dict[str, str]:
    """Return the tables by the name of their place."""
    terms = [
        [f'`{name}`', _size(term), _topics(term), _meaning(term)] for name, term in TERMS.items()
    ]
    kinds = [[f'`{name}`', kind.setpoint + ADDED[kind.adds_to]] for name, kind in KINDS.items()]
    return {
        'policy terms': table(['term', 'numbers', 'from', 'what it is'], terms),
        'policy actions': table(['`kind`', 'what is commanded'], kinds),
        **{
            f'keys of {name}': table(['key', 'meaning'], _keys(kind))
            for name, kind in (
                ('a policy', PolicySpec),
                ('a term', TermSpec),
                ('an action', ActionSpec),
            )
        },
    }


def _keys(kind: type) -> list[list[str]]:
    return [[f'`{name}`', text] for name, text in attributes(kind).items()]


def attributes(kind: type) -> dict[str, str]:
    """Return what the docstring of a class says of each of its attributes."""
    _, _, listed = (kind.__doc__ or '').partition('Attributes:\n')
    found = re.findall(r'^ {8}(\w+): (.*(?:\n {12}.*)*)', listed, re.MULTILINE)
    return {name: ' '.join(text.split()) for name, text in found}


def _size(term: Term) -> str:
    if term.of_joints:
        return 'one a joint'
    sizes = {term.size(Scope(TermSpec('command'), (), slice(0), np.empty(0), n)) for n in (1, 2)}
    return str(sizes.pop()) if len(sizes) == 1 else 'as many as an action'


def _topics(term: Term) -> str:
    return ', '.join(f'`{topic}`' for topic in dict.fromkeys(INPUT_OF[n] for n in term.needs))


def _meaning(term: Term) -> str:
    """Return the first sentence about a term: of its function, or of the reading that it is."""
    if term.value.__name__ == 'value':
        return attributes(Readings)[term.needs[0]]
    sentence = ' '.join((term.value.__doc__ or '').split()).partition('. ')[0].rstrip('.')
    return f'{sentence.removeprefix("Return ")[:1].upper()}{sentence.removeprefix("Return ")[1:]}.'
