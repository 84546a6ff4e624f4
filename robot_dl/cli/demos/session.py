"""A demo from beginning to end: check, run, write, and say how it went."""

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from rclpy.utilities import get_rmw_implementation_identifier

from robot_dl.cli.benches.machine import machine
from robot_dl.cli.demo import first_world
from robot_dl.cli.demos.casts import Cast, cast_of, playable, rate_hz_for, scene_period_s_of
from robot_dl.cli.demos.display import Display
from robot_dl.cli.demos.drawing import png_bytes, side_by_side
from robot_dl.cli.demos.parts import PARTS
from robot_dl.cli.demos.parts.part import Cards
from robot_dl.cli.demos.report import report_html
from robot_dl.cli.demos.role import AnyFrame, Role, roles_of
from robot_dl.cli.demos.runner import Course, Scenery, run_demo
from robot_dl.cli.demos.summary import Facts, summary_of
from robot_dl.cli.demos.versions import model_of, transport_of, versions_of_run
from robot_dl.engine.card import load_card
from robot_dl.engine.library import available_models, find_model
from robot_dl.sim.worlds import find_world
from robot_dl.sim.worlds.offscreen import choose_backend

MOST_PICTURES = 3
NEEDED = {'mujoco': 'sim', 'jinja2': 'sim', 'onnxruntime': 'cpu'}
"""Packages that the demo or its nodes import, and the extra that brings each."""


@dataclass(frozen=True)
class Wish:
    """What somebody wants to see.

    Attributes:
        seconds: How long to compare.
        out: Folder of the results.
        seed: The demo's seed.
        world: The simulated world.
        only: Names of the parts to run; empty runs all of the world.
        models: Models instead of the bundled ones, each for the part of its task.
        rate_hz: Images a second; None chooses what the machine can do.
    """

    seconds: float
    out: Path
    seed: int
    world: str
    only: Sequence[str] = ()
    models: Sequence[str] = ()
    rate_hz: float | None = None

    @property
    def command(self) -> str:
        """The command that repeats the run, with the bundled models."""
        only = f' --only {",".join(self.only)}' if self.only else ''
        rate = '' if self.rate_hz is None else f' --rate {self.rate_hz:g}'
        world = f' --world {self.world} --seed {self.seed}'
        return f'robot_dl demo{world} --seconds {self.seconds:g}{only}{rate}'


def hold(wish: Wish) -> bool:
    """Run a demo and write its report; return whether it has passed.

    Raises:
        OSError: If a node ended, or one does not answer, or nothing can be rendered.
        ValueError: If there is no such world or node, or a model cannot be used.
    """
    display = Display(sys.stdout)
    cast, cards = cast_and_cards(wish, display)
    _check_packages()
    _check_rendering()
    roles = roles_of(cast, cards)
    for role in roles.values():
        role.part.check(find_world(wish.world).segment_labels)
    wish.out.mkdir(parents=True, exist_ok=True)
    rate_hz = wish.rate_hz or rate_hz_for(roles, wish.world)
    period_s = scene_period_s_of(wish.world)
    scenery = Scenery(wish.world, first_world(wish.seed), rate_hz, period_s)
    try:
        course = run_demo(roles, scenery, wish.seconds, wish.out / 'logs', display)
    except KeyboardInterrupt:
        display.say('Stopped: every process has ended, and no report was written.')
        raise
    summary = summary_of(roles, _facts(wish, course, cards, rate_hz))
    write_results(roles, summary, course.moment, wish.out)
    display.say(verdict(roles, summary))
    display.say(f'Report: {(wish.out / "report.html").resolve()}')
    return bool(summary['passed'])


def cast_and_cards(wish: Wish, display: Display) -> tuple[Cast, Cards]:
    """Return the nodes to run, and the cards of their models; the weights are what they say.

    A node that nobody has asked for is left out where its model is not installed.

    Raises:
        ValueError: If there is no such world, node or model, or nobody wants a model.
    """
    given = [load_card(find_model(model)) for model in wish.models]
    everybody = cast_of(wish.world, wish.only)
    tasks = {PARTS[name].task: name for name, model in everybody.items() if model}
    for card in given:
        if card.task not in tasks:
            wanted = ', '.join(tasks)
            raise ValueError(f'model {card.name!r}: expected one for {wanted}, got {card.task}')
    chosen = {tasks[card.task]: card for card in given}
    cast = {name: '' if name in chosen else model for name, model in everybody.items()}
    if not wish.only:
        cast = playable(cast, available_models())
    missing = [model for name, model in everybody.items() if name not in cast and model]
    if not cast:
        raise ValueError(f'none of the models is installed: {", ".join(missing)}')
    if missing:
        display.say(f'Not installed, so their nodes are left out: {", ".join(missing)}')
    bundled = {name: load_card(find_model(model)) for name, model in cast.items() if model}
    cards = {**chosen, **bundled}
    for card in cards.values():
        card.read_weights()
    return cast, cards


def write_results(
    roles: Mapping[str, Role], summary: dict[str, Any], moment: Mapping[str, AnyFrame], out: Path
) -> None:
    """Write summary.json, report.html and the annotated pictures into `out`."""
    text = json.dumps(summary, indent=2, ensure_ascii=False) + '\n'
    (out / 'summary.json').write_text(text, encoding='utf-8')
    page = report_html(roles, summary, moment, datetime.now())
    (out / 'report.html').write_text(page, encoding='utf-8')
    folder = out / 'frames'
    folder.mkdir(exist_ok=True)
    for old in folder.glob('*.png'):
        old.unlink()
    for name, role in roles.items():
        _write_pictures(role, folder, name)


def _write_pictures(role: Role, folder: Path, name: str) -> None:
    gallery = role.record.gallery
    for kind, frames in (('right', gallery.good), ('wrong', gallery.hard)):
        for number, frame in enumerate(frames[:MOST_PICTURES], 1):
            picture = png_bytes(side_by_side(role.part.panels(frame)))
            (folder / f'{name}_{kind}_{number}.png').write_bytes(picture)


def verdict(roles: Mapping[str, Role], summary: dict[str, Any]) -> str:
    """Say in a line for each node how it went."""
    lines = []
    for name, role in roles.items():
        node = summary['nodes'][name]
        mark = 'passed' if node['passed'] else 'NOT PASSED'
        line = f'  {name}: {mark}, {role.part.headline(role.record.total)}'
        if node['frames']:
            ages = node['latency_ms']
            line += f'; answers after {ages["p50"]:.0f} ms (95 % within {ages["p95"]:.0f} ms)'
        lines.append(line)
    head = 'Passed' if summary['passed'] else f'Not passed: {"; ".join(summary["shortcomings"])}'
    return '\n'.join(
        [f'{head}. {summary["images"]} images of the world {summary["world"]}:', *lines]
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


def _facts(wish: Wish, course: Course, cards: Cards, rate_hz: float) -> Facts:
    rmw = get_rmw_implementation_identifier()
    return Facts(
        command=wish.command,
        world=wish.world,
        seconds=course.seconds,
        seed=wish.seed,
        camera_hz=rate_hz,
        images=course.images,
        start_s=course.start_s,
        models={name: model_of(card) for name, card in cards.items()},
        transport=transport_of(rmw, course.env),
        versions=versions_of_run(rmw),
        machine=machine(),
        statuses=course.statuses,
    )
