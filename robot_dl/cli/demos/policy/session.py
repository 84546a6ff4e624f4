"""A demo of policies from beginning to end: check, run, write, and say how it went."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from robot_dl.cli.benches.machine import machine
from robot_dl.cli.demo import first_world
from robot_dl.cli.demos.display import Display
from robot_dl.cli.demos.drawing import png_bytes
from robot_dl.cli.demos.policy.act import Act, Summary
from robot_dl.cli.demos.policy.performance import perform
from robot_dl.cli.demos.policy.report import report_html
from robot_dl.cli.demos.policy.summary import summary_of
from robot_dl.cli.demos.section import written
from robot_dl.cli.demos.versions import transport_of, versions_of_run
from robot_dl.cli.rollouts.contest import Contest
from robot_dl.cli.rollouts.stand import stand_of
from robot_dl.core.names import unknown_name
from robot_dl.engine.card import ModelCard, load_card
from robot_dl.engine.library import available_models, find_model
from robot_dl.ros.environment import child_environment

POLICIES = {
    'balance': ('balance_ppo', 'balance_dqn', 'balance_ddpg', 'balance_lstm'),
    'arm': ('reach_ppo',),
}
"""The bundled policies of each world, in the order in which they are shown."""
NEEDED = {'mujoco': 'sim', 'jinja2': 'sim', 'onnxruntime': 'cpu'}
"""Packages that the demo or its nodes import, and the extra that brings each."""


@dataclass(frozen=True)
class Wish:
    """What somebody wants to see.

    Attributes:
        out: Folder of the results.
        seed: The demo's seed.
        worlds: Where policies act.
        only: Names of the policies to show; empty shows all of the worlds.
        models: Further policies, by name or folder.
        episodes: How many of each.
        speed: Simulated seconds a second.
    """

    out: Path
    seed: int
    worlds: Sequence[str]
    only: Sequence[str] = ()
    models: Sequence[str] = ()
    episodes: int = 3
    speed: float = 4.0

    @property
    def command(self) -> str:
        """The command that repeats the run, with the bundled policies."""
        only = f' --only {",".join(self.only)}' if self.only else ''
        world = f' --world {self.worlds[0]}' if len(self.worlds) == 1 else ''
        options = f'--seed {self.seed} --episodes {self.episodes} --speed {self.speed:g}'
        return f'robot_dl demo policy{world} {options}{only}'


def hold(wish: Wish) -> bool:
    """Run a demo and write its report; return whether it has passed.

    Raises:
        OSError: If a node ended, or one does not answer.
        ValueError: If there is no such policy, or it cannot be used.
    """
    display = Display(sys.stdout)
    cards = cards_of(wish, display)
    _check_packages()
    wish.out.mkdir(parents=True, exist_ok=True)
    began_s = time.monotonic()
    try:
        acts = {name: _perform(wish, name, card, display) for name, card in cards.items()}
    except KeyboardInterrupt:
        display.say('Stopped: every process has ended, and no report was written.')
        raise
    summary = summary_of(acts, facts_of(wish, time.monotonic() - began_s))
    write_results(acts, summary, wish.out)
    display.say(verdict(summary))
    display.say(f'Report: {(wish.out / "report.html").resolve()}')
    return bool(summary['passed'])


def cards_of(wish: Wish, display: Display) -> dict[str, ModelCard]:
    """Return the policies to show by name; their weights are what their cards say.

    A bundled one that nobody has asked for is left out where it is not installed.

    Raises:
        ValueError: If there is none, or no such one, or it is for another world or task.
    """
    known = [name for world in wish.worlds for name in POLICIES[world]]
    for name in wish.only:
        if name not in known:
            raise ValueError(unknown_name('policy', name, known))
    wanted = list(wish.only) or ([] if wish.models else known)
    missing = [name for name in wanted if name not in available_models()]
    if missing and not wish.only:
        display.say(f'Not installed, so left out: {", ".join(missing)}')
        wanted = [name for name in wanted if name not in missing]
    cards = [load_card(find_model(model)) for model in (*wanted, *wish.models)]
    if not cards:
        raise ValueError(f'none of the policies is installed: {", ".join(missing)}')
    for card in cards:
        _check_card(card, wish.worlds)
        card.read_weights()
    return {card.name: card for card in cards}


def facts_of(wish: Wish, seconds: float) -> dict[str, Any]:
    """Return what is known of a run besides what the policies did."""
    from rclpy.utilities import get_rmw_implementation_identifier

    rmw = get_rmw_implementation_identifier()
    return {
        'command': wish.command,
        'seed': wish.seed,
        'speed': wish.speed,
        'seconds': round(seconds, 2),
        'transport': transport_of(rmw, child_environment()),
        'versions': versions_of_run(rmw),
        'machine': machine(),
    }


def write_results(acts: Mapping[str, Act], summary: Summary, out: Path) -> None:
    """Write summary.json, report.html and the pictures into `out`."""
    text = json.dumps(summary, indent=2, ensure_ascii=False) + '\n'
    (out / 'summary.json').write_text(text, encoding='utf-8')
    page = report_html(acts, summary, datetime.now())
    (out / 'report.html').write_text(page, encoding='utf-8')
    folder = out / 'frames'
    folder.mkdir(exist_ok=True)
    for old in folder.glob('*.png'):
        old.unlink()
    for name, act in acts.items():
        for number, (_, picture) in enumerate(act.trace.pictures, 1):
            (folder / f'{name}_{number}.png').write_bytes(png_bytes(picture))


def verdict(summary: Summary) -> str:
    """Say in a line for each policy how it went."""
    passed = 'Passed.' if summary['passed'] else 'Not passed:'
    lines = [f'{passed} {"; ".join(summary["shortcomings"])}'.rstrip()]
    for name, row in summary['policies'].items():
        mark = 'passed' if row['passed'] else 'NOT PASSED'
        stop = '–' if row['stop_ms'] is None else f'{row["stop_ms"]:.1f} ms'
        lines.append(
            f'  {name}: {mark}, {written(row["success_rate"], digits=0)} of {row["episodes"]} '
            f'episodes went well, {row["limit_breaches"]} commands beyond the limits, '
            f'emergency stop within {stop}'
        )
    return '\n'.join(lines)


def _perform(wish: Wish, name: str, card: ModelCard, display: Display) -> Act:
    stand, seed = stand_of(card.world), first_world(wish.seed)
    contest = Contest(stand, str(card.folder.resolve()), seed, wish.speed)
    return perform(card, contest, wish.episodes, wish.out / 'logs' / name, display)


def _check_card(card: ModelCard, worlds: Iterable[str]) -> None:
    if card.task != 'policy':
        raise ValueError(f'model {card.name!r}: expected one for policy, got {card.task}')
    if card.world not in worlds:
        expected = ', '.join(worlds)
        raise ValueError(
            f'model {card.name!r}: expected one of the world {expected}, got {card.world!r}; say '
            'by `world:` in its model.yaml which one it moves in'
        )


def _check_packages() -> None:
    for name, extra in NEEDED.items():
        if find_spec(name) is None:
            raise OSError(f"{name} is not installed; say: pip install 'robot_dl[{extra}]'")
