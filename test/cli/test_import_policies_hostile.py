"""Files of policies that are damaged or want to do harm: refused, and nothing of them is run."""

import io
import json
import pickle
import zipfile
from pathlib import Path

import onnx
import pytest
import torch
from isaac_files import ENV, JOINTS, METADATA, write_actor, write_run
from onnx import TensorProto, helper
from sb3_models import saved

from robot_dl.cli.importing.policies import sb3_archive
from robot_dl.cli.importing.policies.plain_yaml import read_plain_yaml
from robot_dl.cli.main import main
from robot_dl.engine.card_checks import CardError
from robot_dl.engine.library import user_models

ANSWERS = ['--joints', ','.join(JOINTS), '--license', 'MIT', '--rate', '50']


pytestmark = pytest.mark.filterwarnings('ignore')  # exporters of torch that go, and still are used


@pytest.fixture
def home(tmp_path, monkeypatch):
    """Give a user an empty home, and stand there."""
    monkeypatch.setenv('HOME', str(tmp_path))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def refused(capsys, *arguments):
    """Import what is to be refused; return the complaint."""
    assert main(['models', 'import', *map(str, arguments), *ANSWERS]) == 2
    assert not Path('pwned').exists()
    assert not list(user_models().rglob('*'))
    return capsys.readouterr().err


class Evil:
    """Writes a file when it is unpickled."""

    def __reduce__(self):
        return Path.touch, (Path('pwned'),)


def parts(path):
    """Return the members of a saved algorithm."""
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def written(path, members, **arguments):
    """Write members into a zip archive: a mapping, or pairs."""
    pairs = members.items() if isinstance(members, dict) else members
    with zipfile.ZipFile(path, 'w', **arguments) as archive:
        for name, content in pairs:
            archive.writestr(name, content)


def torch_bytes(value):
    stream = io.BytesIO()
    torch.save(value, stream)
    return stream.getvalue()


@pytest.fixture(scope='module')
def whole(tmp_path_factory):
    """Return the members of an honest file."""
    return parts(saved('ppo', tmp_path_factory.mktemp('honest')))


def deflated(content):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, 'w', zipfile.ZIP_DEFLATED) as archive:
        archive.writestr('archive/data/0', content)
    return stream.getvalue()


def test_pickled_attributes_are_never_decoded(whole, home, capsys):
    """Trap 32: every ':serialized:' of the file is hostile, and the import works all the same."""
    evil = __import__('base64').b64encode(pickle.dumps(Evil())).decode()
    data = json.loads(whole['data'])
    for value in data.values():
        if isinstance(value, dict) and ':serialized:' in value:
            value[':serialized:'] = evil
    written(home / 'model.zip', {**whole, 'data': json.dumps(data)})
    answers = ['--joints', 'a,b', '--license', 'MIT', '--rate', '50', '--action', 'joint_velocity']
    more = ['--action-scale', '1', '--observation', 'joint_velocity,command']
    assert main(['models', 'import', 'model.zip', *answers, *more]) == 0
    assert not (home / 'pwned').exists()
    assert sb3_archive.PICKLE not in str(sb3_archive.read_sb3(home / 'model.zip').data)


