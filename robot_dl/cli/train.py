"""`robot_dl train`: render a data set, train a bundled model, export it, report on it."""

from __future__ import annotations

import argparse
import sys
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from robot_dl.cli.arguments import positive, whole
from robot_dl.training.seeds import HELD_OUT, TRAINING, VALIDATION

if TYPE_CHECKING:
    from robot_dl.training.detection import Trainer
    from robot_dl.training.scenes import Scenes

MODEL = 'tabletop_detector'
ABOUT = 'Eight kinds of household and workshop objects on a table, trained on rendered pictures.'
WEAKNESSES = (
    'It has only ever seen rendered pictures; a real camera was never in the loop.',
    'Every object is one of a few generated shapes; a mug without a handle or a claw hammer was '
    'never among them.',
    'Thin things are hardest to box: see the row of the screwdriver.',
    "It expects a table seen from above (30 to 70 degrees) at arm's length. Of the objects in "
    'training one in a hundred was thinner than 29 pixels of a 640×480 picture; smaller ones are '
    'untested.',
    'What tells two classes apart may be hidden or outside the picture: a hammer without its head '
    'is taken for a screwdriver or a box, a lying bottle without its neck for a can.',
    'Of things that belong to no class it has seen six kinds (cones, pyramids, stars, rings, '
    'crosses, horseshoes) and sheets of paper; others may be given a name.',
)
DRAWN_SCORE = 0.4


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    zoo = Path(__file__).resolve().parents[1] / 'zoo'
    worlds, validation = whole(1, len(TRAINING)), whole(1, len(VALIDATION))
    held_out = whole(1, len(HELD_OUT))
    add = parser.add_argument
    add('task', choices=['detection'], help='what to train')
    add('--minutes', type=positive, default=45.0, help='to train, after rendering (%(default)s)')
    add('--seed', type=whole(0, 2**32 - 1), default=0, help='of weights and batches')
    add('--worlds', type=worlds, default=1800, help='tables to render for training (%(default)s)')
    add('--views', type=whole(1), default=6, help='pictures of each table (%(default)s)')
    add('--batch', type=whole(1), default=32, help='pictures a step (%(default)s)')
    add(
        '--threads',
        type=whole(1),
        default=2,
        help='CPU threads, rendering processes (%(default)s)',
    )
    add('--cache', type=Path, default=Path('.data'), help='pictures and checkpoint (%(default)s)')
    add('--out', type=Path, default=zoo / MODEL, help="the model's folder")
    add('--fresh', action='store_true', help='forget the checkpoint in the cache')
    add('--validation', type=validation, default=300, help='pictures for the curves (%(default)s)')
    add('--eval-images', type=held_out, default=400, help='held-out pictures for the report')


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
    from robot_dl.training.detection import Recipe, Trainer

    recipe = Recipe(args.seed, args.minutes, args.batch, threads=args.threads)
    trainer = Trainer(recipe, tuple(CLASSES), args.cache / 'detection', resume=not args.fresh)
    start = time.monotonic()
    validation = render(VALIDATION[: args.validation], 1, args)
    training = render(TRAINING[: args.worlds], args.views, args)
    trainer.rendering_s += time.monotonic() - start
    trainer.run(training, validation)
    finish(trainer, args)
    return 0


def render(seeds: range, views: int, args: argparse.Namespace) -> Scenes:
    """Return the scenes of some seeds, with a progress bar; kept pictures are read."""
    from tqdm import tqdm

    from robot_dl.training.scenes import join, rendered

    parts = []
    with tqdm(total=len(seeds) * views, unit='picture', desc='render') as bar:
        for part in rendered(seeds, views, args.cache / 'scenes', args.threads):
            parts.append(part)
            bar.update(len(part))
    return join(parts)


def finish(trainer: Trainer, args: argparse.Namespace) -> None:
    """Export the averaged net into `args.out`, score it on held-out scenes, write the report."""
    from robot_dl.cli.eval import score_model, table
    from robot_dl.training.export import export_onnx, write_card
    from robot_dl.training.report import draw_curves, write_report
    from robot_dl.training.scenes import MODEL_HW

    args.out.mkdir(parents=True, exist_ok=True)
    weights = f'{args.out.name}.onnx'
    export_onnx(trainer.average.net, MODEL_HW, args.out / weights)
    write_card(args.out, weights, MODEL_HW, trainer.labels, ABOUT)
    scores = score_model(str(args.out.resolve()), args.eval_images)
    draw_curves(trainer.curve, args.out / 'curves.png')
    _draw(args.out)
    write_report(args.out / 'REPORT.md', _record(trainer, args), scores, WEAKNESSES)
    print(table(scores))


def _draw(folder: Path) -> None:
    """Draw predictions on held-out pictures that the scores do not contain."""
    from robot_dl.detection.params import DetectionParams
    from robot_dl.detection.pipeline import open_detector
    from robot_dl.training.evaluation import pictures
    from robot_dl.training.report import DRAWN, draw_predictions

    detector = open_detector(str(folder.resolve()), 'cpu')
    seen = partial(detector, params=DetectionParams(score=DRAWN_SCORE))
    images = [picture.image for picture in pictures(HELD_OUT[-DRAWN:])]
    draw_predictions(seen, images, detector.card.labels, folder / 'predictions.jpg')


def _record(trainer: Trainer, args: argparse.Namespace) -> Any:
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
