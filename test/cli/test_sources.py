"""What each kind of source yields, without ROS."""

import cv2
import numpy as np
import pytest

from robot_dl.cli.play import once
from robot_dl.cli.sources.calibration import read_calibration
from robot_dl.cli.sources.images import natural_key
from robot_dl.cli.sources.table import SourceOptions, open_source

RED = np.array([255, 0, 0], np.uint8)
CALIBRATION = """
image_width: 64
image_height: 48
camera_name: front
camera_matrix: {rows: 3, cols: 3, data: [50, 0, 32, 0, 51, 24, 0, 0, 1]}
distortion_model: plumb_bob
distortion_coefficients: {rows: 1, cols: 5, data: [0.1, -0.2, 0, 0, 0.05]}
rectification_matrix: {rows: 3, cols: 3, data: [1, 0, 0, 0, 1, 0, 0, 0, 1]}
projection_matrix: {rows: 3, cols: 4, data: [49, 0, 32, 0, 0, 50, 24, 0, 0, 0, 1, 0]}
"""


def write_image(path, rgb=RED, size_hw=(48, 64)):
    pixels = np.broadcast_to(rgb[::-1], (*size_hw, 3))
    assert cv2.imwrite(str(path), np.ascontiguousarray(pixels))
    return path


def write_video(path, frames=6, fps=25.0):
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*'MJPG'), fps, (64, 48))
    assert writer.isOpened()
    for index in range(frames):
        writer.write(np.full((48, 64, 3), index * 40, np.uint8))
    writer.release()
    return path


def frames_of(name, tell=None, **options):
    told = []
    source = open_source(str(name), SourceOptions(**options))
    return list(source.frames(told.append if tell is None else tell)), told


def first_pixel(frame):
    return frame.image.data[:3].tolist()


@pytest.mark.parametrize(
    ('names', 'expected'),
    [
        ([], []),
        (['b.png', 'a.png'], ['a.png', 'b.png']),
        (['i10.png', 'i9.png', 'i1.png'], ['i1.png', 'i9.png', 'i10.png']),
        (['10.png', 'a.png', '9.png'], ['9.png', '10.png', 'a.png']),
        (['t2_10.png', 't10_1.png', 't2_9.png'], ['t2_9.png', 't2_10.png', 't10_1.png']),
    ],
)
def test_files_sort_as_people_count(names, expected):
    assert sorted(names, key=natural_key) == expected


def test_folder_yields_rgb_images_in_natural_order_and_ignores_other_files(tmp_path):
    for name, grey in (('f10.png', 10), ('f9.png', 9), ('f2.png', 2)):
        write_image(tmp_path / name, np.full(3, grey, np.uint8))
    (tmp_path / 'notes.txt').write_text('no image')
    frames, told = frames_of(tmp_path)
    assert [first_pixel(frame)[0] for frame in frames] == [2, 9, 10]
    assert told == []


def test_colours_are_red_green_blue(tmp_path):
    (frame,), _ = frames_of(write_image(tmp_path / 'red.png'))
    assert first_pixel(frame) == [255, 0, 0]
    image = frame.image
    assert (image.encoding, image.size_hw, image.step) == ('rgb8', (48, 64), 192)
    assert image.data.shape == (48 * 192,)


@pytest.mark.parametrize('damage', ['empty', 'text', 'cut'])
def test_broken_image_is_skipped_with_its_name_and_the_rest_is_played(tmp_path, damage):
    write_image(tmp_path / 'a.jpg')
    whole = write_image(tmp_path / 'b.jpg').read_bytes()
    data = {'empty': b'', 'text': b'hello', 'cut': whole[: len(whole) // 2]}[damage]
    (tmp_path / 'b.jpg').write_bytes(data)
    write_image(tmp_path / 'c.jpg')
    frames, told = frames_of(tmp_path)
    assert len(frames) == 2
    assert len(told) == 1
    assert 'b.jpg' in told[0]


def test_folder_without_images_says_what_it_looked_for(tmp_path):
    with pytest.raises(ValueError, match=r'expected images \(.bmp, .* found none'):
        open_source(str(tmp_path), SourceOptions())


def test_missing_file_is_called_missing(tmp_path):
    with pytest.raises(FileNotFoundError, match='no such file or folder'):
        open_source(str(tmp_path / 'gone.mp4'), SourceOptions())


def test_file_of_no_known_kind_lists_the_kinds(tmp_path):
    path = tmp_path / 'list.txt'
    path.write_text('x')
    with pytest.raises(ValueError, match='expected one of camera .*, ROS 2 bag, folder of images'):
        open_source(str(path), SourceOptions())


def test_video_yields_its_pictures_at_its_own_times(tmp_path):
    frames, told = frames_of(write_video(tmp_path / 'v.avi', frames=6, fps=25.0))
    assert np.diff([frame.time_ns for frame in frames]) == pytest.approx([40_000_000] * 5)
    brightness = [first_pixel(frame)[0] for frame in frames]
    assert brightness == pytest.approx([0, 40, 80, 120, 160, 200], abs=3)
    assert told == []


def test_file_that_is_no_video_is_refused(tmp_path):
    (tmp_path / 'v.mp4').write_bytes(b'no video at all')
    with pytest.raises(ValueError, match='OpenCV cannot read it as a video'):
        frames_of(tmp_path / 'v.mp4')


def test_camera_that_is_not_there_says_which_are():
    with pytest.raises(ValueError, match=r'camera 63 does not open; there (is no|are) /dev/video'):
        frames_of('63')


def test_calibration_file_is_read(tmp_path):
    path = tmp_path / 'front.yaml'
    path.write_text(CALIBRATION)
    calibration = read_calibration(path)
    assert calibration.size_hw == (48, 64)
    assert calibration.k == (50, 0, 32, 0, 51, 24, 0, 0, 1)
    assert calibration.d == (0.1, -0.2, 0, 0, 0.05)
    assert calibration.p[:4] == (49, 0, 32, 0)


@pytest.mark.parametrize(
    ('old', 'new', 'message'),
    [
        (CALIBRATION, '', r'expected the format of camera_calibration .*, got NoneType'),
        (CALIBRATION, '{', 'expected YAML'),
        ('camera_matrix', 'matrix', r'camera_matrix: expected data: \[9 numbers\] .*, got None'),
        ('data: [50, ', 'data: [', r'camera_matrix: expected data: \[9 numbers\]'),
        ('[0.1, ', '[none, ', r'distortion_coefficients: expected data: \[some numbers\]'),
        ('image_width: 64', 'image_width: wide', "image_width: .* pixels, got 'wide'"),
    ],
)
def test_calibration_file_that_is_wrong_names_the_key(tmp_path, old, new, message):
    path = tmp_path / 'front.yaml'
    path.write_text(CALIBRATION.replace(old, new))
    with pytest.raises(ValueError, match=message):
        read_calibration(path)


def test_a_loop_tells_of_a_broken_file_once():
    said = []
    tell = once(said.append)
    for sentence in ('a.png is broken', 'b.png is broken', 'a.png is broken'):
        tell(sentence)
    assert said == ['a.png is broken', 'b.png is broken']
