"""What the deployment benchmark makes of stamps, arrivals and memory. No ROS."""

import pytest

from robot_dl.bringup.catalogue import node_kinds
from robot_dl.bringup.reading import read_deployment
from robot_dl.cli.benches.fleet.accounting import (
    NEVER_NS,
    Account,
    Answer,
    Footage,
    Outage,
    account,
    outage_of,
    recovery_s,
)
from robot_dl.cli.benches.fleet.kills import Kill, recoveries, survivors
from robot_dl.cli.benches.fleet.memory import Memory, memory_of
from robot_dl.cli.benches.fleet.promises import PROMISES, judge, judge_all
from robot_dl.cli.benches.fleet.stations import (
    all_that_answer_a_camera,
    all_that_see,
    deployment_text,
    detectors,
)
from robot_dl.cli.benches.fleet.summary import PARTS, Sample, growth, summary

MS = 10**6


def answers(*pairs):
    """Return answers to stamps in ms, each with its arrival in ms."""
    return [Answer(stamp * MS, came * MS) for stamp, came in pairs]


def stamps(*times_ms):
    return [t * MS for t in times_ms]


@pytest.mark.parametrize(
    ('published', 'came', 'expected'),
    [
        ([], [], Account(0, 0, 0, 0, 0, 0, ())),
        ([0, 10], [(0, 3), (10, 14)], Account(2, 2, 0, 0, 0, 0, (3.0, 4.0))),
        ([0, 10], [(0, 3)], Account(2, 1, 0, 1, 0, 0, (3.0,))),
        # Answered at 25, so images 10 and 20 came meanwhile: the newer one stays.
        ([0, 10, 20], [(0, 25), (20, 30)], Account(3, 2, 1, 0, 0, 0, (25.0, 10.0))),
        # Answered at 5: the node was idle when image 10 went missing.
        ([0, 10, 20], [(0, 5), (20, 30)], Account(3, 2, 0, 1, 0, 0, (5.0, 10.0))),
        ([0, 10], [(0, 3), (0, 4), (10, 12)], Account(2, 2, 0, 0, 1, 0, (3.0, 2.0))),
        ([0], [(0, 3), (7, 8)], Account(1, 1, 0, 0, 0, 1, (3.0,))),
    ],
)
def test_every_image_is_accounted_for(published, came, expected):
    assert account(stamps(*published), answers(*came)) == expected


def test_nothing_is_owed_before_the_start_and_during_an_outage():
    found = account(
        stamps(0, 10, 20, 30, 40),
        answers((10, 11), (40, 41)),
        since_ns=10 * MS,
        outages=[Outage(10 * MS, 40 * MS)],
    )
    assert (found.published, found.answered) == (2, 2)


def test_no_images_are_delivered_completely_only_when_none_was_owed():
    assert account([], []).delivered == 1.0
    assert account(stamps(0), []).delivered == 0.0


def test_an_outage_lasts_from_the_last_answer_to_the_first_of_the_successor():
    came = answers((0, 3), (10, 99), (50, 60), (60, 66))
    # What the dead node had answered may still arrive after its death.
    assert outage_of(20 * MS, came) == Outage(10 * MS, 50 * MS)
    assert outage_of(70 * MS, came) == Outage(60 * MS, NEVER_NS)
    assert outage_of(0, []) == Outage(0, NEVER_NS)


def test_recovery_ends_with_an_answer_to_an_image_younger_than_the_death():
    came = answers((0, 3), (10, 99), (50, 60))
    assert recovery_s(15 * MS, 20 * MS, came) == pytest.approx(0.045)
    assert recovery_s(15 * MS, 70 * MS, came) is None


def footage(**changes):
    values = {
        'since_ns': 0,
        'published_ns': {'left': stamps(0, 10, 20, 30, 40), 'right': stamps(5, 15, 25, 35)},
        'answers': {
            'left': answers((0, 2), (40, 42)),
            'right': answers((5, 6), (15, 16), (35, 36)),
        },
    }
    return Footage(**{**values, **changes})


def test_what_the_dead_did_not_answer_is_no_loss_of_the_survivors():
    done = [Kill('left', 8 * MS, 9 * MS)]
    found = survivors(done, footage())
    assert found['survivors']['published'] == 6
    assert found['survivors']['lost'] == 1
    assert found['nodes']['left']['missed_while_dead'] == 3
    assert found['nodes']['right']['lost'] == 1
    assert recoveries(done, footage())['recovery_max_s'] == pytest.approx(0.034)


