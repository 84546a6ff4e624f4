"""What exporters leave in and beside their files, as values of a card."""

import json

import numpy as np
import pytest

from robot_dl.cli.importing.beside import read_beside
from robot_dl.cli.importing.facts import image_input
from robot_dl.cli.importing.hugging_face import hugging_face_draft, size_of
from robot_dl.cli.importing.ultralytics import does_nms, imgsz, ultralytics_draft
from robot_dl.core.tensors import TensorSpec
from robot_dl.engine.card_checks import CardError

# As ultralytics/engine/exporter.py writes it (8.3), shortened.
METADATA = {
    'description': 'Ultralytics YOLO11n model trained on coco.yaml',
    'author': 'Ultralytics',
    'version': '8.3.12',
    'license': 'AGPL-3.0 License (https://ultralytics.com/license)',
    'stride': '32',
    'task': 'detect',
    'batch': '1',
    'imgsz': '[480, 640]',
    'names': "{0: 'person', 1: \"rider's bicycle\"}",
    'args': "{'batch': 1, 'half': False, 'dynamic': False, 'nms': True}",
}


def values(draft):
    return {key: guess.value for key, guess in draft.items()}


def test_the_metadata_of_ultralytics_fills_a_card():
    assert values(ultralytics_draft(METADATA)) == {
        'task': 'detection',
        'labels': ['person', "rider's bicycle"],
        'license': 'AGPL-3.0',
        'description': 'Ultralytics YOLO11n model trained on coco.yaml',
    }
    assert imgsz(METADATA) == (480, 640)
    assert does_nms(METADATA)


def test_torchscript_has_the_same_as_json():
    metadata = json.loads('{"stride": 32, "names": {"0": "a", "1": "b"}, "imgsz": [64, 96]}')
    assert values(ultralytics_draft(metadata)) == {'task': 'detection', 'labels': ['a', 'b']}
    assert imgsz(metadata) == (64, 96)
    assert not does_nms(metadata)


def test_yolov5_writes_names_and_stride_only():
    draft = ultralytics_draft({'stride': '32', 'names': "['a', 'b']"})
    assert values(draft) == {'task': 'detection', 'labels': ['a', 'b']}


@pytest.mark.parametrize('task', ['pose', 'obb'])
def test_a_task_that_no_node_has_is_refused(task):
    with pytest.raises(CardError, match=f"task '{task}'; there are nodes for detect, classify"):
        ultralytics_draft({**METADATA, 'task': task})


def test_the_rt_detr_of_ultralytics_is_refused_instead_of_misread():
    with pytest.raises(CardError, match='centre and size as parts of the input; no decoder here'):
        ultralytics_draft({**METADATA, 'head': 'RTDETRDecoder'})


@pytest.mark.parametrize('names', ['', '{', "{0: 'a', 2: 'b'}", 'os.system("x")', '[1, [2]]' * 9])
def test_names_that_are_damaged_have_to_be_asked_for(names):
    assert 'labels' not in ultralytics_draft({**METADATA, 'names': names})


def test_metadata_of_others_says_nothing():
    assert ultralytics_draft({}) == {}
    assert ultralytics_draft({'producer': 'me', 'names': '[]'}) == {}


# preprocessor_config.json of google/vit-base-patch16-224, of PekingU/rtdetr_r50vd and of
# microsoft/resnet-50 in the keys that matter.
VIT = {
    'do_normalize': True,
    'do_rescale': True,
    'do_resize': True,
    'image_mean': [0.5, 0.5, 0.5],
    'image_std': [0.5, 0.5, 0.5],
    'rescale_factor': 0.00392156862745098,
    'size': {'height': 224, 'width': 224},
}
RT_DETR = {
    'do_normalize': False,
    'do_rescale': True,
    'image_mean': [0.485, 0.456, 0.406],
    'image_std': [0.229, 0.224, 0.225],
    'rescale_factor': 0.00392156862745098,
    'size': {'height': 640, 'width': 640},
}
CENTRE = {
    'do_center_crop': True,
    'crop_size': {'height': 224, 'width': 224},
    'do_normalize': True,
    'image_mean': [0.485, 0.456, 0.406],
    'image_std': [0.229, 0.224, 0.225],
    'size': {'shortest_edge': 256},
}
CONVNEXT = {**CENTRE, 'do_center_crop': False, 'crop_pct': 0.875, 'size': {'shortest_edge': 224}}
DETR = {**CENTRE, 'do_center_crop': False, 'size': {'shortest_edge': 800, 'longest_edge': 1333}}
IMAGENET = [123.675, 116.28, 103.53], [58.395, 57.12, 57.375]


