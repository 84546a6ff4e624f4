import re
from datetime import datetime

import cv2
import numpy as np
import pytest
from demo_frames import (
    GREY,
    LABELS,
    LEFT,
    PINHOLE,
    RIGHT,
    SIZE_HW,
    boxes3d,
    classes_verdict,
    distances_verdict,
    facts,
    frame,
    frame_of,
    painted,
    places_verdict,
    right,
    role,
    silhouettes_verdict,
    verdict_on,
    wrong,
)
from html_page import is_self_contained

from robot_dl.cli.demos.charts import histogram, timeline
from robot_dl.cli.demos.drawing import (
    SCALE,
    STRIP_PX,
    STYLES,
    annotated,
    png_bytes,
    side_by_side,
)
from robot_dl.cli.demos.marks import LEGEND, marks_of
from robot_dl.cli.demos.report import caption, report_html
from robot_dl.cli.demos.section import Panel
from robot_dl.cli.demos.summary import summary_of
from robot_dl.cli.demos.verdicts.reach import Ranges, Reach

pytest.importorskip('jinja2')

NOON = datetime(2026, 1, 2, 12, 0)


def page(roles, moment=None, **changes):
    return report_html(roles, summary_of(roles, facts(**changes)), moment or {}, NOON)


def classes_frame(at_s, scene=0, is_right=True):
    truth = np.minimum(painted(LEFT, RIGHT), 2)
    return frame_of(classes_verdict(truth if is_right else truth * 0, truth), at_s, scene=scene)


def silhouettes_frame(at_s, scene=0):
    verdict = silhouettes_verdict([(LEFT, 0, 0.9), (RIGHT, 1, 0.8)], [(LEFT, 0, 1), (RIGHT, 2, 1)])
    return frame_of(verdict, at_s, scene=scene)


def places_frame(at_s, scene=0):
    truth = boxes3d(([0, 0, 1], 0, True), ([0.3, 0, 1], 1, True), ([-0.4, 0, 1.2], 2, True))
    found = boxes3d(([0, 0, 1.05], 0, True), ([0.3, 0.2, 1], 2, True))
    return frame_of(places_verdict(found, truth), at_s, scene=scene)


def reach_frame(at_s):
    angles_rad = np.linspace(-0.4, 0.4, 9)
    truth = Ranges(angles_rad, np.array([2, 2, np.nan, 2, 2, 2, np.inf, 2, 2]))
    found = Ranges(angles_rad, np.array([2, 2, 2, np.nan, 2, 3, 2, 2, 2]))
    return frame_of(Reach.judge(found, truth, PINHOLE, 4.0, 0.9), at_s)


def everybody():
    """Return every part with a frame that is right or wrong."""
    return {
        'detection': role(right(0.0), wrong(0.1, scene=1)),
        'segmentation': role(
            classes_frame(0.0), classes_frame(0.1, 1, is_right=False), name='segmentation'
        ),
        'instance_segmentation': role(silhouettes_frame(0.0), name='instance_segmentation'),
        'depth': role(frame_of(distances_verdict([[1.0]], [[1.3]])), name='depth'),
        'detection3d': role(places_frame(0.0), name='detection3d'),
        'free_space': role(reach_frame(0.0), name='free_space'),
    }


ROLES = {
    'one right frame': {'detection': role(right())},
    'one wrong frame': {'detection': role(wrong())},
    'an empty frame': {'detection': role(frame())},
    'no frame': {'detection': role(), 'depth': role(name='depth')},
    'many': {
        'detection': role(
            *(right(i / 10) for i in range(30)), *(wrong(3 + i / 10) for i in range(30))
        )
    },
    'everybody': everybody(),
}


@pytest.mark.parametrize('name', ROLES)
def test_the_report_needs_nothing_but_itself(name):
    text = page(ROLES[name])
    assert name == 'no frame' or 'src="data:image/' in text
    assert is_self_contained(text)


def test_numbers_of_the_summary_stand_in_the_report():
    roles = ROLES['many']
    text = page(roles)
    node = summary_of(roles, facts())['nodes']['detection']
    assert f'{100 * node["recall"]:.1f} %' in text
    assert f'{100 * node["precision"]:.1f} %' in text
    assert 'not passed' in text
    for label in LABELS:
        assert f'<th>{label}</th>' in text


def test_every_node_has_a_section_with_its_age_and_rate():
    text = page(everybody())
    for name, one in everybody().items():
        assert f'<section id="{name}">' in text
        assert text.count(one.part.title) >= 1
    assert text.count('Age of an answer') == len(everybody())
    assert text.count('95 % within 30 ms') >= 5


