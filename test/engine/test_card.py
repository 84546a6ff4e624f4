"""Model cards: what is accepted, and what each mistake is told."""

import numpy as np
import pytest
import yaml
from toy_models import write_model

from robot_dl.engine.card import load_card
from robot_dl.engine.card_checks import CardError

# 300 bytes that would be 10^12 words if they were written out.
NESTED = (
    'a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n'
    + '\n'.join(f'a{i}: &a{i} [{", ".join([f"*a{i - 1}"] * 10)}]' for i in range(1, 12))
    + '\ninput: *a11\n'
)

INPUT = {'name': 'images', 'size_hw': [64, 96]}


def test_a_card_is_read_with_its_defaults(tmp_path):
    card = load_card(write_model(tmp_path / 'm'))
    assert card.labels == ('red', 'green', 'blue')
    assert card.input.size_hw == (64, 96)
    assert (card.input.layout, card.input.color, card.input.fit) == ('nchw', 'rgb', 'letterbox')
    card.read_weights()


def test_normalising_follows_the_card(tmp_path):
    spec = {**INPUT, 'layout': 'nhwc', 'color': 'bgr', 'mean': [0, 0, 100], 'std': [1, 1, 50]}
    card = load_card(write_model(tmp_path / 'm', input=spec))
    pixels = np.zeros((64, 96, 3), np.uint8)
    pixels[..., 0] = 200
    tensor, _ = card.prepare(pixels)
    assert tensor.shape == card.input.shape == (1, 64, 96, 3)
    np.testing.assert_allclose(tensor[0, 5, 5], [0, 0, 2])


@pytest.mark.parametrize(
    ('changes', 'words'),
    [
        ({'decoder': None}, 'decoder: missing'),
        ({'input': None}, 'input: expected "key: value" lines, got None'),
        ({'input': 3}, 'input: expected "key: value" lines, got 3'),
        ({'input': {'name': 'images'}}, 'input.size_hw: missing'),
        ({'input': {**INPUT, 'size_hw': [64]}}, 'input.size_hw: expected 2 numbers'),
        ({'input': {**INPUT, 'size_hw': [0, 64]}}, 'input.size_hw: expected 2 numbers ≥ 1'),
        ({'input': {**INPUT, 'size_hw': [64.5, 64]}}, 'input.size_hw: expected whole pixels'),
        ({'input': {**INPUT, 'size_hw': [10**9, 64]}}, 'input.size_hw: expected'),
        ({'input': {**INPUT, 'std': [1, 0, 1]}}, 'input.std: expected 3 numbers'),
        ({'input': {**INPUT, 'mean': ['a', 0, 1]}}, 'input.mean: expected 3 numbers'),
        ({'input': {**INPUT, 'mean': [float('nan'), 0, 1]}}, 'input.mean: expected 3 numbers'),
        ({'input': {**INPUT, 'layout': 'chw'}}, 'input.layout: expected one of nchw, nhwc'),
        ({'input': {**INPUT, 'colour': 'rgb'}}, "'input.colour'. Did you mean 'input.color'"),
        ({'labels': []}, 'labels: expected a list of class names'),
        ({'labels': None}, 'labels: expected a list of class names'),
        ({'task': 'depth', 'labels': [3]}, 'labels: expected a list of class names'),
        ({'labels': 'red'}, 'labels: expected a list of class names'),
        ({'labels': ['a', 'a', 'b']}, 'labels: expected different names'),
        ({'labels': [1, 2, 3]}, 'labels: expected a list of class names'),
        ({'palette': [[1, 2, 3]]}, 'palette: expected "key: value" lines'),
        ({'palette': {'rad': [1, 2, 3]}}, "palette: unknown label 'rad'. Did you mean 'red'"),
        ({'palette': {'red': [1, 2]}}, 'palette.red: expected 3 numbers'),
        ({'palette': {'red': [1, 2, 256]}}, 'palette.red: expected red, green, blue as 0-255'),
        ({'palette': {'red': [1, 2, 0.5]}}, 'palette.red: expected red, green, blue as 0-255'),
        ({'name': 7}, 'name: expected text, got 7'),
        ({'wieghts': 'x'}, "unknown key 'wieghts'. Did you mean 'weights'"),
        ({'folder': '/etc'}, "unknown key 'folder'"),
        ({'description': [1]}, 'description: expected text'),
        ({'sha256': 'abc'}, "sha256: expected 64 hexadecimal digits, got 'abc'"),
        ({'weights': 'a\0b.onnx'}, 'weights: expected text'),
        ({'weights': '../other.onnx'}, 'weights: expected a file inside'),
        ({'weights': '/etc/passwd'}, 'weights: expected a file inside'),
        ({'weights': 'a/../../b.onnx'}, 'weights: expected a file inside'),
    ],
)
def test_a_mistake_is_named_with_its_file_and_key(tmp_path, changes, words):
    folder = write_model(tmp_path / 'm', **changes)
    with pytest.raises(CardError, match=words) as caught:
        load_card(folder)
    assert 'model.yaml' in str(caught.value)


