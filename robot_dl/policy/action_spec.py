"""What the numbers mean that a policy's network returns."""

from dataclasses import dataclass

from robot_dl.core.motion import TWIST_AXES
from robot_dl.core.names import unknown_name
from robot_dl.engine.card_checks import CardError, numbers, one_of, short
from robot_dl.policy.card_values import limits, names, one_or_many, spread, whole

DISTRIBUTIONS = ('deterministic', 'mean')
SQUASHES = ('none', 'tanh')
REFERENCES = ('measured', 'target')
MOST_STEPS = 1000


@dataclass(frozen=True)
class ActionKind:
    """How a scaled action becomes a setpoint.

    Attributes:
        setpoint: Kind of the setpoint, one of `core.motion.KINDS`.
        adds_to: What the action is added to: 'nothing', the 'default' positions, or the
            'positions' of the joints.
    """

    setpoint: str
    adds_to: str = 'nothing'


KINDS = {
    'joint_position': ActionKind('position'),
    'joint_position_scaled': ActionKind('position', 'default'),
    'joint_position_delta': ActionKind('position', 'positions'),
    'joint_velocity': ActionKind('velocity'),
    'joint_effort': ActionKind('effort'),
    'twist': ActionKind('twist'),
}
DISCRETE = 'discrete'


@dataclass(frozen=True)
class ActionSpec:
    """What a policy's action is, as its card tells it.

    The network's output is squashed, clipped, scaled and shifted, in this order.

    Attributes:
        kind: One of `KINDS`, or 'discrete': the greatest output chooses a row of `table`.
        joints: Which joints it commands, in the order of the outputs; empty for all.
        axes: Which of `core.motion.TWIST_AXES` a twist commands, in the order of the outputs.
        scale: Multiplies the action: one number, or one for each joint.
        offset: Is added after that: one number, or one for each joint.
        clip: Least and greatest action before scaling; None for none.
        table: The setpoints [n, N] among which a discrete policy chooses.
        table_kind: What kind of action a row of the table is: one of `KINDS`.
        distribution: What the output is: 'deterministic', the action itself; 'mean', the
            means of a Gaussian and behind them as many further numbers, which are dropped.
        squash: What is applied to the output: 'none' or 'tanh'.
        chunk: How many actions the network returns at once, each for one period.
        execute: After how many of them the network is asked again; 0 after all.
        blend_s: For how long a new chunk is blended with the one that it replaces.
        relative_to: What a delta is added to: the 'measured' positions, as Isaac Lab does, or the
            'target' before.
        output: Which output of the graph it is; empty where there is only one.
    """

    kind: str
    joints: tuple[str, ...] = ()
    axes: tuple[str, ...] = TWIST_AXES
    scale: float | tuple[float, ...] = 1.0
    offset: float | tuple[float, ...] = 0.0
    clip: tuple[float, float] | None = None
    table: tuple[tuple[float, ...], ...] = ()
    table_kind: str = ''
    distribution: str = DISTRIBUTIONS[0]
    squash: str = SQUASHES[0]
    chunk: int = 1
    execute: int = 0
    blend_s: float = 0.0
    relative_to: str = REFERENCES[0]
    output: str = ''

    def __post_init__(self) -> None:
        """Check what can be checked without the rest of the card.

        Raises:
            CardError: If a value does not fit; the message names the key.
        """
        key = 'policy.action'
        one_of(f'{key}.kind', self.kind, (*KINDS, DISCRETE))
        one_of(f'{key}.distribution', self.distribution, DISTRIBUTIONS)
        one_of(f'{key}.squash', self.squash, SQUASHES)
        one_of(f'{key}.relative_to', self.relative_to, REFERENCES)
        object.__setattr__(self, 'joints', names(f'{key}.joints', self.joints))
        object.__setattr__(self, 'axes', names(f'{key}.axes', self.axes))
        object.__setattr__(self, 'clip', limits(f'{key}.clip', self.clip))
        whole(f'{key}.chunk', self.chunk, MOST_STEPS)
        numbers(f'{key}.blend_s', [self.blend_s], 1, low=0.0)
        if self.execute:
            whole(f'{key}.execute', self.execute, self.chunk)
        self._check_table()
        self._check_axes()
        for name in ('scale', 'offset'):
            value = one_or_many(f'{key}.{name}', getattr(self, name))
            object.__setattr__(self, name, value)

    def _check_table(self) -> None:
        is_discrete = self.kind == DISCRETE
        if is_discrete != bool(self.table) or is_discrete != bool(self.table_kind):
            raise CardError(
                f'policy.action: expected table and table_kind with kind {DISCRETE!r}, and '
                f'only there, got kind {self.kind!r}'
            )
        if not is_discrete:
            return
        one_of('policy.action.table_kind', self.table_kind, tuple(KINDS))
        if not isinstance(self.table, (list, tuple)) or len(self.table) < 2:
            raise CardError(f'policy.action.table: expected rows, got {short(self.table)}')
        width = len(self.table[0]) if isinstance(self.table[0], (list, tuple)) else 0
        rows = [numbers(f'policy.action.table[{i}]', r, width) for i, r in enumerate(self.table)]
        object.__setattr__(self, 'table', tuple(rows))
        plain = self.squash == SQUASHES[0] and self.distribution == DISTRIBUTIONS[0]
        if not plain or self.chunk != 1 or self.clip is not None:
            raise CardError(
                'policy.action: a discrete action is not squashed, clipped, or one of a chunk, '
                'and has no mean'
            )

    def _check_axes(self) -> None:
        for axis in self.axes:
            if axis not in TWIST_AXES:
                raise CardError(f'policy.action.axes: {unknown_name("axis", axis, TWIST_AXES)}')
        if self.motion == KINDS['twist'] and self.joints:
            raise CardError('policy.action: a twist has axes and no joints')

    @property
    def motion(self) -> ActionKind:
        """How it becomes a setpoint."""
        return KINDS[self.table_kind or self.kind]

    @property
    def targets(self) -> tuple[str, ...]:
        """What it commands: joints, or axes of a twist."""
        return self.axes if self.motion.setpoint == 'twist' else self.joints

    @property
    def size(self) -> int:
        """How many numbers one action has."""
        return len(self.table) or len(self.targets)

    @property
    def output_size(self) -> int:
        """How many numbers the network returns."""
        return self.chunk * self.size * (2 if self.distribution == 'mean' else 1)

    @property
    def executed(self) -> int:
        """After how many actions the network is asked again."""
        return self.execute or self.chunk

    def check(self, joints: tuple[str, ...]) -> None:
        """Check it against the joints of the policy.

        Raises:
            CardError: If a joint is unknown, or there are not as many numbers as targets.
        """
        for name in self.joints:
            if name not in joints:
                raise CardError(f'policy.action.joints: {unknown_name("joint", name, joints)}')
        count = len(self.targets)
        if not count:
            raise CardError('policy.action: expected joints to command, got none')
        for name in ('scale', 'offset'):
            spread(f'policy.action.{name}', getattr(self, name), count)
        if self.table and len(self.table[0]) != count:
            raise CardError(
                f'policy.action.table: expected {count} numbers a row, for '
                f'{", ".join(self.targets)}, got {len(self.table[0])}'
            )
