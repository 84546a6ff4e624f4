"""One real export of every family, imported as a user does, becomes the card that it needs."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
import toy_classifiers
import toy_families
import yaml
from onnx import TensorProto, helper, numpy_helper
from toy_families import LABELS, SIZE_HW, TOYS
from toy_imports import ANSWERS, BACKGROUND, IMAGENET, NAMED, import_file, write_names

from robot_dl.cli.importing.families import FAMILIES
from robot_dl.cli.main import main
from robot_dl.cli.trials import trial_picture
from robot_dl.detection.decoders import DECODERS
from robot_dl.detection.params import DetectionParams
from robot_dl.detection.pipeline import open_detector
from robot_dl.engine.library import user_models

pytestmark = pytest.mark.slow

DEFAULTS = {
    'layout': 'nchw',
    'color': 'rgb',
    'mean': [0, 0, 0],
    'std': [255, 255, 255],
    'fit': 'letterbox',
    'dtype': 'float32',
}


@pytest.fixture(scope='module')
def exports(tmp_path_factory):
    """Export every toy once."""
    folder = tmp_path_factory.mktemp('exports')
    return {name: toy_families.write(name, folder / name) / f'{name}.onnx' for name in TOYS}


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv('HOME', str(tmp_path))
    monkeypatch.chdir(tmp_path)
    write_names(tmp_path)
    return tmp_path


def imported(file, *answers):
    """Import a file and return its card."""
    assert import_file(file, *answers) == 0
    return yaml.safe_load((user_models() / Path(file).stem / 'model.yaml').read_text())


def seen(model):
    """Return what a model makes of the test picture, at a score that lets a lot through."""
    return open_detector(str(model), 'cpu')(trial_picture(), DetectionParams(score=0.1))


def options(decoder, values):
    """Return the options of a decoder with its defaults, so that cards can be compared."""
    return DECODERS[decoder].from_dict(values)


@pytest.mark.parametrize('name', TOYS)
def test_an_export_becomes_the_card_that_it_needs(name, home, exports):
    expected = toy_families.card(name)
    card = imported(exports[name], *ANSWERS[name])
    assert card['input'] == {**DEFAULTS, **expected['input']}
    assert card['decoder'] == expected['decoder']
    assert options(card['decoder'], card.get('decoder_options', {})) == options(
        expected['decoder'], expected['decoder_options']
    )
    assert card.get('constants', {}) == expected['constants']
    assert card['labels'] == expected['labels']
    found = seen(name)
    reference = seen(exports[name].parent)
    assert len(found) > 0
    np.testing.assert_array_equal(found.boxes_xyxy, reference.boxes_xyxy)
    np.testing.assert_array_equal(found.class_ids, reference.class_ids)


def test_every_decoder_is_recognised_in_some_export():
    assert {family.decoder for family in FAMILIES if family.task == 'detection'} == set(DECODERS)
    assert {toy.decoder for toy in TOYS.values()} == set(DECODERS)
    assert set(ANSWERS) == set(TOYS)


@pytest.mark.parametrize('name', [name for name in TOYS if ANSWERS[name]])
def test_what_an_export_does_not_tell_is_asked_for_all_at_once(name, home, exports, capsys):
    assert main(['models', 'import', str(exports[name])]) == 2
    said = capsys.readouterr().err
    for option in {'--license', *ANSWERS[name]}:
        if option.startswith('--') and option != '--option':
            assert f'\n  {option}: ' in said
    assert ('--option first_label: ' in said) == (BACKGROUND[1] in ANSWERS[name])
    assert not user_models().exists()


@pytest.mark.parametrize('kind', ['torchscript', 'pt2'])
def test_an_export_of_torch_gives_the_same_as_onnx(kind, home, exports):
    net, image = toy_families.net('yolov8'), torch.zeros(1, 3, *SIZE_HW)
    extra = {'config.txt': json.dumps(toy_families.yolo_metadata())}
    if kind == 'pt2':
        torch.export.save(torch.export.export(net, (image,)), 'net.pt2', extra_files=extra)
    else:
        torch.jit.trace(net, image).save('net.torchscript', _extra_files=extra)
    card = imported(f'net.{kind}')
    assert card['decoder'] == 'yolo'
    assert card['labels'] == list(LABELS)
    assert card['input']['size_hw'] == list(SIZE_HW)
    found = seen('net')
    reference = seen(exports['yolov8'].parent)
    np.testing.assert_allclose(found.boxes_xyxy, reference.boxes_xyxy, atol=0.01)
    np.testing.assert_array_equal(found.class_ids, reference.class_ids)


def test_a_graph_of_any_size_takes_that_of_its_metadata_or_asks(home, capsys):
    file = home / 'yolov8.onnx'
    axes = {'images': {2: 'h', 3: 'w'}, 'output0': {2: 'n'}}
    torch.onnx.export(
        toy_families.net('yolov8'),
        torch.zeros(1, 3, *SIZE_HW),
        str(file),
        input_names=['images'],
        output_names=['output0'],
        dynamic_axes=axes,
        dynamo=False,
    )
    assert main(['models', 'import', str(file), '--license', 'MIT', *NAMED]) == 2
    assert '--input-size: the graph takes any size' in capsys.readouterr().err
    card = imported(file, *NAMED, '--input-size', '64x128')
    assert card['input']['size_hw'] == [64, 128]
    model = onnx.load(str(file))
    helper.set_model_props(model, {**toy_families.yolo_metadata(), 'imgsz': '[96, 64]'})
    onnx.save(model, str(file))
    card = imported(file, '--force')
    assert card['input']['size_hw'] == [96, 64]
    assert card['labels'] == list(LABELS)


def test_a_graph_in_half_precision_gets_what_it_takes(home):
    torch.onnx.export(
        toy_families.net('yolov8').half(),
        torch.zeros(1, 3, *SIZE_HW, dtype=torch.float16),
        'half.onnx',
        input_names=['images'],
        dynamo=False,
    )
    assert imported('half.onnx', *NAMED)['input']['dtype'] == 'float16'
    assert len(seen('half'))


def test_weights_beside_an_export_of_torch_are_taken_in(home):
    program = torch.onnx.export(
        toy_families.net('yolov8'), (torch.zeros(1, 3, *SIZE_HW),), dynamo=True
    )
    program.save('big.onnx', external_data=True)
    assert Path('big.onnx.data').exists()
    imported('big.onnx', *NAMED)
    assert sorted(p.name for p in (user_models() / 'big').iterdir()) == ['big.onnx', 'model.yaml']
    assert len(seen('big'))


def tensorflow(path):
    """Write a graph as tf2onnx makes it of TensorFlow's SSD: bytes, NHWC, boxes y, x, y, x."""
    boxes = np.array([[[0.25, 0.5, 0.75, 1.0], [0, 0, 0.5, 0.25]]], np.float32)
    outputs = {
        'detection_boxes': boxes,
        'detection_classes': np.array([[1, 3]], np.float32),
        'detection_scores': np.array([[0.9, 0.8]], np.float32),
        'num_detections': np.array([2], np.float32),
    }
    shape = [1, 'h', 'w', 3]
    graph = helper.make_graph(
        [
            helper.make_node('Cast', ['input_tensor'], ['pixels'], to=TensorProto.FLOAT),
            *(helper.make_node('Identity', [f'{n}_'], [n]) for n in outputs),
        ],
        'ssd',
        [helper.make_tensor_value_info('input_tensor', TensorProto.UINT8, shape)],
        [helper.make_tensor_value_info(n, TensorProto.FLOAT, a.shape) for n, a in outputs.items()],
        [numpy_helper.from_array(a, f'{n}_') for n, a in outputs.items()],
    )
    opset = [helper.make_opsetid('', 17)]
    onnx.save(helper.make_model(graph, opset_imports=opset, ir_version=8), str(path))


