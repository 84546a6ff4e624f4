"""Bags as sources. Needs the `rosbags` library, which needs no ROS."""

import cv2
import numpy as np
import pytest
from toy_bags import (
    COMPRESSED,
    IMAGE,
    INFO,
    START_NS,
    camera_info,
    compressed,
    image,
    write_bag,
)

from robot_dl.cli.sources.bag import image_topics, topic_of_calibration
from robot_dl.cli.sources.table import SourceOptions, open_source

COLOUR, DEPTH = '/cam/color/image_raw', '/cam/depth/image_raw'
MS = 1_000_000


def three_images(offset_ns=0):
    return [
        (COLOUR, START_NS + 5 * MS + i * 40 * MS, image(START_NS + offset_ns + i * 40 * MS, i))
        for i in range(3)
    ]


def frames_of(path, topic=None):
    told = []
    return list(open_source(str(path), SourceOptions(topic)).frames(told.append)), told


@pytest.mark.parametrize('storage', ['mcap', 'db3'])
@pytest.mark.parametrize('whole_folder', [True, False])
def test_images_come_as_they_were_recorded_beside_types_nobody_knows(
    tmp_path, storage, whole_folder
):
    folder = write_bag(tmp_path / 'bag', three_images(), storage)
    path = folder if whole_folder else next(folder.glob(f'*.{storage}'))
    frames, told = frames_of(path)
    assert [frame.time_ns for frame in frames] == [START_NS + i * 40 * MS for i in range(3)]
    assert [frame.image.data.tolist() for frame in frames] == [[i] * 16 for i in range(3)]
    first = frames[0]
    assert (first.image.encoding, first.image.step, first.image.size_hw) == ('bgr8', 8, (2, 2))
    assert first.frame_id == 'left_optical'
    assert first.calibration is None
    assert told == []


def test_folder_whose_recorder_was_killed_is_played_without_its_metadata(tmp_path):
    folder = write_bag(tmp_path / 'bag', three_images())
    (folder / 'metadata.yaml').unlink()
    assert len(frames_of(folder)[0]) == 3


def test_images_without_stamps_get_the_time_of_recording(tmp_path):
    folder = write_bag(tmp_path / 'bag', three_images(offset_ns=-START_NS))
    assert frames_of(folder)[0][0].time_ns == START_NS + 5 * MS


def test_calibration_is_known_before_it_comes_and_changes_when_it_does(tmp_path):
    first, second, third = three_images()
    infos = [
        ('/cam/color/camera_info', START_NS + 50 * MS, camera_info(START_NS, 100.0)),
        ('/cam/color/camera_info', START_NS + 60 * MS, camera_info(START_NS, 200.0)),
    ]
    folder = write_bag(tmp_path / 'bag', [first, second, *infos, third])
    frames, _ = frames_of(folder)
    assert [frame.calibration.k[0] for frame in frames] == [100.0, 100.0, 200.0]
    assert frames[0].calibration.d == (0.1, 0.2, 0.3, 0.4, 0.5)


@pytest.mark.ros
def test_compressed_images_are_decoded(tmp_path):
    red = np.zeros((4, 6, 3), np.uint8)
    red[..., 2] = 255
    png = cv2.imencode('.png', red)[1].tobytes()
    topic = '/cam/image_raw/compressed'
    messages = [
        (topic, START_NS, compressed(START_NS, png, 'rgb8; png compressed bgr8')),
        (topic, START_NS + 1, compressed(START_NS, png[:40], 'png')),
    ]
    frames, told = frames_of(write_bag(tmp_path / 'bag', messages))
    assert [frame.image.size_hw for frame in frames] == [(4, 6)]
    assert frames[0].image.data[:3].tolist() == [255, 0, 0]
    assert len(told) == 1
    assert 'skipped an image' in told[0]


@pytest.mark.parametrize('topic', [DEPTH, DEPTH.lstrip('/')])
def test_topic_can_be_chosen_with_and_without_slash(tmp_path, topic):
    messages = [*three_images(), (DEPTH, START_NS, image(START_NS, 77))]
    folder = write_bag(tmp_path / 'bag', messages)
    assert frames_of(folder)[0][0].image.data[0] == 0
    assert frames_of(folder, topic)[0][0].image.data[0] == 77
    assert f'--topic would choose {DEPTH}' in open_source(str(folder), SourceOptions()).title


def test_wrong_topic_names_the_nearest(tmp_path):
    folder = write_bag(tmp_path / 'bag', three_images())
    with pytest.raises(ValueError, match=f"unknown image topic .* Did you mean '{COLOUR}'"):
        open_source(str(folder), SourceOptions('/cam/colour/image_raw'))


def test_bag_without_images_says_what_it_has(tmp_path):
    folder = write_bag(tmp_path / 'bag', [('/cam/camera_info', START_NS, camera_info(START_NS))])
    with pytest.raises(ValueError, match=r'expected an image topic, it has .*/flux \(acme_msgs'):
        open_source(str(folder), SourceOptions())


@pytest.mark.parametrize('name', ['x.mcap', 'x.db3'])
@pytest.mark.parametrize('data', [b'', b'garbage', b'\x89MCAP0\r\n' + bytes(100)])
def test_file_that_is_no_bag_is_refused(tmp_path, name, data):
    (tmp_path / name).write_bytes(data)
    with pytest.raises(ValueError, match='expected a ROS 2 bag'):
        open_source(str(tmp_path / name), SourceOptions())


def test_several_files_without_metadata_ask_for_a_reindex(tmp_path):
    for name in ('a.mcap', 'b.mcap'):
        (tmp_path / name).write_bytes(b'x')
    with pytest.raises(ValueError, match='`ros2 bag reindex` writes it'):
        open_source(str(tmp_path), SourceOptions())


@pytest.mark.parametrize(
    ('types', 'expected'),
    [
        ({}, []),
        ({'/imu': 'sensor_msgs/msg/Imu'}, []),
        ({DEPTH: IMAGE, COLOUR: IMAGE}, [COLOUR, DEPTH]),
        ({f'{COLOUR}/compressed': COMPRESSED, COLOUR: IMAGE}, [COLOUR, f'{COLOUR}/compressed']),
        ({f'{DEPTH}/compressedDepth': COMPRESSED}, []),
    ],
)
def test_colour_comes_before_depth_and_raw_before_compressed(types, expected):
    assert image_topics(types) == expected


@pytest.mark.parametrize('topic', [COLOUR, f'{COLOUR}/compressed'])
def test_camera_info_lies_beside_the_image(topic):
    kind = COMPRESSED if topic.endswith('compressed') else IMAGE
    assert topic_of_calibration({topic: kind}, topic) == ''
    info = '/cam/color/camera_info'
    assert topic_of_calibration({topic: kind, info: INFO}, topic) == info
