"""What is wrong with a command line is said at once, in words."""

import argparse

import pytest

from robot_dl.cli.arguments import number, output_file, positive, whole
from robot_dl.cli.main import main


def refusal(capsys, line):
    """Return what `robot_dl LINE` says on its way to exit code 2."""
    try:
        code = main(line.split())
    except SystemExit as ended:
        code = ended.code
    assert code == 2
    return capsys.readouterr().err


@pytest.mark.parametrize(
    ('line', 'said'),
    [
        ('demo --seed many', "--seed: expected a whole number from 0 to 999, got 'many'"),
        ('demo --seed 1000', "--seed: expected a whole number from 0 to 999, got '1000'"),
        ('demo --seconds 1', "--seconds: expected 3 to 1500, got '1'"),
        ('demo --seconds nan', "--seconds: expected 3 to 1500, got 'nan'"),
        ('train detection --minutes nan', "--minutes: expected a number above zero, got 'nan'"),
        ('train detection --worlds 0', '--worlds: expected a whole number from 1 to 1000000'),
        ('train detection --batch 0', '--batch: expected a whole number of 1 or more'),
        ('train detection --batch 9 --worlds 2 --views 4', '--batch: expected at most 8'),
        ('train detection --validation 0', '--validation: expected a whole number from 1'),
        ('eval m --device gpu', "--device: invalid choice: 'gpu' (choose from"),
        ('play here --wait nan', "--wait: expected 0 or more, got 'nan'"),
        ('bench transport --rate 0', "--rate: expected a number above zero, got '0'"),
        ('bench threads --turns 0', '--turns: expected a whole number of 1 or more'),
    ],
)
def test_a_value_that_cannot_be_is_refused_with_those_that_can(capsys, line, said):
    assert said in refusal(capsys, line)


@pytest.mark.parametrize('verb', ['eval m', 'bench detection', 'bench threads', 'bench transport'])
def test_results_that_could_not_be_written_are_not_computed(capsys, tmp_path, verb):
    said = refusal(capsys, f'{verb} --json {tmp_path}/gone/result.json')
    assert f'there is no folder {tmp_path}/gone' in said
    assert 'this is a folder' in refusal(capsys, f'{verb} --json {tmp_path}')


def test_a_file_beside_others_is_accepted(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert output_file('result.json').name == 'result.json'
    assert output_file(f'{tmp_path}/result.json') == tmp_path / 'result.json'


def test_bounds_belong_to_the_range():
    assert [whole(1, 3)(text) for text in ('1', '3')] == [1, 3]
    assert [number(0, 2)(text) for text in ('0', '2')] == [0.0, 2.0]


@pytest.mark.parametrize('text', ['0', '-1', 'inf', 'nan', ''])
def test_zero_and_infinity_are_not_positive(text):
    with pytest.raises(argparse.ArgumentTypeError, match='above zero'):
        positive(text)
