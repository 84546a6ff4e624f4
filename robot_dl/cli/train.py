"""`robot_dl train`: render a data set, train bundled models, export them, report on them."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from robot_dl.cli.arguments import positive, whole
from robot_dl.cli.trainings.policy import HELP, add_options
from robot_dl.cli.trainings.policy import run as learn
from robot_dl.training.seeds import HELD_OUT, TRAINING, VALIDATION

if TYPE_CHECKING:
    from robot_dl.cli.trainings.product import Product, Work
    from robot_dl.training.report import Training
    from robot_dl.training.trainer import Recipe


@dataclass(frozen=True)
class Job:
    """A training and its defaults.

    Attributes:
        module: Has WORK, a `cli.trainings.product.Work`.
        models: The bundled models that are made.
        minutes: Time to train.
        worlds: Worlds to render for training.
        views: Pictures of each.
        validation: Pictures for the curves.
        eval_images: Held-out pictures for the report.
        check_every_s: Time between two validations.
        batch: Pictures a step.
        rate: Greatest learning rate.
        alone: Models that are trained on for themselves after the training together, and for
            which part of its minutes.
    """

    module: str
    models: tuple[str, ...]
    minutes: float
    worlds: int
    views: int
    validation: int
    eval_images: int
    check_every_s: float
    batch: int = 32
    rate: float = 2e-3
    alone: Mapping[str, float] = field(default_factory=dict)


ALONE_RATE, ALONE_WARM_UP_STEPS = 2 / 3, 100
"""How a model trains on alone: its rate as a part of that together, and its warm-up."""
POLICY = 'policy'
"""This task learns by reinforcement and has a command line of its own."""
HOME = 'robot_dl.cli.trainings'
PIXELS: dict[str, Any] = {
    'worlds': 1200,
    'validation': 240,
    'eval_images': 400,
    'check_every_s': 240.0,
    'batch': 16,
    'rate': 1.5e-3,
}
"""What the trainings of pixels have in common."""
JOBS = {
    'detection': Job(f'{HOME}.detection', ('tabletop_detector',), 45.0, 1800, 6, 300, 400, 240.0),
    'classification': Job(
        f'{HOME}.classification', ('tabletop_classifier',), 18.0, 2400, 4, 800, 2000, 120.0
    ),
    'tabletop_pixels': Job(
        f'{HOME}.tabletop_pixels',
        ('tabletop_segmenter', 'tabletop_instances', 'tabletop_depth'),
        minutes=44.0,
        views=7,
        **PIXELS,
    ),
    'rooms_pixels': Job(
        f'{HOME}.rooms_pixels',
        ('rooms_segmenter', 'rooms_depth'),
        minutes=20.0,
        views=6,
        alone={'rooms_segmenter': 0.425, 'rooms_depth': 2.0},
        **{**PIXELS, 'worlds': 1760},
    ),
}
"""What can be trained. Torch and MuJoCo are imported only when it is."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    tasks = parser.add_subparsers(dest='task', metavar='TASK', required=True)
    for task, job in JOBS.items():
        plural = 's' * (len(job.models) > 1)
        line = f'make the bundled model{plural} {", ".join(job.models)}'
        _add_options(tasks.add_parser(task, help=line, description=line), job)
    add_options(tasks.add_parser(POLICY, help=HELP, description=HELP))


def _add_options(parser: argparse.ArgumentParser, job: Job) -> None:
    zoo = Path(__file__).resolve().parents[1] / 'zoo'
    worlds, validation = whole(1, len(TRAINING)), whole(1, len(VALIDATION))
    held_out = whole(1, len(HELD_OUT))

    def add(flag: str, default: Any, kind: Any, text: str) -> None:
        parser.add_argument(flag, type=kind, default=default, help=f'{text} (%(default)s)')

    add('--minutes', job.minutes, positive, 'to train, after rendering')
    add('--seed', 0, whole(0, 2**32 - 1), 'of weights and batches')
    add('--worlds', job.worlds, worlds, 'worlds to render for training')
    add('--views', job.views, whole(1), 'pictures of each world')
    add('--batch', job.batch, whole(1), 'pictures a step')
    add('--threads', 2, whole(1), 'CPU threads, rendering processes')
    add('--cache', Path('.data'), Path, 'folder of pictures and checkpoint')
    # Where the package lies is nobody's business in a help text.
    parser.add_argument('--out', type=Path, default=zoo, help='folder of the models')
    parser.add_argument('--fresh', action='store_true', help='forget the checkpoint in the cache')
    add('--validation', job.validation, validation, 'pictures for the curves')
    add('--eval-images', job.eval_images, held_out, 'held-out pictures for the report')


