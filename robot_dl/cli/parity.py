"""`robot_dl parity A B`: do two models, or one model on two engines, say the same?"""

import argparse
import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from robot_dl.cli.arguments import number, output_file, whole
from robot_dl.cli.eval import world_of
from robot_dl.core.node_params import DEVICES
from robot_dl.training.seeds import HELD_OUT

if TYPE_CHECKING:
    from robot_dl.cli.parities.agreement import Agreement
    from robot_dl.cli.parities.outputs import OutputDifference
    from robot_dl.cli.parities.pictures import Pictures
    from robot_dl.cli.parities.viewing import Viewer

SAME_WEIGHTS = 0.02
"""Greatest difference of the same weights on two engines, in parts of the greatest number."""


@dataclass(frozen=True)
class Limits:
    """What still counts as the same.

    Attributes:
        difference: Greatest difference of two numbers, in parts of the greatest number; infinite
            where only the answers count.
        iou: Least mean overlap of what both find.
        agreement: Least part of the objects, or pixels, of which both say the same.
    """

    difference: float
    iou: float
    agreement: float


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add = parser.add_argument
    add('a', metavar='A', help="a model's name, or a folder with model.yaml")
    add('b', metavar='B', nargs='?', help='another one (default: A, on another device)')
    add('--device-a', choices=DEVICES, default='cpu', help='(%(default)s)')
    add('--device-b', choices=DEVICES, default='cpu', help='(%(default)s)')
    add('--half-a', action='store_true', help='let A compute in float16 where its device can')
    add('--half-b', action='store_true', help='let B compute in float16 where its device can')
    add('--images', type=Path, metavar='FOLDER', help='pictures (default: rendered ones)')
    add('--pictures', type=whole(1, len(HELD_OUT)), default=50, help='how many (%(default)s)')
    add(
        '--max-difference',
        type=number(0),
        metavar='X',
        help='of two numbers, in parts of the greatest one '
        f'({SAME_WEIGHTS} for the same weights; for others, only the answers count)',
    )
    add(
        '--least-iou',
        type=number(0, 1),
        default=0.9,
        help='mean overlap of boxes, masks or classes (%(default)s)',
    )
    add(
        '--least-agreement',
        type=number(0, 1),
        default=0.98,
        help='of objects, or of pixels (%(default)s)',
    )
    add('--json', type=output_file, metavar='F', help='write the same')


def run(args: argparse.Namespace) -> int:
    """Print the differences and a verdict; 0 if the two agree, 1 if they do not.

    Raises:
        ValueError: If a model or a picture cannot be opened, or the models are of two tasks.
    """
    from robot_dl.cli.parities.pictures import choose_pictures
    from robot_dl.cli.parities.viewing import open_viewer

    a = open_viewer(args.a, args.device_a, args.half_a)
    b = open_viewer(args.b or args.a, args.device_b, args.half_b)
    if a.card.task != b.card.task or a.card.labels != b.card.labels:
        raise ValueError(
            f'{a.card.name} and {b.card.name}: expected two models of one task with the same '
            f'labels, got {a.card.task} and {b.card.task}, {len(a.card.labels)} and '
            f'{len(b.card.labels)} labels'
        )
    pictures = choose_pictures(args.images, world_of(a.card), HELD_OUT[: args.pictures])
    limits = Limits(_most_apart(args, a, b), args.least_iou, args.least_agreement)
    result = compared(a, b, pictures, limits)
    if args.json:
        args.json.write_text(json.dumps(result, indent=2) + '\n', 'utf-8')
    print(table(result))
    return int(not result['ok'])


def _most_apart(args: argparse.Namespace, a: 'Viewer', b: 'Viewer') -> float:
    if args.max_difference is not None:
        return float(args.max_difference)
    return SAME_WEIGHTS if a.card.sha256 == b.card.sha256 else math.inf


def compared(a: 'Viewer', b: 'Viewer', pictures: 'Pictures', limits: Limits) -> dict[str, Any]:
    """Let two models look at pictures, and return how far they are apart, as `--json` has it."""
    from robot_dl.cli.parities.agreement import agreement_for
    from robot_dl.cli.parities.outputs import compare_outputs

    differences: dict[str, OutputDifference] = {}
    agreement = agreement_for(a.card.task)
    for image in pictures.images:
        (tensor_a, fit_a), (tensor_b, fit_b) = a.prepare(image), b.prepare(image)
        outputs_a, outputs_b = a.infer(tensor_a), b.infer(tensor_b)
        compare_outputs(differences, outputs_a, outputs_b)
        try:
            agreement.add(a.answer(outputs_a, fit_a), b.answer(outputs_b, fit_b))
        except ValueError as error:
            agreement.failures.append(str(error))
    # What ran elsewhere than asked was not compared.
    reasons = [viewer.engine.notice for viewer in (a, b) if viewer.engine.notice]
    reasons += _reasons(differences, agreement, limits)
    return {
        'a': _described(a),
        'b': _described(b),
        'pictures': pictures.source,
        'outputs': {name: _numbers(d) for name, d in differences.items()},
        'answers': agreement.as_json,
        'found': agreement.lines,
        'ok': not reasons,
        'reasons': reasons,
    }


def _described(viewer: 'Viewer') -> dict[str, str]:
    engine = viewer.engine
    return {'model': viewer.card.name, 'runs_on': engine.provider, 'notice': engine.notice}


def _numbers(difference: 'OutputDifference') -> dict[str, Any]:
    return {
        'greatest': difference.greatest,
        'mean': difference.mean,
        'relative': difference.relative,
        'not_finite': list(difference.broken),
        'shapes': difference.shapes,
    }


def _reasons(
    differences: 'dict[str, OutputDifference]', agreement: 'Agreement', limits: Limits
) -> list[str]:
    """Return why the two are not the same; nothing if they are."""
    reasons = [f'cannot be read: {failure}' for failure in agreement.failures[:1]]
    same_weights = limits.difference < math.inf
    for name, difference in differences.items():
        if any(difference.broken):
            a, b = difference.broken
            reasons.append(f'{name}: {a} numbers of A and {b} of B are NaN or infinite')
        if same_weights and difference.shapes:
            reasons.append(f'{name}: shapes {difference.shapes}')
        if difference.relative > limits.difference:
            reasons.append(f'{name}: differs by {difference.relative:.2g} of its greatest number')
    if agreement.overlap < limits.iou:
        reasons.append(f'what they find overlaps by {agreement.overlap:.3f} only')
    if agreement.share < limits.agreement:
        reasons.append(f'only {agreement.share:.1%} of what they find is the same')
    return reasons


def table(result: dict[str, Any]) -> str:
    """Return the differences as lines of text."""
    lines = []
    for side in ('a', 'b'):
        about = result[side]
        lines.append(f'{side.upper()}: {about["model"]} on {about["runs_on"]}')
        lines += [f'   {about["notice"]}'] if about['notice'] else []
    lines += [result['pictures'], '', f'{"output":20}  greatest      mean  of greatest number']
    for name, row in result['outputs'].items():
        numbers = f'{row["greatest"]:8.2g}  {row["mean"]:8.2g}  {row["relative"]:8.2g}'
        lines.append(f'{name[:20]:20}  {row["shapes"] or numbers}')
    verdict = 'they agree' if result['ok'] else 'they DIFFER: ' + '; '.join(result['reasons'])
    return '\n'.join([*lines, '', *result['found'], verdict])
