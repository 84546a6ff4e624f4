import re
from datetime import datetime
from html.parser import HTMLParser

import cv2
import numpy as np
import pytest
from demo_frames import LABELS, LEFT, RIGHT, SIZE_HW, facts, frame, recorded, right, wrong

from robot_dl.cli.demos.charts import histogram, timeline
from robot_dl.cli.demos.display import Display
from robot_dl.cli.demos.drawing import SCALE, STRIP_PX, STYLES, annotated, png_bytes
from robot_dl.cli.demos.marks import LEGEND, marks_of
from robot_dl.cli.demos.report import caption, report_html
from robot_dl.cli.demos.summary import summary_of

pytest.importorskip('jinja2')

NOON = datetime(2026, 1, 2, 12, 0)
VOID = {'meta', 'img', 'input', 'br', 'link', 'hr'}


class Page(HTMLParser):
    """Collects what a page refers to, and checks that its elements nest."""

    def __init__(self, text):
        super().__init__()
        self.references, self.open, self.tags = [], [], []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.references += [
            value for name, value in attrs if name in ('src', 'href', 'action', 'srcset', 'data')
        ]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def page(record, **changes):
    return report_html(record, summary_of(record, facts(**changes)), NOON)


RECORDS = {
    'one right frame': [right()],
    'one wrong frame': [wrong()],
    'an empty frame': [frame()],
    'many': [right(i / 10) for i in range(30)] + [wrong(3 + i / 10) for i in range(30)],
}


@pytest.mark.parametrize('name', RECORDS)
def test_the_report_needs_nothing_but_itself(name):
    text = page(recorded(*RECORDS[name]))
    found = Page(text)
    assert found.references
    assert all(r.startswith('data:image/jpeg;base64,') for r in found.references)
    assert {'script', 'link', 'iframe', 'object'}.isdisjoint(found.tags)
    assert not re.findall(r'(?:https?:)?//[a-z]|@import|url\(', text.replace('base64,//', ''))


def test_numbers_of_the_summary_stand_in_the_report():
    record = recorded(*RECORDS['many'])
    text = page(record)
    summary = summary_of(record, facts())
    assert f'{100 * summary["recall"]:.1f} %' in text
    assert f'{100 * summary["precision"]:.1f} %' in text
    assert 'not passed' in text
    for label in LABELS:
        assert f'<th>{label}</th>' in text


def test_markup_in_a_name_stays_text():
    text = page(recorded(right()), model={'name': '<script>alert(1)</script>'})
    assert '<script>' not in text
    assert '&lt;script&gt;alert(1)&lt;/script&gt;' in text


def test_the_hero_is_the_fullest_frame_without_an_error():
    full = frame([(LEFT, 0, 0.9), (RIGHT, 1, 0.9)], [(LEFT, 0, 1), (RIGHT, 1, 1)], 4.0, scene=2)
    text = page(recorded(right(0.0), wrong(2.0, scene=1), full))
    assert re.search(r'<figcaption>(.*?)</figcaption>', text)[1] == caption(full)


def test_captions_count_what_was_right_and_wrong():
    assert caption(right(1.0)) == '1.0 s: 1 of 1 found, answer after 30 ms'
    assert caption(wrong(2.0)) == '2.0 s: 0 of 1 found, 1 false alarm, answer after 30 ms'


def test_every_box_is_drawn_as_what_it_is():
    marks = marks_of(
        frame(
            [(LEFT, 0, 0.9), (RIGHT, 2, 0.8), ([30, 50, 40, 60], 1, 0.7)],
            [(LEFT, 0, 1), (RIGHT, 1, 1), ([30, 50, 40, 60], 1, 0)],
        ),
        LABELS,
    )
    assert [(m.kind, m.text) for m in marks] == [
        ('truth', ''),
        ('uncounted', ''),
        ('uncounted', 'ball 0.70'),
        ('found', 'box 0.90'),
        ('missed', 'missed ball'),
        ('false', 'wrong: can 0.80'),
    ]
    assert {m.kind for m in marks} == set(LEGEND) == set(STYLES)


def test_labels_of_a_wrong_class_and_of_the_miss_do_not_cover_each_other():
    marks = {m.kind: m for m in marks_of(wrong_class(), LABELS)}
    false, missed = marks['false'].plate_top(8, 60), marks['missed'].plate_top(8, 60)
    assert false + 8 <= missed


