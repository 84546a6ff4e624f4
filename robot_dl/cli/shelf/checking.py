"""`robot_dl models check NAME`: run a model on every engine here, and compare."""

import argparse
import json
import statistics
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from robot_dl.cli.arguments import output_file, whole
from robot_dl.cli.parities.agreement import Agreement, agreement_for
from robot_dl.cli.parities.outputs import OutputDifference, compare_outputs
from robot_dl.cli.parities.viewing import Outputs
from robot_dl.cli.parity import SAME_WEIGHTS
from robot_dl.cli.trials import Rgb, Sight, look, picture_of
from robot_dl.core.node_params import DEVICES
from robot_dl.engine.card import OF_A_POLICY, load_card
from robot_dl.engine.engine import available_devices
from robot_dl.engine.library import find_model

HEADS = ('device', 'runs on', 'ms', 'greatest', 'mean', 'agreement', 'verdict')

LEAST_AGREEMENT = 0.98


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add = parser.add_argument
    add('model', help="a model's name, or a folder with model.yaml")
    add('--image', type=Path, metavar='F', help='picture to look at (default: a test picture)')
    add('--device', choices=DEVICES, action='append', help='only this one; may be repeated')
    add('--repeats', type=whole(1), default=20, help='runs that are timed (%(default)s)')
    add('--json', type=output_file, metavar='F', help='write the same')


def run(args: argparse.Namespace) -> int:
    """Print a line for every engine; 1 if one fails, or does not agree with the first.

    Raises:
        ValueError: If the model or the picture cannot be opened at all.
    """
    card = load_card(find_model(args.model))
    if card.task == OF_A_POLICY:
        raise ValueError(f'{card.name} is a policy and sees no picture: robot_dl policy check')
    card.read_weights()
    devices = args.device or available_devices(card.weights_path.suffix)
    image = picture_of(args.image)
    rows = _rows(args.model, devices, image, args.repeats)
    print(f'{card.name}: {card.task}, {card.decoder}, {card.license}, weights as the card says')
    print(table(rows))
    agree = all(row['verdict'] in ('reference', 'agrees') for row in rows)
    if args.json:
        whole_result = {'model': card.name, 'ok': agree, 'engines': rows}
        args.json.write_text(json.dumps(whole_result, indent=2) + '\n', 'utf-8')
    return int(not agree)


def _rows(model: str, devices: Iterable[str], image: Rgb, repeats: int) -> list[dict[str, Any]]:
    """Return what each device made of the picture; the first that works is the reference."""
    rows: list[dict[str, Any]] = []
    reference: Sight | None = None
    for device in devices:
        try:
            sight = look(model, device, image)
            row = {
                'runs on': sight.viewer.engine.provider,
                'ms': _typical_ms(sight.repeat, repeats),
            }
        except ValueError as error:
            rows.append({'device': device, 'verdict': f'fails: {error}'})
            continue
        rows.append({'device': device, **row, **_compared(sight, reference), 'found': sight.words})
        reference = reference or sight
    return rows


def _compared(sight: Sight, reference: Sight | None) -> dict[str, Any]:
    if sight.viewer.engine.notice:
        return {'verdict': sight.viewer.engine.notice}
    if reference is None:
        return {'verdict': 'reference'}
    answers = agreement_for(sight.viewer.card.task)
    answers.add(reference.answer, sight.answer)
    return difference(reference.outputs, sight.outputs, answers)


def difference(a: Outputs, b: Outputs, answers: Agreement) -> dict[str, Any]:
    """Return how far two engines are apart in what they make of a picture.

    Args:
        a: Outputs of the first engine, by name.
        b: Outputs of the second.
        answers: What the node would publish of both, compared.
    """
    outputs: dict[str, OutputDifference] = {}
    compare_outputs(outputs, a, b)
    return {
        'greatest': max(o.relative for o in outputs.values()),
        'mean': max(o.mean / max(o.size, 1e-9) for o in outputs.values()),
        'agreement': answers.share,
        'verdict': _verdict(outputs, answers),
    }


def _verdict(outputs: dict[str, OutputDifference], answers: Agreement) -> str:
    for name, output in outputs.items():
        if output.shapes or any(output.broken):
            return f'DIFFERS: {name}: {output.shapes or "NaN or infinity"}'
        if output.relative > SAME_WEIGHTS:
            return f'DIFFERS: {name} by {output.relative:.1%} of its greatest number'
    if answers.share < LEAST_AGREEMENT:
        return f'DIFFERS: {answers.share:.0%} of what is found is found by both'
    return 'agrees'


def _typical_ms(run: Callable[[], object], repeats: int) -> float:
    times_ms = []
    for _ in range(repeats):
        start = time.perf_counter()
        run()
        times_ms.append((time.perf_counter() - start) * 1e3)
    return round(statistics.median(times_ms), 3)


def table(rows: list[dict[str, Any]]) -> str:
    """Return a line an engine, and what the reference has found."""
    cells = [HEADS, *(tuple(_shown(row.get(head)) for head in HEADS) for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = ['  '.join(f'{c:{w}}' for c, w in zip(row, widths, strict=True)) for row in cells]
    found = [f'found: {row["found"]}' for row in rows if row['verdict'] == 'reference']
    return '\n'.join([*(line.rstrip() for line in lines), *found])


def _shown(value: Any) -> str:
    if isinstance(value, float):
        return f'{value:.2g}' if value < 1 else f'{value:.1f}'
    return '' if value is None else str(value)
