"""The answers on the command line."""

import argparse
import re
from collections.abc import Callable, Mapping
from typing import Any

import yaml

from robot_dl.cli.importing.draft import GIVEN, Guess
from robot_dl.cli.importing.labels import read_labels
from robot_dl.cli.importing.presets import PRESETS
from robot_dl.core.fit import FITS
from robot_dl.engine.input_card import COLORS, LAYOUTS


def add_answers(parser: argparse.ArgumentParser) -> None:
    """Declare an option for everything that a file may not tell."""
    add = parser.add_argument_group('what the file does not tell').add_argument
    add('--labels', metavar='F', help='names of the classes: txt, yaml, json; coco80; coco91')
    add('--license', metavar='SPDX', help='licence of the weights, e.g. Apache-2.0')
    add('--input-size', type=size_hw, metavar='HxW', help='height and width, e.g. 480x640')
    add('--preset', choices=PRESETS, help='colour, mean and std at once; see docs/your_model.md')
    add('--color', choices=COLORS, help='order of the channels')
    add('--mean', type=triple, metavar='R,G,B', help='subtracted from pixels of 0 to 255')
    add('--std', type=triple, metavar='R,G,B', help='divides them after that')
    add('--fit', choices=sorted(FITS), help='how an image gets the shape of the input')
    add('--crop-fraction', type=float, metavar='X', help='part that center_crop keeps, e.g. 0.875')
    add('--resampling', help='how images become smaller: bilinear, or area as Pillow')
    add('--layout', choices=LAYOUTS, help='order of the axes of the image')
    add('--task', help='what the model does')
    add('--decoder', help='what reads the outputs')
    add('--option', action='append', type=pair, metavar='KEY=VALUE', help='option of the decoder')
    add('--constant', action='append', type=pair, metavar='INPUT=[…]', help='a further input')
    add('--description', metavar='TEXT', help='one sentence')


OPTIONS: dict[str, tuple[str, str]] = {
    'license': ('license', '--license'),
    'input_size': ('input.size_hw', '--input-size'),
    'color': ('input.color', '--color'),
    'mean': ('input.mean', '--mean'),
    'std': ('input.std', '--std'),
    'fit': ('input.fit', '--fit'),
    'crop_fraction': ('input.crop_fraction', '--crop-fraction'),
    'resampling': ('input.resampling', '--resampling'),
    'layout': ('input.layout', '--layout'),
    'task': ('task', '--task'),
    'decoder': ('decoder', '--decoder'),
    'description': ('description', '--description'),
}
"""Key of the card, and the option, by the name of the argument."""


def given_draft(args: argparse.Namespace) -> dict[str, Guess]:
    """Return what the user has said, by key of the card."""
    draft = {}
    for name, (key, option) in OPTIONS.items():
        if (value := getattr(args, name)) is not None:
            draft[key] = Guess(value, option, GIVEN)
    for kind, pairs in (('decoder_options', args.option), ('constants', args.constant)):
        for name, value in pairs or ():
            draft[f'{kind}.{name}'] = Guess(value, f'--{kind.split("_")[-1][:-1]}', GIVEN)
    if args.preset:
        preset = PRESETS[args.preset]
        for key, value in preset.values().items():
            draft.setdefault(key, Guess(value, f'--preset {args.preset}: {preset.users}', GIVEN))
    if args.labels:
        names = read_labels(args.labels)
        draft['labels'] = Guess(names, f'--labels {args.labels}: {len(names)} names', GIVEN)
    return draft


def constants(draft: Mapping[str, Guess]) -> dict[str, Any]:
    """Return the further inputs that the user has given, by name."""
    prefix = 'constants.'
    return {k[len(prefix) :]: g.value for k, g in draft.items() if k.startswith(prefix)}


def size_hw(text: str) -> list[int]:
    """Return height and width from '480x640', or from '640' for both."""
    found = re.fullmatch(r'(\d{1,5})(?:[x×](\d{1,5}))?', text.strip())
    size = [int(found[1]), int(found[2] or found[1])] if found else []
    if not size or not all(1 <= n <= 16384 for n in size):
        raise argparse.ArgumentTypeError(f'expected height x width such as 480x640, got {text!r}')
    return size


def triple(text: str) -> list[float]:
    """Return three numbers from '1,2,3', or from one for all channels."""
    try:
        numbers = [float(n) for n in text.split(',')]
    except ValueError:
        numbers = []
    if len(numbers) not in (1, 3):
        raise argparse.ArgumentTypeError(f'expected three numbers such as 1,2,3, got {text!r}')
    return numbers * 3 if len(numbers) == 1 else numbers


def pair(text: str) -> tuple[str, Any]:
    """Return the name and the value of 'name=value'; the value as YAML writes it."""
    name, equals, value = text.partition('=')
    if not equals or not name.strip():
        raise argparse.ArgumentTypeError(f'expected KEY=VALUE, got {text!r}')
    try:
        return name.strip(), yaml.safe_load(value)
    except yaml.YAMLError:
        raise argparse.ArgumentTypeError(f'{name}: cannot read the value {value!r}') from None


Type = Callable[[str], Any]