def wrong_class():
    return frame([(LEFT, 2, 0.8)], [(LEFT, 0, 1)])


@pytest.mark.parametrize('box', [[0, 0, 80, 60], [70, 50, 80, 60], [-5, -5, 3, 3]])
def test_marks_at_the_edge_are_drawn_inside_the_picture(box):
    for one in (frame([(box, 0, 0.9)]), frame([], [(box, 0, 1)])):
        picture = annotated(one, LABELS)
        assert picture.shape == (SIZE_HW[0] * SCALE + STRIP_PX, SIZE_HW[1] * SCALE, 3)
        for mark in marks_of(one, LABELS):
            assert 0 <= max(0, mark.plate_top(8, 60)) <= 52


def test_the_annotated_picture_shows_the_box_where_it_is():
    picture = annotated(frame([(LEFT, 0, 0.9)], [(LEFT, 0, 1)]), LABELS)
    left, top, right_edge, bottom = (edge * SCALE for edge in LEFT)
    # The left edge, away from the label: the found box covers the truth's dashes.
    assert picture[(top + bottom) // 2, left].tolist() == list(STYLES['found'].color)
    assert picture[(top + bottom) // 2, (left + right_edge) // 2].tolist() == [90, 90, 90]


def test_drawing_does_not_touch_the_frame():
    one = right()
    before = one.image.copy()
    annotated(one, LABELS)
    np.testing.assert_array_equal(one.image, before)


def test_a_png_holds_exactly_the_picture():
    picture = annotated(right(), LABELS)
    decoded = cv2.imdecode(np.frombuffer(png_bytes(picture), np.uint8), cv2.IMREAD_COLOR)
    np.testing.assert_array_equal(decoded[..., ::-1], picture)


@pytest.mark.parametrize('values', [[5.0], [5.0] * 9, [1, 2, 3, 900.0], [0.0, 0.0]])
def test_a_histogram_counts_every_value_once(values):
    chart = histogram(np.array(values, np.float64), [('p50', float(np.median(values)))])
    assert sum(bar[4] for bar in chart.bars) == len(values)
    for left, top, width, height, _, _ in chart.bars:
        assert chart.x.start_px <= left <= left + width <= chart.x.end_px + 1
        assert 0 < top <= top + height <= chart.y.px(0) + 0.1
        assert width > 0


def test_ticks_are_round_numbers_inside_the_axis():
    chart = histogram(np.linspace(0, 87.3, 100), [('p50', 40.0)])
    assert [text for _, text in chart.x.ticks(5)] == ['0', '20', '40', '60', '80']
    assert all(chart.x.start_px <= px <= chart.x.end_px for px, _ in chart.x.ticks(5))


def test_the_timeline_shows_every_frame_and_its_error():
    chart = timeline(
        np.array([0.0, 0.1, 0.2]),
        np.array([20.0, 30.0, 40.0]),
        np.array([0, 1, 0]),
        np.array([0, 2, 1]),
    )
    assert [(kind, words) for _, _, kind, words in chart.dots] == [
        ('right', '0.0 s: 20 ms'),
        ('missed', '0.1 s: 30 ms, 1 missed, 2 false'),
        ('false', '0.2 s: 40 ms, 1 false'),
    ]
    assert all(x + width <= chart.x.end_px + 0.2 for x, width, _ in chart.strip)


class Terminal:
    """A stream that says whether it is a terminal, and keeps what is written."""

    def __init__(self, is_terminal):
        self.is_terminal, self.text = is_terminal, ''

    def isatty(self):
        return self.is_terminal

    def write(self, text):
        self.text += text

    def flush(self):
        pass


def test_a_terminal_shows_one_line_in_place():
    stream = Terminal(True)
    display = Display(stream)
    display.live('one')
    display.live('two')
    display.say('end')
    assert stream.text == '\rone\x1b[K\rtwo\x1b[K\nend\n'


def test_a_line_longer_than_the_terminal_is_cut(monkeypatch):
    monkeypatch.setenv('COLUMNS', '6')
    stream = Terminal(True)
    Display(stream).live('0123456789')
    assert stream.text == '\r01234\x1b[K'


def test_a_file_gets_plain_lines_now_and_then():
    stream = Terminal(False)
    display = Display(stream)
    for number in range(100):
        display.live(str(number))
    display.say('end')
    assert stream.text == '0\nend\n'
