"""From what is known of a policy to its card."""

from collections.abc import Mapping
from typing import Any

from robot_dl.cli.importing.draft import ASK, Guess, merged
from robot_dl.cli.importing.policies.policy_file import GRAPH, LATER, NOTE, PolicyFile
from robot_dl.engine.card import OF_A_POLICY
from robot_dl.engine.card_checks import CardError
from robot_dl.policy.spec import PolicySpec, term_of

KEYS = (
    'name task weights license description tensors policy.rate_hz policy.joints '
    'policy.default_positions policy.observation policy.history policy.order policy.history_start '
    'policy.normalisation policy.recurrent policy.action.kind policy.action.joints '
    'policy.action.axes policy.action.scale policy.action.offset policy.action.clip '
    'policy.action.table_kind policy.action.table policy.action policy.golden'
)
ORDER = KEYS.split()
"""The keys of a card in the order in which people read them."""

ASIDE = (ASK, LATER, NOTE, GRAPH)


def known_of(file: PolicyFile, given: Mapping[str, Guess]) -> dict[str, Guess]:
    """Return everything that can be said of a policy, by key of the card; what is given wins."""
    task = Guess(OF_A_POLICY, f'it is {file.kind}')
    known = merged([given, {'task': task}, file.draft])
    if _is_scaled_by_default(given, known):
        # The default positions are the offset already.
        known.pop('policy.action.offset', None)
    return known


def _is_scaled_by_default(given: Mapping[str, Guess], known: Mapping[str, Guess]) -> bool:
    kind = known.get('policy.action.kind')
    is_default = kind is not None and kind.value == 'joint_position_scaled'
    return is_default and 'policy.action.offset' not in given


def spec_of(known: Mapping[str, Guess]) -> PolicySpec:
    """Return what the card will say of observation and action.

    Raises:
        CardError: If that does not fit together; the message names joint, term or key.
    """
    return PolicySpec.from_card(card_values(known)['policy'])


def card_values(known: Mapping[str, Guess]) -> dict[str, Any]:
    """Return the content of model.yaml, in the usual order."""
    values: dict[str, Any] = {}
    for key in sorted((k for k in known if not k.startswith(ASIDE)), key=place):
        *parents, last = key.split('.')
        inner = values
        for parent in parents:
            inner = inner.setdefault(parent, {})
        if known[key].value is not None:
            inner[last] = known[key].value
    return values


def place(key: str) -> int:
    """Return where a key stands among the others."""
    found = (i for i, begin in enumerate(ORDER) if key == begin or key.startswith(f'{begin}.'))
    return next(found, len(ORDER))


def with_tensors(
    file: PolicyFile, known: Mapping[str, Guess], spec: PolicySpec
) -> dict[str, Guess]:
    """Return what is known, and the shape of each input of the graph.

    Raises:
        CardError: If the observation that was told is of another size than the graph takes.
    """
    if spec.has_image:
        raise CardError(
            'policy.observation: image: a policy that sees pictures is not imported; write its '
            'card by hand, with `input` for the picture (docs/policies.md)'
        )
    if file.size is not None and file.size != spec.size:
        raise CardError(wrong_size(file.size, spec))
    tensors = {s.name: [n or spec.size for n in s.shape] for s in file.inputs}
    reason = 'what the graph takes'
    return {**known, 'tensors': Guess(tensors, reason)}


def wrong_size(size: int, spec: PolicySpec) -> str:
    """Say which terms have how many numbers, and that these are not as many as are needed."""
    sizes = [(s.spec.term, term_of(s).size(s) * s.spec.history) for s in spec.scopes]
    told = ', '.join(f'{term} {count}' for term, count in sizes)
    return (
        f'the network takes {size} numbers, and the terms have {spec.size}: {told}. '
        'Is one missing, of other joints, or with a history?'
    )
