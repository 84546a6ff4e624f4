"""`robot_dl eval`: score a model on rendered pictures, or in worlds, that it has never seen."""

import argparse
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any

from robot_dl.cli.arguments import number, output_file, whole
from robot_dl.core.names import choose
from robot_dl.core.node_params import DEVICES

if TYPE_CHECKING:
    from robot_dl.engine.card import ModelCard


@dataclass(frozen=True)
class Exam:
    """How models of one task are scored.

    Attributes:
        module: Has `score` and `table`.
        count: Pictures or episodes in the held-out test set.
        world: The simulated world, unless the model's card names another.
        headlines: The scores that matter most.
        noun: What is counted: 'picture' or 'episode'.
        options: Further options of the command line that `score` takes, with their defaults.
    """

    module: str
    count: int
    world: str
    headlines: tuple[str, ...]
    noun: str = 'picture'
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def counted(self) -> str:
        """The option that says how many."""
        return 'images' if self.noun == 'picture' else f'{self.noun}s'


HOME = 'robot_dl.cli.evaluations'
EXAMS = {
    'detection': Exam(f'{HOME}.detection', 400, 'tabletop', ('mAP50_95', 'mAP50')),
    'classification': Exam(f'{HOME}.classification', 2000, 'single_object', ('top1',)),
    'segmentation': Exam(f'{HOME}.segmentation', 400, 'tabletop', ('miou',)),
    'instance_segmentation': Exam(
        f'{HOME}.instance_segmentation', 400, 'tabletop', ('mask_mAP50_95', 'mask_mAP50')
    ),
    'depth': Exam(f'{HOME}.depth', 400, 'tabletop', ('abs_rel', 'delta1')),
    'policy': Exam(
        f'{HOME}.policy',
        200,
        'balance',
        ('success_rate',),
        'episode',
        {'topic_episodes': None, 'speed': 4.0},
    ),
}
"""How the models of each task are scored, by the task that their card names."""


OPTIONS = ('images', 'episodes', 'topic_episodes', 'speed')
"""Options that only some exams have."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument('model', help="a bundled model's name, or a folder with model.yaml")
    parser.add_argument(
        '--json', type=output_file, metavar='F', help='write the scores to this file'
    )
    parser.add_argument('--images', type=int, help=f'pictures ({_counts("picture")})')
    parser.add_argument('--episodes', type=int, help=f'episodes ({_counts("episode")})')
    parser.add_argument(
        '--topic-episodes',
        type=whole(0),
        help='how many of them also with the real nodes over real topics (20)',
    )
    parser.add_argument(
        '--speed',
        type=number(0.1, 20.0),
        help='simulated seconds a second there (4)',
    )
    parser.add_argument('--device', choices=DEVICES, default='cpu', help='(%(default)s)')


def run(args: argparse.Namespace) -> int:
    """Score the model, print a table, write the JSON."""
    given = {name: value for name in OPTIONS if (value := getattr(args, name)) is not None}
    exam = exam_of(args.model)
    check_options(exam, given)
    count = given.pop(exam.counted, None)
    result = score_model(args.model, count, args.device, **given)
    if args.json:
        args.json.write_text(json.dumps(result, indent=2) + '\n')
    print(table(result))
    return 0


def exam_of(model: str) -> Exam:
    """Return how a model is scored.

    Raises:
        ValueError: If there is no such model, or its task has no test set.
    """
    from robot_dl.engine.card import load_card
    from robot_dl.engine.library import find_model

    return choose('task', load_card(find_model(model)).task, EXAMS)


def check_options(exam: Exam, given: Iterable[str]) -> None:
    """Check that an exam has the options that were given.

    Raises:
        ValueError: If it has not; the message says which it has.
    """
    allowed = (exam.counted, *exam.options)
    for name in given:
        if name not in allowed:
            known = ', '.join(map(_flag, allowed))
            raise ValueError(
                f'{_flag(name)}: this model is scored in {exam.noun}s, expected one of {known}'
            )


def score_model(
    model: str, count: int | None = None, device: str = 'cpu', **options: Any
) -> dict[str, Any]:
    """Return the scores of a model on the held-out test set, as `--json` writes them.

    Args:
        model: A bundled or imported model's name, or a folder with model.yaml.
        count: How many pictures or episodes; None takes the whole test set.
        device: One of `core.node_params.DEVICES`.
        options: Further options of the exam, by name; its defaults for the rest.

    Raises:
        ValueError: If the model cannot be opened, its task has no test set, or `count` is not in
            the held-out range.
    """
    from robot_dl.engine.card import load_card
    from robot_dl.engine.library import find_model
    from robot_dl.training.seeds import HELD_OUT

    card, exam = load_card(find_model(model)), exam_of(model)
    check_options(exam, options)
    count = exam.count if count is None else count
    if not 1 <= count <= len(HELD_OUT):
        raise ValueError(f'--{exam.counted}: expected 1 to {len(HELD_OUT)}, got {count}')
    score = import_module(exam.module).score
    seeds, watch = HELD_OUT[:count], partial(_progress, noun=exam.noun)
    scores = score(model, world_of(card), seeds, device, watch, **{**exam.options, **options})
    return {'model': card.name, 'task': card.task, **scores}


def world_of(card: 'ModelCard') -> str:
    """Return the simulated world that suits a model; empty if there is none.

    Raises:
        ValueError: If it is a policy whose card names none: each moves one kind of robot.
    """
    exam = EXAMS.get(card.task)
    if card.task == 'policy' and not card.world:
        raise ValueError(
            f'{card.name}: its card names no world to move in; if it is for one of ours, say so '
            'by `world: balance` or `world: arm` in its model.yaml'
        )
    return card.world or (exam.world if exam else '')


def _progress(items: Iterable[Any], count: int, noun: str) -> Iterable[Any]:
    from tqdm import tqdm

    bar: Iterable[Any] = tqdm(items, total=count, unit=noun)
    return bar


def _counts(noun: str) -> str:
    return ', '.join(
        f'{exam.count} for {task}' for task, exam in EXAMS.items() if exam.noun == noun
    )


def _flag(name: str) -> str:
    return f'--{name.replace("_", "-")}'


def table(result: dict[str, Any]) -> str:
    """Return the scores as lines of text."""
    return str(import_module(EXAMS[result['task']].module).table(result))
