"""`robot_dl train`: render a data set, train a bundled model, export it, report on it."""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from robot_dl.cli.arguments import positive, whole
from robot_dl.training.seeds import HELD_OUT, TRAINING, VALIDATION


@dataclass(frozen=True)
class Job:
    """A task and its defaults.

    Attributes:
        module: Has TRAINER, NET, IS_CALIBRATED, SOURCE, join, LOSSES, SCORES, WEAKNESSES, whole,
            export, draw and sections.
        model: The bundled model that is made.
        minutes: Time to train.
        worlds: Worlds to render for training.
        views: Pictures of each.
        validation: Pictures for the curves.
        eval_images: Held-out pictures for the report.
        check_every_s: Time between two validations.
    """

    module: str
    model: str
    minutes: float
    worlds: int
    views: int
    validation: int
    eval_images: int
    check_every_s: float


JOBS = {
    'detection': Job(
        'robot_dl.cli.trainings.detection', 'tabletop_detector', 45.0, 1800, 6, 300, 400, 240.0
    ),
    'classification': Job(
        'robot_dl.cli.trainings.classification',
        'tabletop_classifier',
        18.0,
        2400,
        4,
        800,
        2000,
        120.0,
    ),
}
"""What can be trained. Torch and MuJoCo are imported only when it is."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    tasks = parser.add_subparsers(dest='task', metavar='TASK', required=True)
    for task, job in JOBS.items():
        line = f'make the bundled model {job.model}'
        _add_options(tasks.add_parser(task, help=line, description=line), job)


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
    add('--batch', 32, whole(1), 'pictures a step')
    add('--threads', 2, whole(1), 'CPU threads, rendering processes')
    add('--cache', Path('.data'), Path, 'folder of pictures and checkpoint')
    # Where the package lies is nobody's business in a help text.
    parser.add_argument('--out', type=Path, default=zoo / job.model, help="the model's folder")
    parser.add_argument('--fresh', action='store_true', help='forget the checkpoint in the cache')
    add('--validation', job.validation, validation, 'pictures for the curves')
    add('--eval-images', job.eval_images, held_out, 'held-out pictures for the report')


def run(args: argparse.Namespace) -> int:
    """Train, or go on where an interrupted run stopped; export and report.

    Raises:
        ValueError: If there are fewer pictures than a batch has.
    """
    pictures = args.worlds * args.views
    if args.batch > pictures:
        raise ValueError(
            f'--batch: expected at most {pictures} (worlds x views), got {args.batch}'
        )
    from robot_dl.sim.worlds.objects import CLASSES
    from robot_dl.training.trainer import Recipe

    job: Any = import_module(JOBS[args.task].module)
    recipe = Recipe(
        args.seed,
        args.minutes,
        args.batch,
        check_every_s=JOBS[args.task].check_every_s,
        threads=args.threads,
    )
    trainer = job.TRAINER(recipe, tuple(CLASSES), args.cache / args.task, resume=not args.fresh)
    start = time.monotonic()
    validation = render(job, VALIDATION[: args.validation], 1, args)
    training = render(job, TRAINING[: args.worlds], args.views, args)
    trainer.rendering_s += time.monotonic() - start
    trainer.run(training, validation)
    finish(job, trainer, validation, args)
    return 0


def render(job: Any, seeds: range, views: int, args: argparse.Namespace) -> Any:
    """Return the pictures of some seeds, with a progress bar; kept pictures are read."""
    from tqdm import tqdm

    from robot_dl.training.shards import rendered

    parts = []
    with tqdm(total=len(seeds) * views, unit='picture', desc='render') as bar:
        for part in rendered(job.SOURCE, seeds, views, args.cache / 'pictures', args.threads):
            parts.append(part)
            bar.update(len(part))
    return job.join(parts)


def finish(job: Any, trainer: Any, validation: Any, args: argparse.Namespace) -> None:
    """Export the averaged net into `args.out`, score it on held-out pictures, write the report."""
    from robot_dl.cli.eval import score_model, table
    from robot_dl.training.report import draw_curves, write_report

    folder: Path = args.out
    folder.mkdir(parents=True, exist_ok=True)
    job.export(trainer.average.net, validation, folder, f'{folder.name}.onnx')
    scores = score_model(str(folder.resolve()), args.eval_images)
    draw_curves(trainer.curve, job.LOSSES, job.SCORES, folder / 'curves.png')
    job.draw(folder)
    record = _record(trainer, args)
    sections = job.sections(record, scores, validation, folder)
    write_report(folder / 'REPORT.md', record, scores, sections, job.WEAKNESSES)
    print(table(scores))


def _record(trainer: Any, args: argparse.Namespace) -> Any:
    from robot_dl.training.report import Training

    return Training(
        recipe=trainer.recipe,
        command=' '.join(['robot_dl', *sys.argv[1:]]),
        worlds=TRAINING[: args.worlds],
        views=args.views,
        parameters=sum(p.numel() for p in trainer.net.parameters()),
        steps=trainer.steps,
        device=trainer.device.type,
        minutes=(trainer.rendering_s / 60, trainer.seconds / 60),
        curve=trainer.curve,
    )
