"""A demo from beginning to end: check, run, write, and say how it went."""

import json
import sys
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from rclpy.utilities import get_rmw_implementation_identifier

from robot_dl.cli.benches.machine import machine
from robot_dl.cli.demo import first_world
from robot_dl.cli.demos.display import Display
from robot_dl.cli.demos.drawing import annotated, png_bytes
from robot_dl.cli.demos.record import Record
from robot_dl.cli.demos.report import report_html
from robot_dl.cli.demos.runner import Course, run_demo
from robot_dl.cli.demos.summary import Facts, summary_of
from robot_dl.cli.demos.versions import model_of, transport_of, versions_of_run
from robot_dl.engine.card import ModelCard, load_card
from robot_dl.engine.library import find_model
from robot_dl.sim.worlds.offscreen import choose_backend

MOST_PICTURES = 4
NEEDED = {'mujoco': 'sim', 'jinja2': 'sim', 'onnxruntime': 'cpu'}
"""Packages that the demo or its nodes import, and the extra that brings each."""


def hold(seconds: float, out: Path, seed: int, model: str) -> bool:
    """Run a demo and write its report into `out`; return whether it has passed.

    Raises:
        OSError: If a node ended, or nothing arrived, or nothing can be rendered.
        ValueError: If the model cannot be used.
    """
    display = Display(sys.stdout)
    card = load_card(find_model(model))
    card.read_weights()
    _check_packages()
    _check_rendering()
    out.mkdir(parents=True, exist_ok=True)
    record = Record(card.labels)
    try:
        course = run_demo(record, model, first_world(seed), seconds, out / 'logs', display)
    except KeyboardInterrupt:
        display.say('Stopped: every process has ended, and no report was written.')
        raise
    command = f'robot_dl demo --seconds {seconds:g} --seed {seed}'
    summary = summary_of(record, _facts(course, card, seed, command))
    write_results(record, summary, out)
    display.say(verdict(summary))
    display.say(f'Report: {(out / "report.html").resolve()}')
    return bool(summary['passed'])


def write_results(record: Record, summary: dict[str, Any], out: Path) -> None:
    """Write summary.json, report.html and the annotated pictures into `out`."""
    text = json.dumps(summary, indent=2, ensure_ascii=False) + '\n'
    (out / 'summary.json').write_text(text, encoding='utf-8')
    page = report_html(record, summary, datetime.now())
    (out / 'report.html').write_text(page, encoding='utf-8')
    folder = out / 'frames'
    folder.mkdir(exist_ok=True)
    for old in folder.glob('*.png'):
        old.unlink()
    for kind, frames in (('right', record.gallery.good), ('wrong', record.gallery.hard)):
        for number, frame in enumerate(frames[:MOST_PICTURES], 1):
            picture = png_bytes(annotated(frame, record.labels))
            (folder / f'{kind}_{number}.png').write_bytes(picture)


def verdict(summary: dict[str, Any]) -> str:
    """Say in a sentence or two how it went."""
    if not summary['passed']:
        return f'Not passed: {"; ".join(summary["shortcomings"])}.'
    return (
        f'Passed: {summary["recall"]:.1%} of {summary["objects"]} objects in '
        f'{summary["frames"]} frames were found, and {summary["precision"]:.1%} of the '
        f'detections were right. An answer took {summary["latency_ms"]["p50"]:.0f} ms '
        f'(median; 95 % within {summary["latency_ms"]["p95"]:.0f} ms).'
    )


def _check_packages() -> None:
    for name, extra in NEEDED.items():
        if find_spec(name) is None:
            raise OSError(f"{name} is not installed; say: pip install 'robot_dl[{extra}]'")


def _check_rendering() -> None:
    try:
        choose_backend()
    except RuntimeError as error:
        raise OSError(str(error)) from error


def _facts(course: Course, card: ModelCard, seed: int, command: str) -> Facts:
    rmw = get_rmw_implementation_identifier()
    return Facts(
        command=command,
        seconds=course.seconds,
        seed=seed,
        images=course.images,
        start_s=course.start_s,
        model=model_of(card),
        transport=transport_of(rmw, course.env),
        versions=versions_of_run(rmw),
        machine=machine(),
        node=course.status,
    )
