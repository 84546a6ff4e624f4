"""`robot_dl doctor`: right machines pass, each fault is named with the line that mends it."""

import json
import os
import re
import threading

import pytest
from builtin_interfaces.msg import Time
from rclpy.node import Node
from rclpy.qos import QoSProfile, ReliabilityPolicy
from rosgraph_msgs.msg import Clock
from sensor_msgs.msg import Image
from std_msgs.msg import Header, String

from robot_dl.cli.checks import middleware, runtimes, table
from robot_dl.cli.checks.finding import BROKEN, NOTE, OK, Finding, fine
from robot_dl.cli.checks.live import examine_graph
from robot_dl.cli.doctor import show
from robot_dl.cli.main import main
from robot_dl.ros.environment import profile_variable

pytestmark = pytest.mark.ros

# Where the installed Fast DDS looks for its profile.
VARIABLE = profile_variable(os.environ)


def test_this_machine_is_fine_and_the_json_says_so(tmp_path, capsys):
    file = tmp_path / 'doctor.json'
    assert main(['doctor', '--json', str(file)]) == 0
    report = json.loads(file.read_text())
    assert report['ok'] is True
    subjects = {finding['subject'] for finding in report['findings']}
    wanted = {'python', 'numpy', 'ros', 'rmw', 'dds profile', 'shared memory', 'onnxruntime'}
    assert wanted | {'gpu', 'torch', 'rendering'} <= subjects
    assert 'BROKEN' not in capsys.readouterr().out


def test_a_profile_that_is_no_file_is_broken(monkeypatch):
    monkeypatch.setenv(VARIABLE, '/nowhere.xml')
    found = middleware.check_profile()
    assert (found.level, found.remedy) == (BROKEN, f'unset {VARIABLE}')


def test_another_middleware_is_worth_a_note(monkeypatch):
    for name in middleware.PROFILE_VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv('RMW_IMPLEMENTATION', 'rmw_cyclonedds_cpp')
    assert middleware.check_profile().level == NOTE


def test_a_middleware_that_is_not_there_is_named_though_rcl_ends_its_process(monkeypatch, capsys):
    monkeypatch.setenv('RMW_IMPLEMENTATION', 'rmw_nobody_has_cpp')
    assert main(['doctor', '--live']) == 1
    shown = capsys.readouterr().out
    assert re.search('BROKEN  rmw .*rmw_nobody_has_cpp', shown)
    assert '→ unset RMW_IMPLEMENTATION' in shown


def test_two_builds_of_onnxruntime_are_broken(monkeypatch):
    monkeypatch.setattr(runtimes, '_installed', lambda name: True)
    found = runtimes.check_onnxruntime()
    assert found.level == BROKEN
    assert 'pip uninstall' in found.remedy


def test_little_shared_memory_is_worth_a_note(monkeypatch, tmp_path):
    monkeypatch.setattr(middleware, 'LEAST_SHM_MIB', 10**9)
    found = middleware.check_shared_memory()
    assert found.level == NOTE
    assert '--shm-size' in found.remedy


def test_a_check_that_fails_hides_no_other(monkeypatch):
    def strange():
        raise RuntimeError('no such thing')

    monkeypatch.setattr(table, 'CHECKS', (strange, runtimes.check_torch))
    strange_finding, torch_finding = table.examine_machine()
    assert (strange_finding.level, torch_finding.level) == (BROKEN, OK)
    assert 'no such thing' in strange_finding.text


@pytest.mark.parametrize('domain', ['abc', '-1', '233', '1.5'])
def test_an_impossible_domain_is_a_finding_and_hides_no_other(monkeypatch, capsys, domain):
    """`doctor --live` ended in a traceback and showed nothing."""
    monkeypatch.setenv('ROS_DOMAIN_ID', domain)
    assert main(['doctor', '--live']) == 1
    shown = capsys.readouterr().out
    assert f"BROKEN  domain           ROS_DOMAIN_ID is '{domain}'; expected a number" in shown
    assert 'onnxruntime' in shown