HOSTILE = {
    'pickled weights': (torch_bytes({'a': Evil()}), 'expected tensors and nothing else'),
    'no torch archive': (pickle.dumps(Evil()), 'expected the archive that torch.save writes'),
    'old weights': (b'\x80\x02junk', 'expected the archive that torch.save writes'),
    'bomb': (deflated(bytes(64 << 20)), 'it would unpack'),
    'list': (torch_bytes([torch.zeros(1)]), 'expected a dictionary of tensors, got list'),
    'text': (torch_bytes({'action_net.weight': 'x'}), 'expected a tensor, got str'),
    'view of one number': (
        torch_bytes({'action_net.weight': torch.zeros(1).expand(1 << 40)}),
        'it claims [1099511627776], and has fewer numbers',
    ),
    'nan': (
        torch_bytes({'action_net.weight': torch.full((2, 5), torch.nan)}),
        'there are NaN or infinities',
    ),
    'other algorithm': (torch_bytes({'alpha': torch.zeros(2)}), 'of no algorithm that is known'),
    'pictures': (
        torch_bytes({'features_extractor.cnn.0.weight': torch.zeros(8, 3, 4, 4)}),
        'its policy looks at pictures',
    ),
    'own extractor': (
        torch_bytes({'pi_features_extractor.net.weight': torch.zeros(2, 2)}),
        'a features extractor of its own',
    ),
    'layer norm': (
        torch_bytes(
            {
                'action_net.weight': torch.zeros(2, 4),
                'action_net.bias': torch.zeros(2),
                'mlp_extractor.policy_net.0.weight': torch.zeros(4),
                'mlp_extractor.policy_net.0.bias': torch.zeros(4),
            }
        ),
        'expected a matrix of a fully connected layer, got one of [4]',
    ),
    'gap': (
        torch_bytes(
            {
                'action_net.weight': torch.zeros(2, 4),
                'action_net.bias': torch.zeros(2),
                'mlp_extractor.policy_net.0.weight': torch.zeros(3, 5),
                'mlp_extractor.policy_net.0.bias': torch.zeros(3),
            }
        ),
        'a layer gives 3 numbers and the next takes 4',
    ),
}


@pytest.mark.parametrize('name', HOSTILE)
def test_weights_that_are_no_plain_tensors_are_refused(name, whole, home, capsys):
    """Trap 32: what torch unpickles is tensors and nothing else."""
    content, words = HOSTILE[name]
    written(home / 'model.zip', {**whole, 'policy.pth': content})
    assert words in refused(capsys, 'model.zip')


def test_a_bomb_is_refused_by_what_it_declares(whole, home, capsys):
    members = {**whole, 'data': bytes(sb3_archive.MOST_DATA + 1)}
    written(home / 'model.zip', members, compression=zipfile.ZIP_DEFLATED)
    assert (home / 'model.zip').stat().st_size < 1 << 20
    assert 'data: expected at most 67108864 bytes' in refused(capsys, 'model.zip')


@pytest.mark.parametrize(
    ('change', 'words'),
    [
        (lambda m: {k: v for k, v in m.items() if k != 'policy.pth'}, "with a file 'policy.pth'"),
        (lambda m: [*m.items(), ('data', b'{}')], 'it contains a file twice'),
        (lambda m: {**m, **{f'{i}': b'' for i in range(200)}}, 'of about six files; it has'),
        (lambda m: {**m, 'data': b'{'}, 'expected JSON'),
        (lambda m: {**m, 'data': b'[]'}, 'expected a JSON object, got list'),
        (lambda m: {**m, 'data': b'[' * 100_000}, 'expected JSON'),
    ],
)
def test_another_archive_is_refused(change, words, whole, home, capsys):
    written(home / 'model.zip', change(whole))
    assert words in refused(capsys, 'model.zip')


def test_names_that_lead_out_of_the_folder_lead_nowhere(whole, home):
    written(home / 'model.zip', {**whole, '../outside': b'x', '/tmp/../outside': b'x'})
    sb3_archive.read_sb3(home / 'model.zip')
    assert not (home.parent / 'outside').exists()
    assert sorted(p.name for p in home.iterdir()) == ['model.zip']


@pytest.mark.parametrize('cut', [10, 2000, -30])
def test_a_cut_file_is_refused(cut, home, capsys):
    path = saved('ppo', home)
    path.write_bytes(path.read_bytes()[:cut])
    assert 'damaged' in refused(capsys, 'ppo.zip')


@pytest.mark.parametrize(
    ('space', 'words'),
    [
        (
            {':type:': "<class 'gymnasium.spaces.MultiDiscrete'>", 'nvec': '[2 2]'},
            'a MultiDiscrete',
        ),
        (
            {
                ':type:': "<class 'gymnasium.spaces.box.Box'>",
                '_shape': [2],
                'low': '[1. 1.]',
                'high': '[0. 0.]',
            },
            'a low end above the high end',
        ),
        (
            {
                ':type:': "<class 'gymnasium.spaces.box.Box'>",
                '_shape': [3],
                'low': '[0. 0. 0.]',
                'high': '[1. 1. 1.]',
            },
            'its action space has 3 numbers, its network 2',
        ),
    ],
)
def test_actions_that_do_not_fit_are_refused(space, words, whole, home, capsys):
    data = {**json.loads(whole['data']), 'action_space': space}
    written(home / 'model.zip', {**whole, 'data': json.dumps(data)})
    assert words in refused(capsys, 'model.zip')


