"""The report of a demo: one HTML file that needs nothing else."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from robot_dl.cli.demos.charts import HEIGHT, WIDTH, Histogram, Timeline, histogram, timeline
from robot_dl.cli.demos.drawing import jpeg_bytes, png_bytes
from robot_dl.cli.demos.frames import Frame
from robot_dl.cli.demos.marks import Line, Mark
from robot_dl.cli.demos.parts.part import Part
from robot_dl.cli.demos.role import AnyFrame, Role, nodes_of
from robot_dl.cli.demos.section import Panel, Scale, Section
from robot_dl.engine.library import BUNDLED

TEMPLATES = Path(__file__).parent / 'templates'
MOST_PICTURES = 4
JPEG_QUALITY = 84


@dataclass(frozen=True)
class Shot:
    """A panel for the page: its image as a data URL, and what is drawn over it."""

    title: str
    url: str
    width: int
    height: int
    marks: Sequence[Mark]
    lines: Sequence[Line]


@dataclass(frozen=True)
class Picture:
    """A frame for the page: some shots of it, and a caption."""

    shots: list[Shot]
    caption: str


@dataclass(frozen=True)
class Bar:
    """A bar of colours for the page, as a data URL."""

    url: str
    scale: Scale


@dataclass(frozen=True)
class Chapter:
    """Everything that the page shows of one node."""

    part: Part[Any]
    headline: str
    section: Section
    bars: list[Bar]
    summary: Mapping[str, Any]
    good: list[Picture]
    hard: list[Picture]
    histogram: Histogram | None
    timeline: Timeline | None


def report_html(
    roles: Mapping[str, Role],
    summary: dict[str, Any],
    moment: Mapping[str, AnyFrame],
    made_at: datetime,
) -> str:
    """Return the page of a run.

    Everything from outside the templates is escaped, so a model's name cannot become markup.

    Args:
        roles: What each node has done.
        summary: What summary.json holds.
        moment: The frame of each part of one image that all have answered, if there is one.
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
    return environment.get_template('report.html.j2').render(
        summary=summary,
        made_at=made_at.strftime('%Y-%m-%d %H:%M'),
        chapters=[chapter(role, summary['nodes'][name]) for name, role in roles.items()],
        moment=shots_of_moment(roles, moment),
        commands=commands_to_try(roles),
        chart_size=(WIDTH, HEIGHT),
    )


def chapter(role: Role, summary: Mapping[str, Any]) -> Chapter:
    """Return what the page shows of a node."""
    part, record = role.part, role.record
    section = part.section(record.total)
    shown = {
        kind: [picture(part, frame) for frame in frames[:MOST_PICTURES]]
        for kind, frames in (('good', record.gallery.good), ('hard', record.gallery.hard))
    }
    marks = [(name, summary['latency_ms'][name]) for name in ('p50', 'p95')]
    has_frames = len(record) > 0
    return Chapter(
        part,
        part.headline(record.total),
        section,
        [bar(scale) for scale in section.scales],
        summary,
        **shown,
        histogram=histogram(record.latency_ms, marks) if has_frames else None,
        timeline=timeline(record.at_s, record.latency_ms, record.kinds, record.words)
        if has_frames
        else None,
    )


def picture(part: Part[Any], frame: AnyFrame) -> Picture:
    """Return a frame as the page shows it."""
    return Picture([shot(panel) for panel in part.panels(frame)], caption(frame))


def caption(frame: Frame[Any]) -> str:
    """Say what was right and wrong in a frame."""
    return f'{frame.at_s:.1f} s: {frame.verdict.words}, answer after {frame.latency_ms:.0f} ms'


def shots_of_moment(roles: Mapping[str, Role], moment: Mapping[str, AnyFrame]) -> list[Shot]:
    """Return one image as the camera saw it, and as each node did."""
    if not moment:
        return []
    camera = Panel('what the camera sees', next(iter(moment.values())).image)
    shots = [shot(camera)]
    for name, role in roles.items():
        panel = role.part.panels(moment[name])[0]
        shots.append(shot(Panel(role.part.title, panel.image, panel.marks, panel.lines)))
    return shots


def commands_to_try(roles: Mapping[str, Role]) -> dict[str, str]:
    """Return what to type to run each node alone, by its executable."""
    commands = {}
    for executable, (parameters, remaps) in nodes_of(roles).items():
        words = [f'-p {name}:={_typed(value)}' for name, value in parameters.items()]
        words += [f'-r {name}:={topic}' for name, topic in remaps.items()]
        commands[executable] = ' '.join([executable, *(['--ros-args', *words] if words else [])])
    return commands


def _typed(value: str) -> str:
    """Return a parameter as one types it: a bundled model by its name."""
    path = Path(value)
    return path.name if path.parent == BUNDLED else value


def shot(panel: Panel) -> Shot:
    """Return a panel with its image as a JPEG in a data URL."""
    height, width = panel.image.shape[:2]
    url = _data_url('jpeg', jpeg_bytes(panel.image, JPEG_QUALITY))
    return Shot(panel.title, url, width, height, panel.marks, panel.lines)


def bar(scale: Scale) -> Bar:
    """Return a bar of colours as a PNG in a data URL."""
    row = np.ascontiguousarray(scale.colours[None])
    return Bar(_data_url('png', png_bytes(cv2.resize(row, (256, 8)).astype(np.uint8))), scale)


def _data_url(kind: str, content: bytes) -> str:
    return f'data:image/{kind};base64,{base64.b64encode(content).decode()}'
