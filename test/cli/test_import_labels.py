"""Names of classes from what people have them in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from robot_dl.cli.importing.labels import coco80, coco91, distinct, literal, named, read_labels
from robot_dl.engine.card_checks import CardError

FILES = {
    'names.txt': 'red\ngreen\nlight blue\n\n',
    'bom.txt': '\ufeffred\ngreen\r\nlight blue',
    'data.yaml': 'path: x\nnc: 3\nnames: [red, green, light blue]\n',
    'dict.yaml': 'names:\n  1: green\n  0: red\n  2: light blue\n',
    'list.json': '["red", "green", "light blue"]',
    'numbers.json': '{"0": "red", "2": "light blue", "1": "green"}',
    'config.json': '{"a": "x", "id2label": {"0": "red", "1": "green", "2": "light blue"}}',
}


@pytest.mark.parametrize('name', FILES)
def test_labels_are_read_from(name, tmp_path):
    (tmp_path / name).write_text(FILES[name], encoding='utf-8')
    assert read_labels(str(tmp_path / name)) == ['red', 'green', 'light blue']


@pytest.mark.parametrize(
    ('name', 'text', 'words'),
    [
        ('a.txt', '', 'expected 1 to 100000 names'),
        ('a.txt', 'red\n\nblue\n', 'line 2 is empty'),
        ('a.json', '{"0": "red", "2": "blue"}', 'expected the numbers 0 to 1'),
        ('a.json', '{"red": 0}', 'expected names by number'),
        ('a.json', '{', 'Expecting'),
        ('a.json', '[' * 100_000, 'recursion'),
        ('a.yaml', 'names: [a, b', 'expected'),
        ('a.yaml', '!!python/object/apply:os.system [echo]', 'could not determine'),
        ('a.yaml', 'nc: 3', 'expected names by number'),
        ('a.txt', 're\x07d\n', 'expected names of classes'),
        ('a.txt', 'x\n' * 100_001, 'expected 1 to 100000 names'),
    ],
)
def test_what_holds_no_labels_is_refused(name, text, words, tmp_path):
    (tmp_path / name).write_text(text, encoding='utf-8')
    with pytest.raises(CardError, match=words):
        read_labels(str(tmp_path / name))


def test_a_list_known_by_name_needs_no_file():
    assert read_labels('coco80') == coco80()
    with pytest.raises(
        CardError, match="no such file, nor one of coco80, coco91. Did you mean 'coco"
    ):
        read_labels('coco')


def test_the_classes_of_coco_stand_at_their_numbers():
    # https://cocodataset.org: category ids of the annotations.
    ids = {
        1: 'person',
        13: 'stop sign',
        18: 'dog',
        44: 'bottle',
        67: 'dining table',
        90: 'toothbrush',
    }
    assert {i: coco91()[i] for i in ids} == ids
    assert len(coco80()) == len(set(coco80())) == 80
    assert len(coco91()) == len(set(coco91())) == 91
    assert [name for name in coco91() if not name.startswith('N/A')] == coco80()


@given(st.lists(st.sampled_from(['a', 'b', 'a (2)', 'c'])))
def test_names_become_distinct_and_say_so(names):
    unique, changed = distinct(names)
    assert len(set(unique)) == len(unique) == len(names)
    assert [u for n, u in zip(names, unique, strict=True) if n != u] == changed
    assert all(u.startswith(n) for n, u in zip(names, unique, strict=True))
    if len(set(names)) == len(names):
        assert (unique, changed) == (names, [])


@pytest.mark.parametrize(
    ('text', 'value'),
    [
        ("{0: 'a', 1: \"b's\"}", {0: 'a', 1: "b's"}),
        ('{"0": "a", "1": null}', {'0': 'a', '1': None}),
        ('[640, 480]', [640, 480]),
        ("__import__('os').system('false')", "__import__('os').system('false')"),
        ('(' * 10_000, '(' * 10_000),
        ({'a': 1}, {'a': 1}),
    ],
)
def test_metadata_is_read_and_never_run(text, value):
    assert literal(text) == value


def test_names_by_number_are_ordered_by_number():
    assert named({'10': 'k', **{str(i): chr(97 + i) for i in range(10)}})[10] == 'k'
