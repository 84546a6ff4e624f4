"""`robot_dl quantize MODEL --to FOLDER`: a smaller model, and what that has cost."""

import argparse
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from robot_dl.cli.arguments import output_file, whole
from robot_dl.cli.becoming import becoming, refuse_existing
from robot_dl.cli.eval import world_of
from robot_dl.core.node_params import DEVICES
from robot_dl.training.seeds import HELD_OUT, TRAINING

if TYPE_CHECKING:
    from robot_dl.cli.parities.pictures import Pictures
    from robot_dl.cli.parities.viewing import Viewer
    from robot_dl.cli.quantizing.modes import Feed
    from robot_dl.engine.card import ModelCard

MODES = ('int8', 'dynamic', 'fp16')
SCOPES = ('all', 'convolutions')
COMPARED = 100
"""Pictures on which a model without an exam is compared with its original."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add = parser.add_argument
    add('model', help="a model's name, or a folder with model.yaml and an ONNX file")
    add('--to', type=Path, required=True, metavar='FOLDER', help='of the new model')
    add('--mode', choices=MODES, default='int8', help='(%(default)s)')
    add(
        '--scope',
        choices=SCOPES,
        default='all',
        help='operations that become INT8: all suits the CPU, convolutions suits openvino '
        '(%(default)s)',
    )
    add('--images', type=Path, metavar='FOLDER', help='to calibrate on (default: rendered ones)')
    add('--pictures', type=whole(1), default=200, help='to calibrate on (%(default)s)')
    add('--eval-images', type=whole(1, len(HELD_OUT)), help='to score on (default: as eval)')
    add('--device', choices=DEVICES, default='cpu', help='to measure on (%(default)s)')
    add('--threads', type=whole(0), default=0, help='to measure with; 0 takes up to four cores')
    add('--json', type=output_file, metavar='F', help='write what was measured')


def run(args: argparse.Namespace) -> int:
    """Write the model with its measured loss, and print it.

    Raises:
        ValueError: If the model is not ONNX, or there are no pictures to calibrate on.
    """
    from robot_dl.cli.parities.viewing import open_viewer
    from robot_dl.cli.quantizing.measuring import measure_speed

    original = open_viewer(args.model, args.device, threads=args.threads)
    _check(original.card, args)
    made_by, content = _smaller(original, args)
    with becoming(args.to) as unfinished:
        write_model(original.card, unfinished, content, made_by)
        made = open_viewer(str(unfinished), args.device, threads=args.threads)
        loss = _loss(original, made, args)
        card = write_model(original.card, unfinished, content, {**made_by, **loss})
    picture = next(iter(_pictures(original.card, args, HELD_OUT[:1]).images))
    speed = measure_speed(original, made, original.prepare(picture)[0])
    result = {
        'model': card.name,
        **made_by,
        **loss,
        'runs_on': made.engine.provider,
        'bytes': len(content),
        'bytes_of_original': original.card.weights_path.stat().st_size,
        'ms': round(speed.smaller_ms, 3),
        'ms_of_original': round(speed.original_ms, 3),
        'times_faster': round(speed.ratio, 3),
    }
    if args.json:
        args.json.write_text(json.dumps(result, indent=2) + '\n', 'utf-8')
    print('\n'.join(f'{name:28} {value}' for name, value in result.items()))
    return 0


def _check(card: 'ModelCard', args: argparse.Namespace) -> None:
    if card.weights_path.suffix.lower() != '.onnx' or card.files:
        kind = f'{card.weights_path.name} with further files' if card.files else card.weights
        raise ValueError(f'{card.name}: expected a single ONNX file, got {kind}')
    refuse_existing(args.to)


def _smaller(original: 'Viewer', args: argparse.Namespace) -> tuple[dict[str, Any], bytes]:
    """Return how the graph was made smaller, and its file."""
    from robot_dl.cli.quantizing.modes import MODES as WAYS
    from robot_dl.cli.quantizing.modes import smaller

    card, way = original.card, WAYS[args.mode]
    made_by = {
        'made_from': card.name,
        'sha256_of_original': card.sha256,
        'precision': way.words + (f', {args.scope}' if args.mode != 'fp16' else ''),
    }
    feeds: Iterator[Feed] = iter(())
    if way.needs_pictures:
        pictures = _pictures(card, args, TRAINING[: args.pictures])
        if not pictures.are_real:
            raise ValueError(
                '--mode int8 has to see what the model will see: give --images FOLDER, or install '
                'what renders pictures (robot_dl[sim])'
            )
        made_by['calibrated_on'] = pictures.source
        feeds = _feeds(original, pictures)
    return made_by, smaller(card.read_weights().content, args.mode, feeds, args.scope)


def _pictures(card: 'ModelCard', args: argparse.Namespace, seeds: range) -> 'Pictures':
    from robot_dl.cli.parities.pictures import choose_pictures

    return choose_pictures(args.images, world_of(card), seeds)


def _feeds(viewer: 'Viewer', pictures: 'Pictures') -> 'Iterator[Feed]':
    from robot_dl.cli.quantizing.modes import feed_of

    constants = getattr(viewer.engine, 'constants', {})
    for image in pictures.images:
        yield feed_of(viewer.prepare(image)[0], viewer.card.image.name, constants)


def _loss(original: 'Viewer', made: 'Viewer', args: argparse.Namespace) -> dict[str, Any]:
    """Return scores of both where there is a truth; else how much of the answers is the same."""
    from robot_dl.cli.parity import Limits, compared
    from robot_dl.cli.quantizing.measuring import agreement_loss, exam_loss, has_exam

    if has_exam(original.card):
        return exam_loss(original.card, made.card, args.eval_images, args.device)
    pictures = _pictures(original.card, args, HELD_OUT[:COMPARED])
    result = compared(original, made, pictures, Limits(float('inf'), 0.0, 0.0))
    return agreement_loss(result['answers'], pictures.source)


def write_model(
    original: 'ModelCard', folder: Path, content: bytes, measured: dict[str, Any]
) -> 'ModelCard':
    """Write weights and card of a model that was made from another one into `folder`."""
    from robot_dl.cli.importing.card_text import yaml_text
    from robot_dl.engine.card import load_card

    text = (original.folder / 'model.yaml').read_text('utf-8')
    values = {
        **yaml.safe_load(text),
        'name': folder.name,
        'weights': f'{folder.name}.onnx',
        'sha256': hashlib.sha256(content).hexdigest(),
        'measured': measured,
    }
    (folder / values['weights']).write_bytes(content)
    (folder / 'model.yaml').write_text(yaml_text(values), 'utf-8')
    return load_card(folder)
