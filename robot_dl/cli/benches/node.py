"""`robot_dl bench detection`, and of other tasks: what a node costs beyond network and transport.

    overhead_ratio = (end_to_end_ms - transport_floor_ms) / raw_inference_ms
    overhead_ms = end_to_end_ms - transport_floor_ms - 1.25 raw_inference_ms

`raw_inference_ms` is the bare runtime with its fastest settings, called again and again;
`raw_at_camera_rate_ms` is the same with the rest between two images of a camera, in which caches
forget. `end_to_end_ms` is the age of the complete answer at a subscriber in a third process, and
`transport_floor_ms` the same for a node that answers at once, with pictures of the same size but
without content, and with empty arrays.

    together_ratio = the slower of two nodes that get images at once / end_to_end_ms

`around_inference_ms` is everything but inference for one image: reading the message, fitting and
normalising, decoding, and making the message; measured step by step in the benchmark's own
process, with the inference in between, which empties the caches. `..._at_0.25` and the like are
the same with another least score. `start_to_first_detection_s` is the time to the first answer,
whatever the answer is.
"""

import argparse
import json
import os
import statistics
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from robot_dl.cli.arguments import output_file, positive, whole
from robot_dl.cli.benches import turns
from robot_dl.cli.benches.goals import as_json, verdict_lines, verdicts
from robot_dl.cli.benches.machine import machine, versions
from robot_dl.cli.benches.models import PREFIX, WIDTHS, model_folder
from robot_dl.cli.benches.percentiles import percentile
from robot_dl.cli.benches.picture import SIZE
from robot_dl.cli.benches.tasks import NODES, BenchedNode, tasks_of
from robot_dl.engine.card import load_card
from robot_dl.engine.card_checks import CardError
from robot_dl.engine.library import find_model
from robot_dl.ros.memory import keep_freed_memory
from robot_dl.ros.shared_memory import remove_dead_segments

ALLOWED_CALLS = 1.25
"""So many times the bare call a node may take for its network, whose caches the rest empties."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    known = ' or '.join(PREFIX + name for name in WIDTHS)
    which = f"name or folder, by default the node's own; detectors also {known}"
    parser.add_argument('--json', type=output_file, help='write the results to this file')
    parser.add_argument('--model', help=which)
    parser.add_argument('--image', type=Path, help='image to answer; noise by default')
    parser.add_argument('--seconds', type=positive, default=30.0, help='time for the turns (30)')
    parser.add_argument('--starts', type=whole(0), default=3, help='starts to time (3)')


def run(args: argparse.Namespace) -> int:
    """Measure, print a table, and write the JSON."""
    tasks = tasks_of(args.bench)
    asked = args.model or NODES[tasks[0]].model
    with model_folder(asked) as args.model:
        results, context = measure(node_for(args.model, tasks), args)
    judged = verdicts(asked, len(os.sched_getaffinity(0)), results)
    print('\n'.join([context['description'], *table(results), *verdict_lines(judged)]))
    if args.json:
        content = {**results, 'goals': as_json(judged), **context}
        args.json.write_text(json.dumps(content, indent=2) + '\n')
    return 0


def node_for(model: str, tasks: tuple[str, ...]) -> BenchedNode:
    """Return the node that runs a model.

    Raises:
        CardError: If the model is for none of the tasks.
    """
    task = load_card(find_model(model)).task
    if task not in tasks:
        raise CardError(f'{model}: expected a model for {" or ".join(tasks)}, got {task!r}')
    return NODES[task]


def measure(node: BenchedNode, args: argparse.Namespace) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the results, and what is to be known of how they came about."""
    from robot_dl.cli.benches.inference import fastest_runtime
    from robot_dl.cli.benches.stages import open_stages

    keep_freed_memory()
    stages = open_stages(args.model, SIZE, args.image)
    runtime = fastest_runtime(stages.card, stages.tensor())
    try:
        starts_s = [turns.start_to_first_s(node, args) for _ in range(args.starts)]
        samples, memory_mb = turns.measure(node, args, runtime, stages)
    finally:
        remove_dead_segments()
    results = {
        **latencies(samples),
        **stages.summary(),
        **memory_mb,
        'start_to_first_detection_s': round(statistics.median(starts_s), 3) if starts_s else None,
    }
    return results, {
        'model': stages.card.name,
        'description': stages.card.description,
        'raw_settings': {'threads': runtime.threads, 'waiting': runtime.waiting},
        'images': len(samples[turns.NODE]),
        'machine': machine(),
        'versions': versions(),
    }


def latencies(samples: Mapping[str, list[float]]) -> dict[str, float | None]:
    """Return the medians of the turns, and what follows from them."""
    raw_ms, rested_ms, floor_ms, total_ms, *both_ms = (
        percentile(samples[name], 50)
        for name in (
            turns.RAW,
            turns.RESTED,
            turns.FLOOR,
            turns.NODE,
            turns.TOGETHER,
            turns.SECOND_TOGETHER,
        )
    )
    came_ms = [ms for ms in both_ms if ms is not None]
    together_ms = max(came_ms) if len(came_ms) == 2 else None
    return {
        'raw_inference_ms': raw_ms,
        'raw_at_camera_rate_ms': rested_ms,
        'transport_floor_ms': floor_ms,
        'end_to_end_ms': total_ms,
        'end_to_end_p95_ms': percentile(samples[turns.NODE], 95),
        'overhead_ratio': overhead_ratio(raw_ms, floor_ms, total_ms),
        'overhead_ms': overhead_ms(raw_ms, floor_ms, total_ms),
        'together_ms': together_ms,
        'together_ratio': ratio(together_ms, total_ms),
    }


def overhead_ratio(
    raw_ms: float | None, floor_ms: float | None, total_ms: float | None
) -> float | None:
    """Return the node's time per time of the bare network; None if something did not arrive."""
    if floor_ms is None or total_ms is None:
        return None
    return ratio(total_ms - floor_ms, raw_ms)


def overhead_ms(
    raw_ms: float | None, floor_ms: float | None, total_ms: float | None
) -> float | None:
    """Return what the node takes beyond transport and `ALLOWED_CALLS`; None as above."""
    if raw_ms is None or floor_ms is None or total_ms is None:
        return None
    return round(total_ms - floor_ms - ALLOWED_CALLS * raw_ms, 3)


def ratio(a: float | None, b: float | None) -> float | None:
    """Return a / b, to a thousandth; None if one is missing."""
    return None if a is None or b is None else round(a / b, 3)


def table(results: Mapping[str, Any]) -> list[str]:
    """Return a line per result for the terminal."""
    rows = {name: value for name, value in results.items() if not isinstance(value, (dict, list))}
    for case in results['cases']:
        counts = [f'{case[name]} {name}' for name in ('candidates', 'found') if name in case]
        rows[f'{case["case"]}: {", ".join(counts)}'.removesuffix(': ')] = ''
        rows.update({f'{case["case"]} {name}': ms for name, ms in case['stages_ms'].items()})
    rows.update({f'bytes {name}': n for name, n in results['allocated_bytes'].items()})
    return [f'{name:<44} {value!s:>8}' for name, value in rows.items()]
