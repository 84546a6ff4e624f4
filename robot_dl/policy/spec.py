"""What observations and actions of a policy are: the part `policy` of its model card."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np

from robot_dl.core.names import choose, unknown_name
from robot_dl.engine.card_checks import CardError, built, mapping, numbers, one_of, short
from robot_dl.policy.action_spec import ActionSpec
from robot_dl.policy.card_values import names, spread, whole
from robot_dl.policy.normalisation import Normalisation
from robot_dl.policy.term_spec import MOST_HISTORY, ORDERS, STARTS, TermSpec
from robot_dl.policy.terms import TERMS, Scope, Term
from robot_dl.policy.types import INPUT_OF, LEADS

GREATEST_RATE_HZ = 10_000.0


@dataclass(frozen=True)
class PolicySpec:
    """What goes into a policy and what comes out.

    Attributes:
        rate_hz: How many actions a second it gives.
        observation: The terms, in the order of the network's input.
        action: What the network returns.
        joints: The joints that it knows, in its own order.
        default_positions: Where these rest [J], rad or m; empty if no term and no action asks.
        normalisation: How the observation is normalised; None for not at all.
        recurrent: Which output of the graph becomes which input of the next run, as
            {input: output}; the inputs begin as zeros.
        history: How many of the latest observations, as a whole, the network sees.
        order: Which of them comes first.
        history_start: What a history holds before there is one: the first value again and again
            ('repeat'), or 'zeros'.
        golden: File of golden vectors beside the card; empty for none.
    """

    rate_hz: float
    observation: tuple[TermSpec, ...]
    action: ActionSpec
    joints: tuple[str, ...] = ()
    default_positions: tuple[float, ...] = ()
    normalisation: Normalisation | None = None
    recurrent: Mapping[str, str] = field(default_factory=dict)
    history: int = 1
    order: str = ORDERS[0]
    history_start: str = STARTS[0]
    golden: str = ''

    def __post_init__(self) -> None:
        """Check that all parts fit together.

        Raises:
            CardError: If one does not; the message names the joint, the term or the key.
        """
        (rate_hz,) = numbers('policy.rate_hz', [self.rate_hz], 1, low=0.01)
        if rate_hz > GREATEST_RATE_HZ:
            raise CardError(
                f'policy.rate_hz: expected at most {GREATEST_RATE_HZ:g}, got {rate_hz}'
            )
        object.__setattr__(self, 'joints', names('policy.joints', self.joints))
        self._check_rest()
        whole('policy.history', self.history, MOST_HISTORY)
        one_of('policy.order', self.order, ORDERS)
        one_of('policy.history_start', self.history_start, STARTS)
        if not isinstance(self.golden, str):
            raise CardError(f'policy.golden: expected a file name, got {short(self.golden)}')
        if self.action.motion.setpoint != 'twist':
            joints = self.action.joints or self.joints
            object.__setattr__(self, 'action', replace(self.action, joints=joints))
        self.action.check(self.joints)
        for scope in self.scopes:
            self._check_term(scope)
        if self.normalisation is not None:
            self.normalisation.check(self.size)
        for name, output in mapping('policy.recurrent', dict(self.recurrent)).items():
            if not isinstance(output, str) or not output:
                raise CardError(f'policy.recurrent.{name}: expected the name of an output')

    def _check_rest(self) -> None:
        rest = self.default_positions
        known = tuple(rest) if isinstance(rest, (list, tuple)) else (None,)
        if known:
            known = numbers('policy.default_positions', rest, len(self.joints))
        object.__setattr__(self, 'default_positions', known)
        if not known and self.action.motion.adds_to == 'default':
            raise CardError(
                f'policy.default_positions: missing; {self.action.kind} is relative to them'
            )

    def _check_term(self, scope: Scope) -> None:
        key, term, spec = f'policy.observation ({scope.spec.term})', term_of(scope), scope.spec
        for wanted, given, name in (
            (term.of_joints, spec.joints or self.joints, 'joints'),
            (term.needs_frame, spec.frame, 'frame'),
            (term.needs_period, spec.period_s, 'period_s'),
            (term.needs_default, self.default_positions, 'policy.default_positions'),
        ):
            if wanted and not given:
                raise CardError(f'{key}: {name}: missing')
        for given, name in (
            (not term.of_joints and spec.joints, 'joints'),
            (not term.needs_frame and spec.frame, 'frame'),
            (not term.needs_period and spec.period_s, 'period_s'),
        ):
            if given:
                raise CardError(f'{key}: {name}: this term has none')
        if spec.term == 'image' and (spec.history, self.history) != (1, 1):
            raise CardError(f'{key}: history: an image has none')
        spread(f'{key}: scale', spec.scale, term.size(scope))

    @classmethod
    def from_card(cls, policy: Mapping[str, Any]) -> 'PolicySpec':
        """Return what the part `policy` of a card says.

        Raises:
            CardError: If it is malformed; the message names the key.
        """
        values = dict(mapping('policy', policy))
        terms = values.get('observation')
        if not isinstance(terms, (list, tuple)) or not terms:
            raise CardError(f'policy.observation: expected a list of terms, got {short(terms)}')
        values['observation'] = tuple(_term_spec(i, term) for i, term in enumerate(terms))
        action = mapping('policy.action', values.get('action'))
        values['action'] = built(ActionSpec, action, 'policy.action.')
        if values.get('normalisation') is not None:
            part = mapping('policy.normalisation', values['normalisation'])
            values['normalisation'] = built(Normalisation, part, 'policy.normalisation.')
        spec: PolicySpec = built(cls, values, 'policy.')
        return spec

    @cached_property
    def scopes(self) -> tuple[Scope, ...]:
        """What each term has to know."""
        return tuple(self._scope(term) for term in self.observation)

    @cached_property
    def frame_size(self) -> int:
        """How many numbers the terms have together, each one once."""
        return sum(term_of(scope).size(scope) for scope in self.scopes)

    @cached_property
    def size(self) -> int:
        """How many numbers the network sees."""
        sizes = (term_of(scope).size(scope) * scope.spec.history for scope in self.scopes)
        return sum(sizes) * self.history

    @property
    def period_ns(self) -> int:
        """For how long an action is."""
        return round(1e9 / self.rate_hz)

    @property
    def decision_period_ns(self) -> int:
        """The time from one run of the network to the next."""
        return round(1e9 * self.action.executed / self.rate_hz)

    @cached_property
    def needs(self) -> tuple[str, ...]:
        """Which of `Readings` must be known, in the order of `INPUT_OF`.

        Who commands joints has to know where they are, whatever the network sees.
        """
        needed = {name for scope in self.scopes for name in term_of(scope).needs}
        if self.action.joints:
            needed.add('joint_positions')
        return tuple(name for name in INPUT_OF if name in needed)

    @cached_property
    def inputs(self) -> tuple[str, ...]:
        """Which inputs tell these, by their topics, the leading one first."""
        return tuple(dict.fromkeys(INPUT_OF[name] for name in self.needs))

    @cached_property
    def frames(self) -> tuple[str, ...]:
        """In which frames the goal must be known."""
        return tuple(dict.fromkeys(s.spec.frame for s in self.scopes if s.spec.frame))

    @property
    def lead(self) -> str:
        """The input that sets the pace; empty if none of `LEADS` is needed."""
        return next((name for name in LEADS if name in self.inputs), '')

    @property
    def has_image(self) -> bool:
        """Whether the network looks at images."""
        return 'image' in self.needs

    def places(self, joints: tuple[str, ...]) -> Any:
        """Return where joints are among the policy's: a slice if these are all in their order."""
        if joints == self.joints:
            return slice(None)
        return np.array([self.joints.index(name) for name in joints], np.intp)

    def defaults(self, joints: tuple[str, ...]) -> Any:
        """Return the default positions [n] of joints; zeros if the card tells none."""
        known = np.array(self.default_positions or [0.0] * len(self.joints))
        return known[self.places(joints)]

    def _scope(self, spec: TermSpec) -> Scope:
        joints = spec.joints or self.joints
        for name in joints:
            if name not in self.joints:
                key = f'policy.observation ({spec.term}): joints'
                raise CardError(f'{key}: {unknown_name("joint", name, self.joints)}')
        return Scope(spec, joints, self.places(joints), self.defaults(joints), self.action.size)


def term_of(scope: Scope) -> Term:
    """Return the entry of the table for a term."""
    return TERMS[scope.spec.term]


def _term_spec(index: int, values: Any) -> TermSpec:
    key = f'policy.observation[{index}]'
    content = {'term': values} if isinstance(values, str) else mapping(key, values)
    try:
        choose('term', str(content.get('term')), TERMS)
    except ValueError as error:
        raise CardError(f'{key}: {error}') from error
    spec: TermSpec = built(TermSpec, content, f'{key}.')
    return spec