@pytest.mark.parametrize(
    ('text', 'words'),
    [
        ('', 'expected "key: value" lines, got None'),
        ('just words', "got 'just words'"),
        ('a: [1', 'not valid YAML'),
        ('!!python/object/apply:os.system ["true"]', 'not valid YAML'),
        ('1: 2', 'expected "key: value" lines'),
        ('license: 2024-13-45', 'not valid YAML'),
        ('name: ' + '1' * 5000, 'not valid YAML'),
        ('[' * 5000, 'not valid YAML'),
        (NESTED, 'labels: expected|input: expected|missing|unknown key'),
    ],
)
def test_what_is_no_card_is_refused(tmp_path, text, words):
    (tmp_path / 'model.yaml').write_text(text)
    with pytest.raises(CardError, match=words):
        load_card(tmp_path)


def test_a_card_that_is_not_text_is_refused(tmp_path):
    (tmp_path / 'model.yaml').write_bytes(b'\xff\xfe\x00name')
    with pytest.raises(CardError, match='not valid YAML'):
        load_card(tmp_path)


def test_a_huge_card_is_refused_unread(tmp_path):
    (tmp_path / 'model.yaml').write_text('#' * 1_000_001)
    with pytest.raises(CardError, match='expected at most 1000000 bytes, got 1000001'):
        load_card(tmp_path)


def test_a_folder_without_a_card_is_refused(tmp_path):
    with pytest.raises(CardError, match=r'model\.yaml: no such file; a model is a folder'):
        load_card(tmp_path)


def test_a_link_out_of_the_folder_is_refused(tmp_path):
    folder = write_model(tmp_path / 'm')
    outside = tmp_path / 'outside.onnx'
    outside.write_bytes(b'x')
    (folder / 'link.onnx').symlink_to(outside)
    card = yaml.safe_load((folder / 'model.yaml').read_text())
    (folder / 'model.yaml').write_text(yaml.safe_dump({**card, 'weights': 'link.onnx'}))
    with pytest.raises(CardError, match='weights: expected a file inside'):
        load_card(folder)


def test_changed_weights_are_refused(tmp_path):
    folder = write_model(tmp_path / 'm')
    with (folder / 'colours.onnx').open('ab') as stream:
        stream.write(b' ')
    with pytest.raises(CardError, match='expected sha256 .*, got .*; restore the file'):
        load_card(folder).read_weights()


def test_a_task_without_classes_needs_no_labels(tmp_path):
    assert load_card(write_model(tmp_path / 'm', task='depth', labels=None)).labels == ()


def test_missing_weights_are_named(tmp_path):
    folder = write_model(tmp_path / 'm')
    (folder / 'colours.onnx').unlink()
    with pytest.raises(CardError, match=r'colours\.onnx: named by the card, but there is no such'):
        load_card(folder).read_weights()