def test_what_tf2onnx_makes_of_tensorflow_is_recognised(home):
    tensorflow(home / 'ssd.onnx')
    card = imported('ssd.onnx', *NAMED, '--input-size', '300x300')
    assert card['input']['layout'] == 'nhwc'
    assert card['input']['dtype'] == 'uint8'
    assert card['input']['std'] == [1, 1, 1]
    found = seen('ssd')
    np.testing.assert_allclose(found.boxes_xyxy, [[320, 120, 640, 360], [0, 0, 160, 240]])
    assert [LABELS[i] for i in found.class_ids] == ['mug', 'can']


PROCESSOR = {
    'do_rescale': True,
    'rescale_factor': 1 / 255,
    'image_mean': [0.485, 0.456, 0.406],
    'image_std': [0.229, 0.224, 0.225],
    'size': {'height': 96, 'width': 160},
}


def test_what_hugging_face_leaves_beside_an_export_answers_everything(home, exports):
    file = shutil.copy(exports['detr'], home)
    names = {str(i): label for i, label in enumerate(LABELS)}
    config = {'model_type': 'detr', 'id2label': names}
    (home / 'config.json').write_text(json.dumps(config))
    (home / 'preprocessor_config.json').write_text(json.dumps(PROCESSOR))
    (home / 'README.md').write_text('---\nlicense: apache-2.0\n---\n')
    assert main(['models', 'import', str(file)]) == 0
    card = yaml.safe_load((user_models() / 'detr' / 'model.yaml').read_text())
    expected = toy_families.card('detr')
    np.testing.assert_allclose(card['input'].pop('mean'), expected['input'].pop('mean'), atol=1e-3)
    np.testing.assert_allclose(card['input'].pop('std'), expected['input'].pop('std'), atol=1e-3)
    assert expected['input'].items() <= card['input'].items()
    assert card['decoder_options'] == {'activation': 'softmax'}
    assert card['license'] == 'Apache-2.0'


