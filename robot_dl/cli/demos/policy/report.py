"""The report of a demo of policies: one HTML file that needs nothing else."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from robot_dl.cli.demos.charts import HEIGHT, WIDTH
from robot_dl.cli.demos.drawing import jpeg_bytes
from robot_dl.cli.demos.policy.act import Act, Stop, Summary
from robot_dl.cli.demos.policy.curves import Plot, plot
from robot_dl.cli.demos.policy.summary import GOALS
from robot_dl.cli.rollouts.trace import Rgb, Series, Trace

TEMPLATES = Path(__file__).parents[1] / 'templates'
JPEG_QUALITY = 84
UNITS = {
    'position': 'rad, m',
    'velocity': 'rad/s, m/s',
    'effort': 'N·m, N',
    'twist': 'm/s, rad/s',
}
"""Units of a command by its kind: of joints that turn and of joints that slide."""
BEFORE_S, AFTER_S = 0.6, 1.2
"""How much of an emergency stop is drawn before and after it, simulated seconds."""
PRESSED = 'emergency stop'


@dataclass(frozen=True)
class Still:
    """A picture of a filmstrip, as a data URL with its size in pixels, and its moment."""

    url: str
    width: int
    height: int
    words: str


@dataclass(frozen=True)
class Chapter:
    """Everything that the page shows of one policy."""

    name: str
    act: Act
    summary: Mapping[str, Any]
    stills: Sequence[Still]
    plots: Sequence[Plot]
    stop_plots: Sequence[Plot]
    stop_words: str


def report_html(acts: Mapping[str, Act], summary: Summary, made_at: datetime) -> str:
    """Return the page of a run.

    Everything from outside the templates is escaped, so a model's name cannot become markup.

    Args:
        acts: What each policy did.
        summary: What summary.json holds.
        made_at: When the run ended.
    """
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    policies = summary['policies']
    return environment.get_template('policy.html.j2').render(
        summary=summary,
        made_at=made_at.strftime('%Y-%m-%d %H:%M'),
        chapters=[chapter(name, act, policies[name]) for name, act in acts.items()],
        goals=GOALS,
        chart_size=(WIDTH, HEIGHT),
    )


def chapter(name: str, act: Act, summary: Mapping[str, Any]) -> Chapter:
    """Return what the page shows of a policy."""
    return Chapter(
        name,
        act,
        summary,
        [still(at_s, picture) for at_s, picture in act.trace.pictures],
        plots_of(act.trace, act.kind),
        [] if act.stop is None else stop_plots(act.stop, act.kind),
        '' if act.stop is None else stop_words(act.stop, act.kind),
    )


def plots_of(
    trace: Trace, kind: str, cuts: Sequence[tuple[float, str]] = (), window: Sequence[float] = ()
) -> list[Plot]:
    """Return positions and commands of an episode over time, or of a window of it."""
    told = Series.of(trace.commands)
    # The same colour for the same joint: robots tell of their joints in an order of their own.
    series = [Series.of(trace.positions).led_by(told.names), told]
    if window:
        series = [one.between(window[0], window[1]) for one in series]
    found = [
        plot('Where the joints are', 'rad, m', series[0], trace.states, cuts),
        plot('What the robot is told', UNITS[kind], series[1], trace.states, cuts, is_held=True),
    ]
    return [one for one in found if one is not None]


def stop_plots(stop: Stop, kind: str) -> list[Plot]:
    """Return the moments around an emergency stop."""
    window = stop.at_s - BEFORE_S, stop.at_s + AFTER_S
    return plots_of(stop.trace, kind, [(stop.at_s, PRESSED)], window)


def stop_words(stop: Stop, kind: str) -> str:
    """Say in a sentence or two what the robot was told after an emergency stop."""
    if stop.stop_ms is None:
        return 'No stop was seen on the wire.'
    told = ', '.join(f'{name} {value:.3g}' for name, value in stop.told.items())
    words = f'The first command of the stop came {stop.stop_ms:.1f} ms after it was pressed'
    if stop.settled_ms is not None and stop.settled_ms > stop.stop_ms + 1:
        words += f', and none differed from the one before it after {stop.settled_ms:.0f} ms'
    words += f'. In the end the robot was told: {kind} of {told} ({UNITS[kind]}).'
    if stop.silent_ms is not None:
        words += f' After {stop.silent_ms:.0f} ms nothing was sent any more.'
    return words


def still(at_s: float, picture: Rgb) -> Still:
    """Return a picture for the page as a JPEG in a data URL."""
    height, width = picture.shape[:2]
    content = base64.b64encode(jpeg_bytes(picture, JPEG_QUALITY)).decode()
    return Still(f'data:image/jpeg;base64,{content}', width, height, f'{at_s:.1f} s')