def test_a_node_that_does_not_come_back_is_told():
    found = recoveries([Kill('left', 50 * MS, 51 * MS)], footage())
    assert (found['not_revived'], found['recovery_p95_s']) == (1, None)


def samples(rss_mib):
    return [Sample(i * MS, Memory(rss, 0.0, 0.0, rss)) for i, rss in enumerate(rss_mib)]


@pytest.mark.parametrize(
    ('rss_mib', 'expected'),
    [
        ([7.0], 0.0),
        ([50.0] * 6 + [60.0] * 55, 0.0),
        ([60.0] * 31 + [64.0] * 30, 4.0),
        ([60.0 + i for i in range(61)], 49.0),
    ],
)
def test_growth_is_counted_after_the_warm_up(rss_mib, expected):
    assert growth(samples(rss_mib)) == {'growth_mib': expected, 'own_growth_mib': 0.0}


def test_a_summary_tells_what_grew():
    came = {'left': answers(*[(t, t + 5 + t / 10) for t in range(60)])}
    film = footage(published_ns={'left': stamps(*range(60))}, answers=came)
    said = dict.fromkeys(['frames_received', 'frames_processed', 'frames_dropped'], '60')
    health = {'left': {**said, 'frames_too_old': '0', 'errors': '0'}}
    found = summary(film, {'left': samples([100.0] * 61)}, health)
    assert found['delivered'] == 1.0
    assert found['growth_mib'] == 0.0
    assert found['age_growth_ms'] == pytest.approx(4.8)
    assert len(found['parts']) == PARTS
    assert sum(part['answers'] for part in found['parts']) == 60
    assert found['nodes']['left']['node_says']['frames_received'] == '60'


def test_each_promise_is_kept_at_its_limit_and_broken_without_a_value():
    for promise in PROMISES:
        assert promise.holds(promise.limit, promise.limit), promise
    recovery = next(p for p in PROMISES if p.words.startswith('recovery'))
    assert judge(recovery, {'recovery_p95_s': 3.0}).is_kept
    assert not judge(recovery, {'recovery_p95_s': 3.01}).is_kept
    broken = judge(recovery, {'recovery_p95_s': None})
    assert not broken.is_kept
    assert 'BROKEN' in str(broken)
    assert 'not measured' in str(broken)


def test_only_cases_that_have_run_are_judged():
    assert judge_all({}) == []
    hostile = {'died': 0, 'not_active': 0, 'growth_mib': 5.1}
    assert [v.is_kept for v in judge_all({'hostile': hostile})] == [True, True, False]


@pytest.mark.parametrize('stations', [detectors(('front', 'rear')), all_that_see()])
def test_the_stations_become_a_deployment_that_can_be_read(tmp_path, stations):
    file = tmp_path / 'fleet.yaml'
    file.write_text(deployment_text(stations, str(tmp_path), respawn=True))
    nodes = read_deployment(file).nodes
    assert [node.full_name for node in nodes] == [f'/{station.name}' for station in stations]
    assert all(node.respawn for node in nodes)
    models = {n.kind.executable: n.params.get('model') for n in nodes}
    assert models.pop('detection_node') == str(tmp_path)
    assert not any(models.values()), 'other kinds take their own model'


def test_every_kind_that_tells_what_images_show_is_attacked_by_both_transports():
    seen = {(s.kind.executable, s.transport) for s in all_that_see()}
    takes = {
        name
        for name, kind in node_kinds().items()
        if any(t.name == 'image' and t.role == 'subscribed' for t in kind.topics)
        and not kind.commands_motion
    }
    assert {'detection_node', 'depth_node'} <= takes
    assert seen == {(name, transport) for name in takes for transport in ('raw', 'compressed')}
    alone = {s.kind.executable for s in all_that_answer_a_camera()}
    assert alone == takes - {'depth_node'}, 'it needs camera_info, too'


def test_memory_is_read_while_the_process_lives(tmp_path):
    import os

    memory = memory_of(os.getpid())
    assert 0 < memory.own_mib < memory.rss_mib <= memory.peak_mib
    with pytest.raises(OSError):
        memory_of(2**22 + 1)
