"""One entry of the list that says what an observation consists of."""

from dataclasses import dataclass

from robot_dl.engine.card_checks import CardError, numbers, one_of, short
from robot_dl.policy.card_values import limits, names, one_or_many, whole

ORDERS = ('oldest_first', 'newest_first')
STARTS = ('repeat', 'zeros')
QUATERNIONS = ('xyzw', 'wxyz')
MOST_HISTORY = 1000


@dataclass(frozen=True)
class TermSpec:
    """One term of the observation, as a card tells it.

    A value is clipped first, in its own unit, and scaled then, as Isaac Lab does.

    Attributes:
        term: Entry of `policy.terms.TERMS`.
        joints: Of which joints, in this order; empty for all joints of the policy.
        frame: In which frame a goal is seen.
        scale: Multiplies the value: one number, or one for each element.
        clip: Least and greatest value before scaling; None for none.
        history: How many of the latest values there are, the present one included.
        order: Which of them comes first.
        period_s: Duration of one cycle of `phase`.
        quaternion: Where the scalar of an orientation stands.
    """

    term: str
    joints: tuple[str, ...] = ()
    frame: str = ''
    scale: float | tuple[float, ...] = 1.0
    clip: tuple[float, float] | None = None
    history: int = 1
    order: str = ORDERS[0]
    period_s: float = 0.0
    quaternion: str = QUATERNIONS[0]

    def __post_init__(self) -> None:
        """Check what can be checked without the rest of the card.

        Raises:
            CardError: If a value does not fit; the message names the term and the key.
        """
        key = f'policy.observation ({self.term})'
        object.__setattr__(self, 'joints', names(f'{key}: joints', self.joints))
        object.__setattr__(self, 'scale', one_or_many(f'{key}: scale', self.scale))
        object.__setattr__(self, 'clip', limits(f'{key}: clip', self.clip))
        whole(f'{key}: history', self.history, MOST_HISTORY)
        one_of(f'{key}: order', self.order, ORDERS)
        one_of(f'{key}: quaternion', self.quaternion, QUATERNIONS)
        numbers(f'{key}: period_s', [self.period_s], 1, low=0.0)
        if not isinstance(self.frame, str):
            raise CardError(f'{key}: frame: expected the name of a frame, got {short(self.frame)}')