@pytest.mark.parametrize(
    ('processor', 'mean', 'std', 'geometry', 'size'),
    [
        (VIT, [127.5] * 3, [127.5] * 3, {'input.fit': 'stretch'}, (224, 224)),
        (RT_DETR, [0] * 3, [255] * 3, {'input.fit': 'stretch'}, (640, 640)),
        (
            CENTRE,
            *IMAGENET,
            {'input.fit': 'center_crop', 'input.crop_fraction': 0.875},
            (224, 224),
        ),
        (
            CONVNEXT,
            *IMAGENET,
            {'input.fit': 'center_crop', 'input.crop_fraction': 0.875},
            (224, 224),
        ),
        (
            {**CONVNEXT, 'size': {'shortest_edge': 384}},
            *IMAGENET,
            {'input.fit': 'stretch'},
            (384, 384),
        ),
        (DETR, *IMAGENET, {}, None),
        ({**VIT, 'do_rescale': False}, [0.5] * 3, [0.5] * 3, {'input.fit': 'stretch'}, (224, 224)),
        (
            {'image_mean': [0.5] * 3, 'image_std': [0.5] * 3, 'size': 224},
            [127.5] * 3,
            [127.5] * 3,
            {},
            (224, 224),
        ),
    ],
)
def test_a_processor_of_hugging_face_tells_the_numbers(processor, mean, std, geometry, size):
    beside = {'preprocessor_config.json': processor}
    draft = values(hugging_face_draft(beside))
    np.testing.assert_allclose(draft.pop('input.mean'), mean, atol=1e-3)
    np.testing.assert_allclose(draft.pop('input.std'), std, atol=1e-3)
    assert draft == {'input.color': 'rgb', **geometry}
    assert size_of(beside) == size


@pytest.mark.parametrize(
    'change',
    [
        {'rescale_offset': True},
        {'do_flip_channel_order': True},
        {'image_mean': [0.5]},
        {'image_std': 'x'},
        {'rescale_factor': 0},
    ],
)
def test_a_processor_with_unusual_steps_says_nothing_of_the_numbers(change):
    draft = hugging_face_draft({'preprocessor_config.json': {**VIT, **change}})
    assert not {'input.mean', 'input.std', 'input.color'} & set(draft)


def test_timm_keeps_everything_in_one_file():
    # config.json of timm/mobilenetv3_small_100.lamb_in1k in the keys that matter.
    settings = {
        'input_size': [3, 224, 224],
        'crop_pct': 0.875,
        'crop_mode': 'center',
        'mean': [0.485, 0.456, 0.406],
        'std': [0.229, 0.224, 0.225],
        'license': 'apache-2.0',
    }
    beside = {'config.json': {'label_names': ['a', 'b'], 'pretrained_cfg': settings}}
    draft = values(hugging_face_draft(beside))
    np.testing.assert_allclose(draft.pop('input.mean'), IMAGENET[0])
    np.testing.assert_allclose(draft.pop('input.std'), IMAGENET[1])
    assert draft == {
        'labels': ['a', 'b'],
        'input.color': 'rgb',
        'input.fit': 'center_crop',
        'input.crop_fraction': 0.875,
        'license': 'Apache-2.0',
    }
    assert size_of(beside) == (224, 224)


def test_names_that_nobody_gave_are_none():
    config = {'id2label': {'0': 'LABEL_0', '1': 'LABEL_1'}}
    assert hugging_face_draft({'config.json': config}) == {}


def test_files_beside_a_graph_and_above_a_folder_onnx_are_read(tmp_path):
    (tmp_path / 'onnx').mkdir()
    (tmp_path / 'config.json').write_text('{"id2label": {"0": "a"}}')
    (tmp_path / 'preprocessor_config.json').write_text('not json')
    (tmp_path / 'README.md').write_text('---\nlicense: mit\ntags: [x]\n---\n# Model\n')
    beside = read_beside(tmp_path / 'onnx' / 'model.onnx')
    assert beside == {
        'config.json': {'id2label': {'0': 'a'}},
        'README.md': {'license': 'mit', 'tags': ['x']},
    }
    assert values(hugging_face_draft(beside)) == {'labels': ['a'], 'license': 'MIT'}
    assert read_beside(tmp_path / 'onnx' / 'deeper' / 'model.onnx') == {}


def test_names_that_would_write_on_a_terminal_are_shown_as_they_are():
    with pytest.raises(CardError, match=r"plain names, got '\\x1b\[2Jx'"):
        image_input((TensorSpec('\x1b[2Jx', 'float32', (1, 3, 8, 8)),))
    draft = ultralytics_draft({**METADATA, 'description': '\x1b[2J', 'license': '\x1b]0;x'})
    assert not {'description', 'license'} & set(draft)