@pytest.mark.parametrize('activated', [False, True])
def test_a_classifier_is_recognised_before_and_after_its_softmax(activated, home):
    torch.manual_seed(0)
    layers = [torch.nn.Conv2d(3, 3, 8, 8), torch.nn.AdaptiveAvgPool2d(1), torch.nn.Flatten()]
    net = torch.nn.Sequential(*layers, *([torch.nn.Softmax(1)] if activated else []))
    torch.onnx.export(net, torch.zeros(1, 3, 64, 64), 'net.onnx', dynamo=False)
    card = imported('net.onnx', *NAMED, *IMAGENET)
    assert card['task'] == 'classification'
    assert card['decoder'] == ('probabilities' if activated else 'logits')
    assert card['input']['fit'] == 'center_crop'
    assert card['input']['mean'] == [123.675, 116.28, 103.53]


@pytest.mark.parametrize('name', toy_classifiers.TOYS)
def test_an_export_of_a_classifier_becomes_the_card_that_it_needs(name, home):
    expected = toy_classifiers.card(name)
    (home / 'names.txt').write_text('\n'.join(toy_classifiers.LABELS))
    mean = ','.join(map(str, expected['input'].get('mean', [0, 0, 0])))
    std = ','.join(map(str, expected['input'].get('std', [255, 255, 255])))
    given = ['--color', 'rgb', '--mean', mean, '--std', std, '--fit', expected['input']['fit']]
    card = imported(toy_classifiers.export(name, home), *NAMED, *given)
    assert card['task'] == 'classification'
    assert card['decoder'] == expected['decoder']
    assert card['labels'] == expected['labels']
    assert expected['input'].items() <= {**card['input'], 'layout': 'nchw'}.items()


def test_an_unknown_decoder_or_task_names_the_nearest(home, exports, capsys):
    file = exports['yolov8']
    assert main(['models', 'import', str(file), '--decoder', 'yolov8']) == 2
    assert "unknown decoder 'yolov8'. Did you mean 'yolo" in capsys.readouterr().err
    assert main(['models', 'import', str(file), '--task', 'detect']) == 2
    assert "unknown task 'detect'. Did you mean 'detection'" in capsys.readouterr().err
