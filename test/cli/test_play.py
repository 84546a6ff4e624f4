"""`robot_dl play` as a user runs it, heard by a subscriber in another process."""

import itertools
import signal
import subprocess
import sys
from contextlib import contextmanager

import cv2
import numpy as np
import pytest
from ros_session import TIMEOUT_S
from sensor_msgs.msg import CameraInfo, Image
from toy_bags import START_NS, camera_info, image, write_bag

pytestmark = pytest.mark.ros

PLAY = [sys.executable, '-m', 'robot_dl.cli.main', 'play']
MS = 1_000_000
CALIBRATION = """
image_width: 8
image_height: 6
camera_matrix: {rows: 3, cols: 3, data: [50, 0, 4, 0, 50, 3, 0, 0, 1]}
distortion_model: plumb_bob
distortion_coefficients: {rows: 1, cols: 5, data: [0.1, 0, 0, 0, 0]}
rectification_matrix: {rows: 3, cols: 3, data: [1, 0, 0, 0, 1, 0, 0, 0, 1]}
projection_matrix: {rows: 3, cols: 4, data: [50, 0, 4, 0, 0, 50, 3, 0, 0, 0, 1, 0]}
"""


@contextmanager
def playing(*arguments):
    command = [*PLAY, '--wait', f'{TIMEOUT_S:.0f}', *map(str, arguments)]
    pipes = {'stdout': subprocess.PIPE, 'stderr': subprocess.PIPE, 'text': True}
    with subprocess.Popen(command, **pipes) as process:
        try:
            yield process
        finally:
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=TIMEOUT_S)


def stamp_ns(msg):
    return msg.header.stamp.sec * 10**9 + msg.header.stamp.nanosec


def spacings_ms(messages):
    stamps = [stamp_ns(msg) for msg in messages]
    return [(b - a) / MS for a, b in itertools.pairwise(stamps)]


@pytest.fixture
def folder(tmp_path):
    for index in range(4):
        cv2.imwrite(str(tmp_path / f'{index}.png'), np.full((6, 8, 3), index, np.uint8))
    return tmp_path


@pytest.fixture
def bag(tmp_path):
    times = [START_NS, START_NS + 20 * MS, START_NS + 70 * MS]
    messages = [('/cam/image_raw', time_ns, image(time_ns, i)) for i, time_ns in enumerate(times)]
    info = ('/cam/camera_info', START_NS, camera_info(START_NS))
    return write_bag(tmp_path / 'bag', [info, *messages])


def test_folder_is_published_whole_at_the_rate_asked_for(session, folder):
    images = session.record(Image, 'camera/image_raw')
    with playing(folder, '--rate', '50', '--frame-id', 'eye') as process:
        session.wait(lambda: len(images) == 4, 'four images')
        said, complaints = process.communicate(timeout=TIMEOUT_S)
    assert process.returncode == 0, complaints
    assert said.splitlines()[-1] == 'published 4 images'
    assert [msg.data[0] for msg in images] == [0, 1, 2, 3]
    # Exactly, unless this machine was too late for one.
    assert min(spacings_ms(images)) == 20.0
    assert {(msg.encoding, msg.header.frame_id) for msg in images} == {('rgb8', 'eye')}
    age_s = session.node.get_clock().now().nanoseconds / 1e9 - stamp_ns(images[-1]) / 1e9
    assert 0 <= age_s < TIMEOUT_S


def test_loop_goes_on_with_growing_stamps_until_interrupted(session, folder):
    images = session.record(Image, 'camera/image_raw')

    def steps():
        return set(itertools.pairwise(msg.data[0] for msg in images))

    with playing(folder, '--rate', '50', '--loop') as process:
        session.wait(lambda: steps() >= {(0, 1), (1, 2), (2, 3), (3, 0)}, 'a second round')
        process.send_signal(signal.SIGINT)
        complaints = process.communicate(timeout=TIMEOUT_S)[1]
    assert process.returncode in (0, 130), complaints
    assert 'Traceback' not in complaints
    assert min(spacings_ms(images)) > 0


def test_calibration_file_is_published_with_the_header_of_the_image(session, folder):
    path = folder / 'camera.yaml'
    path.write_text(CALIBRATION)
    images = session.record(Image, 'camera/image_raw')
    infos = session.record(CameraInfo, 'camera/camera_info')

    def both():
        return {stamp_ns(msg) for msg in images} & {stamp_ns(msg) for msg in infos}

    with playing(folder, '--loop', '--camera-info', path, '--frame-id', 'eye'):
        session.wait(both, 'an image and its calibration')
    assert infos[0].k[0] == 50.0
    assert (infos[0].width, infos[0].height) == (8, 6)
    assert infos[0].header.frame_id == 'eye'


def test_bag_keeps_spacing_frame_and_calibration_under_stamps_of_now(session, bag):
    images = session.record(Image, 'camera/image_raw')
    infos = session.record(CameraInfo, 'camera/camera_info')
    with playing(bag):
        session.wait(lambda: len(images) == 3, 'three images')
    assert (np.array(spacings_ms(images)) >= [19.9, 49.9]).all()
    assert stamp_ns(images[0]) > START_NS + 10**15
    assert images[0].header.frame_id == 'left_optical'
    assert (images[0].encoding, images[0].step) == ('bgr8', 8)
    session.wait(lambda: infos, 'a calibration')
    assert infos[0].k[0] == 100.0


def test_original_stamps_of_a_bag_are_kept_and_topics_can_be_remapped(session, bag):
    images = session.record(Image, 'front/image')
    remap = 'camera/image_raw:=front/image'
    with playing(bag, '--stamps', 'original', '--speed', '5', '--ros-args', '-r', remap):
        session.wait(lambda: len(images) == 3, 'three images')
    assert stamp_ns(images[0]) == START_NS
    assert spacings_ms(images) == [20.0, 50.0]


def run(*arguments):
    done = subprocess.run(
        [*PLAY, *map(str, arguments)], capture_output=True, text=True, timeout=TIMEOUT_S
    )
    return done.returncode, done.stderr


def test_stamps_that_do_not_exist_are_not_invented(folder):
    code, complaint = run(folder, '--stamps', 'original')
    assert code == 2
    assert 'only a bag has stamps' in complaint


def test_folder_of_nothing_but_broken_images_ends_instead_of_looping(tmp_path):
    (tmp_path / 'a.png').write_text('no image')
    code, complaint = run(tmp_path, '--loop', '--wait', '0')
    assert code == 2
    assert 'a.png' in complaint
    assert 'could not read a single one' in complaint


@pytest.mark.parametrize(
    'words', [['-p'], ['-r', 'image'], ['-r', 'camera/image_raw:=9x'], ['--nothing']]
)
def test_wrong_ros_arguments_are_refused_in_one_line(folder, words):
    code, complaint = run(folder, '--ros-args', *words)
    assert code == 2
    assert 'Traceback' not in complaint
    assert f'robot_dl play: --ros-args {" ".join(words)}: ' in complaint.splitlines()[-1]


@pytest.mark.parametrize('rate', ['0', '-1', 'nan', 'fast'])
def test_impossible_rates_are_refused(tmp_path, rate):
    code, complaint = run(tmp_path, f'--rate={rate}')
    assert code == 2
    assert 'expected a number above zero' in complaint
