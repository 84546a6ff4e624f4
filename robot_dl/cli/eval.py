"""`robot_dl eval`: score a detector on rendered scenes it has never seen."""

import argparse
import json
from collections.abc import Iterable
from functools import partial
from typing import Any

from robot_dl.cli.arguments import output_file
from robot_dl.core.node_params import DEVICES

IMAGES = 400
"""Pictures in the held-out test set."""
LEAST_SCORE = 0.001
"""Average precision needs the whole curve, so almost nothing is cut off."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument('model', help="a bundled model's name, or a folder with model.yaml")
    parser.add_argument(
        '--json', type=output_file, metavar='F', help='write the scores to this file'
    )
    parser.add_argument(
        '--images', type=int, default=IMAGES, help='pictures (default %(default)s)'
    )
    parser.add_argument('--device', choices=DEVICES, default='cpu', help='(%(default)s)')


def run(args: argparse.Namespace) -> int:
    """Score the model, print a table, write the JSON."""
    result = score_model(args.model, args.images, args.device)
    if args.json:
        args.json.write_text(json.dumps(result, indent=2) + '\n')
    print(table(result))
    return 0


def score_model(model: str, images: int = IMAGES, device: str = 'cpu') -> dict[str, Any]:
    """Return the scores of a model on the held-out test set, as `--json` writes them.

    Raises:
        ValueError: If the model cannot be opened or `images` is not in the held-out range.
    """
    from robot_dl.detection.params import DetectionParams
    from robot_dl.detection.pipeline import open_detector
    from robot_dl.training.evaluation import evaluate
    from robot_dl.training.seeds import HELD_OUT

    if not 1 <= images <= len(HELD_OUT):
        raise ValueError(f'--images: expected 1 to {len(HELD_OUT)}, got {images}')
    detector = open_detector(model, device)
    params = DetectionParams(score=LEAST_SCORE, max_detections=300)
    seen = partial(detector, params=params)
    result = evaluate(seen, detector.card.labels, HELD_OUT[:images], _progress)
    return result.as_json(detector.card.name)


def _progress(items: Iterable[Any], count: int) -> Iterable[Any]:
    from tqdm import tqdm

    bar: Iterable[Any] = tqdm(items, total=count, unit='picture')
    return bar


def table(result: dict[str, Any]) -> str:
    """Return the scores as lines of text."""
    lines = [f'{"class":12}  AP50   AP50-95']
    for name, row in result['per_class'].items():
        lines.append(f'{name:12}  {row["AP50"]:.3f}  {row["AP50_95"]:.3f}')
    lines.append(f'{"mean":12}  {result["mAP50"]:.3f}  {result["mAP50_95"]:.3f}')
    lines.append(f'{result["images"]} pictures, {result["objects"]} objects')
    return '\n'.join(lines)
