"""The report of a demo: one HTML file that needs nothing else."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from robot_dl.cli.demos.charts import HEIGHT, WIDTH, histogram, timeline
from robot_dl.cli.demos.drawing import jpeg_bytes
from robot_dl.cli.demos.frames import Frame
from robot_dl.cli.demos.marks import LEGEND, Mark, marks_of
from robot_dl.cli.demos.record import Record

TEMPLATE = 'report.html.j2'
MOST_PICTURES = 6


@dataclass(frozen=True)
class Picture:
    """An image for the page: its JPEG as a data URL, its marks, and a caption."""

    url: str
    width: int
    height: int
    marks: list[Mark]
    caption: str


def report_html(record: Record, summary: dict[str, Any], made_at: datetime) -> str:
    """Return the page for a run with at least one frame.

    Everything from outside the template is escaped, so a model's name cannot become markup.
    """
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    folder = Path(__file__).parent
    environment = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    hero, *good = record.gallery.good or record.gallery.hard
    return environment.get_template(TEMPLATE).render(
        summary=summary,
        made_at=made_at.strftime('%Y-%m-%d %H:%M'),
        legend=LEGEND,
        hero=picture(hero, record.labels),
        good=_pictures(good, record.labels),
        hard=_pictures(record.gallery.hard, record.labels),
        histogram=histogram(record.latency_ms, _marks(summary)),
        timeline=timeline(record.at_s, record.latency_ms, record.missed, record.false_alarms),
        chart_size=(WIDTH, HEIGHT),
    )


def picture(frame: Frame, labels: Sequence[str]) -> Picture:
    """Return a frame as the page shows it."""
    height, width = frame.image.shape[:2]
    url = f'data:image/jpeg;base64,{base64.b64encode(jpeg_bytes(frame.image)).decode()}'
    return Picture(url, width, height, marks_of(frame, labels), caption(frame))


def caption(frame: Frame) -> str:
    """Say what was right and wrong in a frame."""
    right, missed, false = (
        int(mask.sum())
        for mask in (frame.matched.is_right, frame.matched.is_missed, frame.matched.is_false_alarm)
    )
    parts = [f'{right} of {right + missed} found']
    if false:
        parts.append(f'{false} false alarm{"s" if false > 1 else ""}')
    return f'{frame.at_s:.1f} s: {", ".join(parts)}, answer after {frame.latency_ms:.0f} ms'


def _pictures(frames: Sequence[Frame], labels: Sequence[str]) -> list[Picture]:
    return [picture(frame, labels) for frame in frames[:MOST_PICTURES]]


def _marks(summary: dict[str, Any]) -> list[tuple[str, float]]:
    return [(name, summary['latency_ms'][name]) for name in ('p50', 'p95')]