def run(args: argparse.Namespace) -> int:
    """Train, or go on where an interrupted run stopped; export and report.

    Raises:
        ValueError: If there are fewer pictures than a batch has, or as for policies.
    """
    if args.task == POLICY:
        return learn(args)
    pictures = args.worlds * args.views
    if args.batch > pictures:
        raise ValueError(
            f'--batch: expected at most {pictures} (worlds x views), got {args.batch}'
        )
    job = JOBS[args.task]
    work: Work = import_module(job.module).WORK
    trainer = work.trainer(_recipe(job, args), args.cache / args.task, not args.fresh)
    start = time.monotonic()
    validation = render(work, VALIDATION[: args.validation], 1, args)

    @cache
    def training() -> Any:
        pictures = render(work, TRAINING[: args.worlds], args.views, args)
        trainer.rendering_s += time.monotonic() - start
        return pictures

    def trained(one: Any) -> Any:
        if not one.is_over:
            one.run(training(), validation)
        return one

    trained(trainer)
    for name in job.models:
        product = work.products[name]
        own = trained(_alone(product, trainer, job.alone.get(name, 0.0), args))
        finish(name, product, (trainer, own), validation, args)
    return 0


def _recipe(job: Job, args: argparse.Namespace) -> Recipe:
    """Return how all models are trained together."""
    from robot_dl.training.trainer import Recipe

    times = {'minutes': args.minutes, 'check_every_s': job.check_every_s}
    return Recipe(args.seed, batch=args.batch, rate=job.rate, threads=args.threads, **times)


def _alone(product: Product, trainer: Any, share: float, args: argparse.Namespace) -> Any:
    """Return what trains one model on; the same trainer if nothing is left to do for it alone."""
    if not share:
        return trainer
    recipe = replace(
        trainer.recipe,
        minutes=share * trainer.recipe.minutes,
        rate=ALONE_RATE * trainer.recipe.rate,
        warm_up_steps=ALONE_WARM_UP_STEPS,
    )
    return trainer.alone(product.TASK, recipe, trainer.folder / product.TASK, not args.fresh)


def render(work: Work, seeds: range, views: int, args: argparse.Namespace) -> Any:
    """Return the pictures of some seeds, with a progress bar; kept pictures are read."""
    from tqdm import tqdm

    from robot_dl.training.shards import rendered

    parts = []
    with tqdm(total=len(seeds) * views, unit='picture', desc='render') as bar:
        for part in rendered(work.source, seeds, views, args.cache / 'pictures', args.threads):
            parts.append(part)
            bar.update(len(part))
    return work.join(parts)


def finish(
    name: str,
    product: Product,
    trainers: tuple[Any, Any],
    validation: Any,
    args: argparse.Namespace,
) -> None:
    """Export an averaged net into `args.out`, score it on held-out pictures, write the report.

    Args:
        name: The model.
        product: How it is exported, drawn and described.
        trainers: What trained all models together, and what trained this one last.
        validation: Pictures.
        args: The command's.
    """
    from robot_dl.cli.eval import score_model, table
    from robot_dl.training.report import draw_curves, write_report

    folder: Path = args.out / name
    folder.mkdir(parents=True, exist_ok=True)
    product.export(trainers[1].average.net, validation, folder, f'{name}.onnx')
    scores = score_model(str(folder.resolve()), args.eval_images)
    record = _record(product, trainers, args)
    draw_curves(record.curve, product.LOSSES, product.SCORES, folder / 'curves.png')
    product.draw(folder)
    sections = product.sections(record, scores, validation, folder)
    write_report(folder / 'REPORT.md', record, scores, sections, product.weaknesses)
    print(table(scores))


def _record(product: Product, trainers: tuple[Any, Any], args: argparse.Namespace) -> Training:
    from robot_dl.training.report import Training

    trainer, own = trainers
    parts = [trainer] if own is trainer else [trainer, own]
    shifts = [0.0, trainer.seconds / 60]
    curve = [
        {**point, 'minutes': point['minutes'] + shift}
        for part, shift in zip(parts, shifts, strict=False)
        for point in part.curve
    ]
    return Training(
        recipe=trainer.recipe,
        command=' '.join(['robot_dl', *sys.argv[1:]]),
        models=JOBS[args.task].models,
        worlds=TRAINING[: args.worlds],
        views=args.views,
        parameters=sum(p.numel() for p in product.whole(own.net).parameters()),
        steps=sum(part.steps for part in parts),
        device=trainer.device.type,
        minutes=(trainer.rendering_s / 60, sum(part.seconds for part in parts) / 60),
        alone_minutes=0.0 if own is trainer else own.seconds / 60,
        curve=curve,
    )
