"""`robot_dl export CHECKPOINT --to FOLDER`: a model from a checkpoint of `robot_dl train`."""

from __future__ import annotations

import argparse
import json
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from robot_dl.cli.arguments import output_file, whole
from robot_dl.cli.becoming import becoming, refuse_existing
from robot_dl.cli.train import JOBS, Job, render
from robot_dl.core.names import choose
from robot_dl.training.seeds import VALIDATION

if TYPE_CHECKING:
    from torch import nn

    from robot_dl.cli.trainings.product import Product, Work

SUFFIXES = {'onnx': '.onnx', 'torchscript': '.torchscript', 'pt2': '.pt2'}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add = parser.add_argument
    add('checkpoint', type=Path, help='e.g. .data/detection/checkpoint.pt')
    add('--to', type=Path, required=True, metavar='FOLDER', help='of the new model')
    add('--model', help='which one, of a checkpoint that holds several, e.g. rooms_depth')
    add('--format', choices=SUFFIXES, default='onnx', help='(%(default)s)')
    add(
        '--validation',
        type=whole(1, len(VALIDATION)),
        metavar='N',
        help='pictures to calibrate scores on, where the task does (default: as train)',
    )
    add('--threads', type=whole(1), default=2, help='rendering processes (%(default)s)')
    add('--cache', type=Path, default=Path('.data'), help='folder of pictures (%(default)s)')
    add('--json', type=output_file, metavar='F', help='write what was done')


def run(args: argparse.Namespace) -> int:
    """Write graph and card, and compare the graph with the net.

    Raises:
        ValueError: If the file is no checkpoint of ours, or the folder is there already.
    """
    from robot_dl.engine.card import load_card

    refuse_existing(args.to)
    job, work, net = trained(args.checkpoint)
    product = _chosen(args.model, work)
    validation = None
    if product.IS_CALIBRATED:
        validation = render(work, VALIDATION[: args.validation or job.validation], 1, args)
    with becoming(args.to) as unfinished:
        product.export(net, validation, unfinished, f'{args.to.name}{SUFFIXES[args.format]}')
    greatest = difference(product.whole(net), args.to)
    task = load_card(args.to).task
    result = {'model': args.to.name, 'task': task, 'format': args.format}
    result['greatest_difference'] = greatest
    if args.json:
        args.json.write_text(json.dumps(result, indent=2) + '\n', 'utf-8')
    print(f'{args.to}: {task}, {args.format}')
    print(f'differs from the checkpoint by {greatest:.2g} at most')
    return 0


def _chosen(name: str | None, work: Work) -> Product:
    """Return which model of a training is meant.

    Raises:
        ValueError: If it is none of them, or could be several.
    """
    if name is None and len(work.products) > 1:
        raise ValueError(f'--model: expected one of {", ".join(work.products)}, got none')
    return choose('model', name or next(iter(work.products)), work.products)


def trained(checkpoint: Path) -> tuple[Job, Work, nn.Module]:
    """Return which training a checkpoint is of, and the averaged net in it.

    Raises:
        ValueError: If it is none of ours.
    """
    weights = _weights(checkpoint)
    for job in JOBS.values():
        work: Work = import_module(job.module).WORK
        net = work.net()
        shapes = {name: tensor.shape for name, tensor in net.state_dict().items()}
        if shapes == {name: tensor.shape for name, tensor in weights.items()}:
            net.load_state_dict(weights)
            return job, work, net.eval()
    raise ValueError(
        f'{checkpoint}: expected a checkpoint of `robot_dl train` ({", ".join(JOBS)}); '
        'its weights are those of another net. Other models are exported where they were trained'
    )


def _weights(checkpoint: Path) -> dict[str, Any]:
    import torch

    if not checkpoint.is_file():
        raise ValueError(f'{checkpoint}: no such file')
    try:
        # Plain tensors and numbers only: nothing else is ever unpickled.
        state = torch.load(checkpoint, map_location='cpu', weights_only=True)
        weights: dict[str, Any] = state['average']
        if not all(isinstance(tensor, torch.Tensor) for tensor in weights.values()):
            raise TypeError('its averaged weights are no tensors')
        return weights
    except Exception as error:  # an unpickler meets any bytes
        reason = (str(error) or type(error).__name__).splitlines()[0][:200]
        raise ValueError(
            f'{checkpoint}: expected a checkpoint of `robot_dl train`, with averaged weights and '
            f'nothing but tensors and numbers in it: {reason}'
        ) from error


def difference(net: nn.Module, folder: Path) -> float:
    """Return how far a model's graph is from a net at most, on noise."""
    import numpy as np
    import torch

    from robot_dl.engine.card import load_card
    from robot_dl.engine.engine import open_engine

    card = load_card(folder)
    noise = np.random.default_rng(0).random(card.image.shape, np.float32)
    outputs = open_engine(card, 'cpu')({card.image.name: noise}).values()
    with torch.inference_mode():
        said = net.eval()(torch.from_numpy(noise))
    expected = said if isinstance(said, tuple) else (said,)
    pairs = zip(outputs, expected, strict=True)
    return max(float(np.abs(output - wanted.numpy()).max()) for output, wanted in pairs)