def test_masked_actions_are_refused(whole, home, capsys):
    data = json.loads(whole['data'])
    data['policy_class']['__module__'] = 'sb3_contrib.common.maskable.policies'
    written(home / 'model.zip', {**whole, 'data': json.dumps(data)})
    assert 'which actions are allowed (MaskablePPO)' in refused(capsys, 'model.zip')


def test_tags_of_python_build_nothing(home):
    """Trap 32: YAML that names functions is read as text."""
    (home / 'env.yaml').write_text(
        'a: !!python/object/apply:pathlib.Path.touch [pwned]\n'
        'b: !!python/object/apply:os.system ["touch pwned"]\n'
        'c: !!python/tuple [1, 2]\n'
        "d: !!python/name:os.system ''\n"
        'e: !!python/object:builtins.dict {x: 1}\n'
        'f: !own {y: 2}\n'
    )
    content = read_plain_yaml(home / 'env.yaml')
    assert content['a'] == ['pwned']
    assert content['c'] == [1, 2]
    assert content['d'] == 'os.system'
    assert content['e'] == {'x': 1}
    assert content['f'] == {'y': 2}
    assert not (home / 'pwned').exists()


@pytest.mark.parametrize('text', ['a: [', '\t- x', '? {a: 1}\n: 2', 'a: &x [*x]\nb: {*x : 1}'])
def test_broken_yaml_is_refused(text, home):
    (home / 'env.yaml').write_text(text)
    with pytest.raises(CardError, match='not valid YAML'):
        read_plain_yaml(home / 'env.yaml')


def test_a_pattern_that_would_never_end_is_refused(home, capsys):
    path, _ = write_run(home / 'run', ENV.replace('.*L_hip_joint', '(.*)*x'))
    assert 'expected a plain pattern of a name' in refused(capsys, path)


def test_a_pattern_of_no_joint_is_named(home, capsys):
    path, _ = write_run(home / 'run', ENV.replace('    - .*\n', '    - .*_wheel\n'))
    assert "no joint is called '.*_wheel'; the joints are FL_hip_joint" in refused(capsys, path)


def test_a_policy_that_follows_a_recorded_movement_is_refused(home, capsys):
    """Whole-body tracking takes the time, and what it shall do is inside the graph."""
    inputs = [
        helper.make_tensor_value_info('obs', TensorProto.FLOAT, [1, 4]),
        helper.make_tensor_value_info('time_step', TensorProto.FLOAT, [1, 1]),
    ]
    outputs = [helper.make_tensor_value_info('actions', TensorProto.FLOAT, [1, 4])]
    nodes = [helper.make_node('Add', ['obs', 'time_step'], ['actions'])]
    graph = helper.make_graph(nodes, 'tracking', inputs, outputs)
    opset = [helper.make_opsetid('', 17)]
    onnx.save(helper.make_model(graph, opset_imports=opset, ir_version=8), 'policy.onnx')
    assert 'follows a recorded movement' in refused(capsys, 'policy.onnx', '--task', 'policy')
    write_actor(home / 'motion.onnx', **{**METADATA, 'command_names': 'motion'})
    assert 'the policy follows a recorded movement' in refused(capsys, 'motion.onnx')


@pytest.mark.parametrize(
    ('key', 'value', 'words'),
    [
        ('action_scale', '0.1,0.2', 'action_scale: expected 4 numbers, one a joint, got 2'),
        ('default_joint_pos', 'a,b,c,d', "default_joint_pos: expected numbers, got 'a'"),
        ('observation_history_lengths', '1,2', 'expected 6, one for each observation, got 2'),
    ],
)
def test_metadata_that_contradicts_itself_is_refused(key, value, words, home, capsys):
    write_actor(home / 'policy.onnx', **{**METADATA, key: value})
    assert words in refused(capsys, 'policy.onnx')
