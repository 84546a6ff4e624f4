"""The messages built here are, on the wire, those of every other ROS 2 machine.

The hashes of vision_msgs were computed from the message files of its release 4.1.1 by the rosbags
library, which has its own implementation of RIHS01 (REP-2016); that of TFMessage is the one that
ROS 2 installations report.
"""

from importlib import import_module
from pathlib import Path

import pytest

rclpy = pytest.importorskip('rclpy')

SOURCES = Path(__file__).parents[2] / 'ros_wheels'
HASHES = {
    'tf2_msgs/msg/TF2Error': 'db2485e7d6a0ec75bf087e058ee45df682acc3a621ca7780503d10aac141809a',
    'tf2_msgs/msg/TFMessage': 'e369d0f05a23ae52508854b66f6aa0437f3449d652e8cbf22d5abe85d020f087',
    'vision_msgs/msg/BoundingBox2D': (
        '008eacbb0cf8f26e83795547bed013eec3675485ef386ec056d80eaaf1c1ce2f'
    ),
    'vision_msgs/msg/BoundingBox2DArray': (
        '2464e82838009386d371b523211c21c91d74d313fcdd6788223c531d621cf691'
    ),
    'vision_msgs/msg/BoundingBox3D': (
        'bbb73a65c163d7f9bb29009c7bde9f7faa576bd2d23299c4511d19230dab4698'
    ),
    'vision_msgs/msg/BoundingBox3DArray': (
        'a81938db9576b10c2eecd7c5a5da3eac496efd00221b25ed051dfbc81fb56da6'
    ),
    'vision_msgs/msg/Classification': (
        'f74db28d0eaef3afb78f48bf2161cd709a1383a0309d3454383b25be11345143'
    ),
    'vision_msgs/msg/Detection2D': (
        '0d12b69df5c593b3455b7346fac8205437a7d4bcb09b9e0e0b2dde787ded38ea'
    ),
    'vision_msgs/msg/Detection2DArray': (
        '214274120007f4a683866481336b70310268cfa107aebe9d594a6acf75bda968'
    ),
    'vision_msgs/msg/Detection3D': (
        'ddd703be132ab0b69d33121f1bb034132bfbb3b0ac5f9fb1516005ba1c8a265b'
    ),
    'vision_msgs/msg/Detection3DArray': (
        '793f5eab9595ac1c0da07873cc859db42eae51f0ee76056db8562515d830e018'
    ),
    'vision_msgs/msg/LabelInfo': (
        '3d37df4015cdf660cc851c51897f2acd957e1ca6205ba0a99aebffb9406b0783'
    ),
    'vision_msgs/msg/ObjectHypothesis': (
        '51da43cec11c01957a64d1e05a24acd18aae7745ec30b74348ad5f6d634f7f90'
    ),
    'vision_msgs/msg/ObjectHypothesisWithPose': (
        '41c12344c0396c48b81df12467c192d99b2a0eb1463c5c37194e4223251c80bc'
    ),
    'vision_msgs/msg/Point2D': 'eab0e83f44ab4de92ceaf76dd7d0e7638f2bdd1d16ffbe16c7a136c48e407247',
    'vision_msgs/msg/Pose2D': 'b0b5d1d7b4c20dd4fcde3ed1d4b289a919290572007d67a97043814db25d3648',
    'vision_msgs/msg/VisionClass': (
        '1e4a11f0fed50b5623cb8ff26ca0e37952a48a9c074d16f804b44e9164c2037a'
    ),
    'vision_msgs/msg/VisionInfo': (
        '95d3116a17484ad91c9a2686e1d54890bbfc3ff6c6a2de137738c4950d45d284'
    ),
}


@pytest.fixture(scope='module')
def node():
    """A node in a domain of its own."""
    context = rclpy.Context()
    rclpy.init(context=context, domain_id=93)
    node = rclpy.create_node('hashes', context=context)
    yield node
    node.destroy_node()
    rclpy.shutdown(context=context)


@pytest.fixture(scope='module')
def typestore():
    """An independent implementation of the wire format, given our message files."""
    typesys = pytest.importorskip('rosbags.typesys')
    store = typesys.get_typestore(typesys.Stores.ROS2_JAZZY)
    found = {}
    for name in HASHES:
        package, _, message = name.split('/')
        text = (SOURCES / package / 'msg' / f'{message}.msg').read_text()
        found.update(typesys.get_types_from_msg(text, name))
    store.register(found)
    return store


def message_class(name):
    package, _, message = name.split('/')
    return getattr(import_module(f'{package}.msg'), message)


def test_every_message_file_has_a_hash_in_this_test():
    names = {f'{p.parents[1].name}/msg/{p.stem}' for p in SOURCES.glob('*/msg/*.msg')}
    assert names == set(HASHES)


@pytest.mark.parametrize('name', HASHES)
def test_a_publisher_announces_the_hash_of_the_official_type(node, name):
    topic = f'/{name.lower()}'
    node.create_publisher(message_class(name), topic, 1)
    (found,) = node.get_publishers_info_by_topic(topic)
    if not hasattr(found, 'topic_type_hash'):
        pytest.skip('this ROS 2 has no type hashes (they came with Iron)')
    assert str(found.topic_type_hash) == f'RIHS01_{HASHES[name]}'


@pytest.mark.parametrize('name', HASHES)
def test_the_message_file_has_the_hash_of_the_official_type(typestore, name):
    assert typestore.hash_rihs01(name) == f'RIHS01_{HASHES[name]}'


def test_the_bytes_of_a_detection_are_read_back_by_an_independent_library(typestore):
    from rclpy.serialization import serialize_message
    from vision_msgs.msg import Detection2D, Detection2DArray, ObjectHypothesisWithPose

    result = ObjectHypothesisWithPose()
    result.hypothesis.class_id, result.hypothesis.score = 'mug', 0.75
    detection = Detection2D(id='7', results=[result])
    detection.bbox.center.position.x, detection.bbox.size_y = 12.5, 40.25
    message = Detection2DArray(detections=[detection])
    message.header.frame_id = 'camera'

    read = typestore.deserialize_cdr(
        serialize_message(message), 'vision_msgs/msg/Detection2DArray'
    )

    assert read.header.frame_id == 'camera'
    (found,) = read.detections
    assert found.id == '7'
    assert (found.bbox.center.position.x, found.bbox.size_y) == (12.5, 40.25)
    assert found.results[0].hypothesis.class_id == 'mug'
    assert found.results[0].hypothesis.score == 0.75


def test_an_action_and_a_service_of_tf2_have_type_support(node):
    from rclpy.action import ActionClient
    from tf2_msgs.action import LookupTransform
    from tf2_msgs.srv import FrameGraph

    client = node.create_client(FrameGraph, 'frames')
    action = ActionClient(node, LookupTransform, 'lookup')
    assert not client.service_is_ready()
    assert not action.server_is_ready()
    action.destroy()