def test_one_image_is_shown_as_every_node_saw_it():
    roles = everybody()
    moment = {
        name: (one.record.gallery.good or one.record.gallery.hard)[0]
        for name, one in roles.items()
    }
    text = page(roles, moment)
    assert 'One image, as every node saw it' in text
    assert 'One image, as every node saw it' not in page(roles)


def test_markup_in_a_name_stays_text():
    models = {'detection': {'name': '<script>alert(1)</script>'}}
    text = page(ROLES['one right frame'], models=models)
    assert '<script>' not in text
    assert '&lt;script&gt;alert(1)&lt;/script&gt;' in text


def test_the_first_picture_is_the_fullest_frame_without_an_error():
    full = frame([(LEFT, 0, 0.9), (RIGHT, 1, 0.9)], [(LEFT, 0, 1), (RIGHT, 1, 1)], 4.0, scene=2)
    text = page({'detection': role(right(0.0), wrong(2.0, scene=1), full)})
    captions = re.findall(r'<figcaption>(.*?)</figcaption>', text)
    assert caption(full) == next(c for c in captions if 'answer after' in c)


def test_captions_count_what_was_right_and_wrong():
    assert caption(right(1.0)) == '1.0 s: 1 of 1 found, answer after 30 ms'
    assert caption(wrong(2.0)) == '2.0 s: 0 of 1 found, 1 false alarm, answer after 30 ms'


def test_every_box_is_drawn_as_what_it_is():
    marks = marks_of(
        verdict_on(
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
    assert {m.kind for m in marks} == set(LEGEND) == set(STYLES) - {'grid'}


def test_labels_of_a_wrong_class_and_of_the_miss_do_not_cover_each_other():
    wrong_class = verdict_on([(LEFT, 2, 0.8)], [(LEFT, 0, 1)])
    marks = {m.kind: m for m in marks_of(wrong_class, LABELS)}
    false, missed = marks['false'].plate_top(8, 60), marks['missed'].plate_top(8, 60)
    assert false + 8 <= missed


def panel_of(one):
    """Return a frame with boxes as a panel."""
    return Panel('boxes', one.image, marks_of(one.verdict, LABELS))


@pytest.mark.parametrize('box', [[0, 0, 80, 60], [70, 50, 80, 60], [-5, -5, 3, 3]])
def test_marks_at_the_edge_are_drawn_inside_the_picture(box):
    for one in (frame([(box, 0, 0.9)]), frame([], [(box, 0, 1)])):
        picture = annotated(panel_of(one))
        assert picture.shape == (SIZE_HW[0] * SCALE + STRIP_PX, SIZE_HW[1] * SCALE, 3)
        for mark in panel_of(one).marks:
            assert 0 <= max(0, mark.plate_top(8, 60)) <= 52


def test_the_annotated_picture_shows_the_box_where_it_is():
    picture = annotated(panel_of(frame([(LEFT, 0, 0.9)], [(LEFT, 0, 1)])))
    left, top, right_edge, bottom = (edge * SCALE for edge in LEFT)
    # The left edge, away from the label: the found box covers the truth's dashes.
    assert picture[(top + bottom) // 2, left].tolist() == list(STYLES['found'].color)
    assert picture[(top + bottom) // 2, (left + right_edge) // 2].tolist() == [90, 90, 90]


def test_drawing_does_not_touch_the_frame():
    for one in everybody().values():
        for each in [*one.record.gallery.good, *one.record.gallery.hard]:
            for panel in one.part.panels(each):
                annotated(panel)
            np.testing.assert_array_equal(each.image, GREY)


def test_panels_of_a_frame_stand_side_by_side_whatever_their_size():
    for one in everybody().values():
        for each in [*one.record.gallery.good, *one.record.gallery.hard]:
            panels = one.part.panels(each)
            height = annotated(panels[0]).shape[0] // (1 if len(panels) == 1 else SCALE)
            assert side_by_side(panels).shape[0] == height


def test_a_png_holds_exactly_the_picture():
    picture = annotated(panel_of(right()))
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
        ['right', 'missed', 'false'],
        ['fine', '1 missed', '1 false'],
    )
    assert [(kind, words) for _, _, kind, words in chart.dots] == [
        ('right', '0.0 s: 20 ms, fine'),
        ('missed', '0.1 s: 30 ms, 1 missed'),
        ('false', '0.2 s: 40 ms, 1 false'),
    ]
    assert all(x + width <= chart.x.end_px + 0.2 for x, width, _ in chart.strip)
