"""`robot_dl eval`: score a model on rendered pictures it has never seen."""

import argparse
import json
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

from robot_dl.cli.arguments import output_file
from robot_dl.core.names import choose
from robot_dl.core.node_params import DEVICES

if TYPE_CHECKING:
    from robot_dl.engine.card import ModelCard


@dataclass(frozen=True)
class Exam:
    """How models of one task are scored.

    Attributes:
        module: Has `score` and `table`.
        images: Pictures in the held-out test set.
        world: Whose pictures, unless the model's card names another world.
        headlines: The scores that matter most.
    """

    module: str
    images: int
    world: str
    headlines: tuple[str, ...]


HOME = 'robot_dl.cli.evaluations'
EXAMS = {
    'detection': Exam(f'{HOME}.detection', 400, 'tabletop', ('mAP50_95', 'mAP50')),
    'classification': Exam(f'{HOME}.classification', 2000, 'single_object', ('top1',)),
    'segmentation': Exam(f'{HOME}.segmentation', 400, 'tabletop', ('miou',)),
    'instance_segmentation': Exam(
        f'{HOME}.instance_segmentation', 400, 'tabletop', ('mask_mAP50_95', 'mask_mAP50')
    ),
    'depth': Exam(f'{HOME}.depth', 400, 'tabletop', ('abs_rel', 'delta1')),
}
"""How the models of each task are scored, by the task that their card names."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    counts = ', '.join(f'{exam.images} for {task}' for task, exam in EXAMS.items())
    parser.add_argument('model', help="a bundled model's name, or a folder with model.yaml")
    parser.add_argument(
        '--json', type=output_file, metavar='F', help='write the scores to this file'
    )
    parser.add_argument('--images', type=int, help=f'pictures ({counts})')
    parser.add_argument('--device', choices=DEVICES, default='cpu', help='(%(default)s)')


def run(args: argparse.Namespace) -> int:
    """Score the model, print a table, write the JSON."""
    result = score_model(args.model, args.images, args.device)
    if args.json:
        args.json.write_text(json.dumps(result, indent=2) + '\n')
    print(table(result))
    return 0


def score_model(model: str, images: int | None = None, device: str = 'cpu') -> dict[str, Any]:
    """Return the scores of a model on the held-out test set, as `--json` writes them.

    Args:
        model: A bundled or imported model's name, or a folder with model.yaml.
        images: How many pictures; None takes the whole test set.
        device: One of `core.node_params.DEVICES`.

    Raises:
        ValueError: If the model cannot be opened, its task has no test set, or `images` is not in
            the held-out range.
    """
    from robot_dl.engine.card import load_card
    from robot_dl.engine.library import find_model
    from robot_dl.training.seeds import HELD_OUT

    card = load_card(find_model(model))
    exam = choose('task', card.task, EXAMS)
    count = exam.images if images is None else images
    if not 1 <= count <= len(HELD_OUT):
        raise ValueError(f'--images: expected 1 to {len(HELD_OUT)}, got {count}')
    score = import_module(exam.module).score
    scores = score(model, world_of(card), HELD_OUT[:count], device, _progress)
    return {'model': card.name, 'task': card.task, **scores}


def world_of(card: 'ModelCard') -> str:
    """Return the simulated world whose pictures suit a model; empty if there is none."""
    exam = EXAMS.get(card.task)
    return card.world or (exam.world if exam else '')


def _progress(items: Iterable[Any], count: int) -> Iterable[Any]:
    from tqdm import tqdm

    bar: Iterable[Any] = tqdm(items, total=count, unit='picture')
    return bar


def table(result: dict[str, Any]) -> str:
    """Return the scores as lines of text."""
    return str(import_module(EXAMS[result['task']].module).table(result))