def test_a_graph_that_cannot_be_looked_at_hides_no_finding(monkeypatch, capsys):
    """`doctor --live` ended in a traceback and showed nothing."""

    def strange(seconds):
        raise ImportError('numpy is for another Python')

    monkeypatch.setattr('robot_dl.cli.checks.live.examine_graph', strange)
    assert main(['doctor', '--live']) == 1
    shown = capsys.readouterr().out
    assert 'onnxruntime' in shown
    assert re.search('BROKEN  graph .*numpy is for another Python', shown)


def finding_of(subject: str, words: str) -> Finding:
    """Look at the graph until a finding has these words, or is what it is after a longer look.

    Not all is discovered as soon: the names of nodes that were there before come with a heartbeat
    of theirs, every three seconds.
    """
    for seconds in (1.5, 4.0, 8.0, 16.0):
        found = {finding.subject: finding for finding in examine_graph(seconds)}
        if subject in found and words in found[subject].text:
            break
    return found[subject]


def test_nodes_are_named_with_their_namespaces_and_namesakes_are_noted(session, monkeypatch):
    monkeypatch.setenv('ROS_DOMAIN_ID', str(session.context.get_domain_id()))
    for namespace in ('/front', '/rear'):
        session.add(Node('detector', namespace=namespace, context=session.context))
    all_three = '/front/detector, /rear/detector, /test'
    found = finding_of('nodes', all_three)
    assert (found.level, found.text) == (OK, all_three)
    session.add(Node('detector', namespace='/rear', context=session.context))
    twice = 'several of the same name: /rear/detector'
    found = finding_of('nodes', twice)
    assert (found.level, found.text) == (NOTE, twice)


def test_in_a_simulation_images_are_as_old_as_its_clock_says(session, monkeypatch):
    """Every image of a simulation was called broken, because its stamps are not of the wall."""
    monkeypatch.setenv('ROS_DOMAIN_ID', str(session.context.get_domain_id()))
    clock = session.node.create_publisher(Clock, '/clock', 1)
    camera = session.node.create_publisher(Image, 'image', 1)

    def step():
        clock.publish(Clock(clock=Time(sec=12)))
        camera.publish(Image(header=Header(stamp=Time(sec=11, nanosec=900_000_000))))

    session.node.create_timer(0.05, step)
    running = threading.Thread(target=session.executor.spin)
    running.start()
    found = finding_of('/image', 'images/s')
    session.executor.shutdown()
    running.join()
    assert found.level == OK
    assert found.text.endswith('images/s, 100 ms old')


def test_what_nodes_say_cannot_pretend_to_be_a_finding_or_command_the_terminal(capsys):
    show([fine('/x', 'here\nBROKEN  gpu\x1b[2J')], colored=False)
    assert capsys.readouterr().out == 'ok      /x               here BROKEN  gpu [2J\n'


def test_exit_code_one_when_something_is_broken(monkeypatch, capsys):
    monkeypatch.setenv(VARIABLE, '/nowhere.xml')
    assert main(['doctor']) == 1
    assert f'→ unset {VARIABLE}' in capsys.readouterr().out


def test_incompatible_ends_of_a_topic_are_found_in_the_live_graph(session, monkeypatch):
    monkeypatch.setenv('ROS_DOMAIN_ID', str(session.context.get_domain_id()))
    monkeypatch.setenv('ROS_AUTOMATIC_DISCOVERY_RANGE', 'LOCALHOST')
    weak = QoSProfile(depth=1, reliability=ReliabilityPolicy.BEST_EFFORT)
    session.node.create_publisher(String, 'words', weak)
    session.node.create_subscription(String, 'words', lambda msg: None, 10)
    session.node.create_publisher(Image, 'silent/image_raw', 10)
    words = finding_of('/words', 'test cannot reach test')
    assert words.level == BROKEN
    assert 'test cannot reach test' in words.text
    assert finding_of('/silent/image_raw', 'no image came').level == NOTE
    assert finding_of('nodes', '/test').level == OK
