"""A policy from its card and its graph to plans."""

import copy

import numpy as np
import pytest
from onnx import helper
from toy_models import write_model
from toy_policies import PUSH, counting_graph, graph, linear_graph, write_policy

from robot_dl.engine.card import load_card
from robot_dl.engine.card_checks import CardError
from robot_dl.policy.pipeline import Policy, card_of
from robot_dl.policy.types import ReadingError, Readings

STILL = Readings(0, joint_positions=np.array([0.1, 0.2, 0.3]), joint_velocities=np.zeros(3))
COUNTING = {**PUSH, 'recurrent': {'h_in': 'h_out'}}


def open_policy(folder, *args, **changes) -> Policy:
    return Policy.open(str(write_policy(folder / 'policy', *args, **changes)))


def test_a_policy_computes_what_its_network_says(tmp_path):
    """The observation, the network and the action, each written down by hand."""
    weights = np.random.default_rng(3).normal(0, 0.3, (9, 3)).astype(np.float32)
    policy = open_policy(tmp_path, PUSH, linear_graph(weights, np.array([0.1, 0.0, -0.1])))
    here = Readings(0, np.array([0.5, 0.5, 0.5]), np.array([2.0, 4.0, 6.0]))
    seen = np.array([0.4, 0.3, 0.2, 1.0, 2.0, 3.0, 0, 0, 0])
    first = seen @ weights + [0.1, 0, -0.1]
    np.testing.assert_allclose(
        policy.decide(here).values[0], [0.1, 0.2, 0.3] + 0.25 * first, atol=1e-6
    )
    seen[6:] = first
    second = seen @ weights + [0.1, 0, -0.1]
    np.testing.assert_allclose(
        policy.decide(here).values[0], [0.1, 0.2, 0.3] + 0.25 * second, atol=1e-6
    )


def test_a_state_is_carried_and_a_reset_makes_it_zero(tmp_path):
    policy = open_policy(tmp_path, COUNTING, counting_graph(9, 3))
    actions = [policy.decide(STILL).values[0, 0] for _ in range(3)]
    np.testing.assert_allclose(actions, [0.1, 0.35, 0.6])
    policy.reset()
    np.testing.assert_allclose(policy.decide(STILL).values[0], [0.1, 0.2, 0.3])


def test_the_state_begins_with_zeros_although_the_graph_was_tried_before(tmp_path):
    policy = open_policy(tmp_path, COUNTING, counting_graph(9, 3))
    np.testing.assert_allclose(policy.decide(STILL).values[0], [0.1, 0.2, 0.3])


def test_two_policies_from_one_file_do_not_share_a_memory(tmp_path):
    first = open_policy(tmp_path, COUNTING, counting_graph(9, 3))
    second = Policy.open(str(tmp_path / 'policy'))
    first.decide(STILL)
    np.testing.assert_allclose(second.decide(STILL).values[0], [0.1, 0.2, 0.3])


def test_an_image_is_an_input_of_its_own(tmp_path):
    """The network returns the image's mean red, green and blue, and does not see the joints."""
    nodes = [
        helper.make_node('GlobalAveragePool', ['image'], ['pooled']),
        helper.make_node('Flatten', ['pooled'], ['mean']),
        helper.make_node('ReduceSum', ['obs', 'axes'], ['sum'], keepdims=1),
        helper.make_node('Mul', ['sum', 'nothing'], ['zero']),
        helper.make_node('Add', ['mean', 'zero'], ['action']),
    ]
    inputs = {'obs': [1, 3], 'image': [1, 3, 8, 8]}
    constants = {'axes': np.array([1], np.int64), 'nothing': np.zeros((1, 1))}
    looks = {
        **PUSH,
        'observation': ['image', 'joint_velocity'],
        'action': {'kind': 'joint_velocity'},
    }
    policy = open_policy(
        tmp_path,
        looks,
        graph(nodes, inputs, {'action': [1, 3]}, constants),
        tensors={'obs': [1, 3]},
        input={'name': 'image', 'size_hw': [8, 8]},
    )
    red = np.zeros((16, 16, 3), np.uint8)
    red[..., 0] = 255
    plan = policy.decide(Readings(0, STILL.joint_positions, STILL.joint_velocities, image=red))
    np.testing.assert_allclose(plan.values, [[1, 0, 0]], atol=1e-6)
    with pytest.raises(ReadingError, match='image: expected a reading'):
        policy.decide(STILL)


def changed(part, **values) -> dict:
    policy = copy.deepcopy(PUSH)
    policy[part] = {**policy[part], **values} if isinstance(policy[part], dict) else values
    return policy


SMALL = linear_graph(np.zeros((6, 3)), np.zeros(3))
NARROW = linear_graph(np.zeros((9, 2)), np.zeros(2))
WRONG = {
    'an observation of another size': (
        (PUSH, SMALL),
        {},
        'the terms have 9 numbers .joint_position 3, joint_velocity 3, last_action 3.; '
        r'the graph takes obs \[1, 6\]',
    ),
    'an action of another size': (
        (PUSH, NARROW),
        {},
        r'expected 3 numbers .1 x 3 for hip, knee, ankle.; the graph returns action: float32',
    ),
    'an output that is not there': (
        (changed('action', output='actions'), None),
        {},
        "policy.action.output: unknown output of the graph 'actions'. Did you mean 'action'",
    ),
    'two outputs and no choice': (
        (PUSH, counting_graph(9, 3)),
        {},
        'tensors: expected one for the observation beside those that policy.recurrent names|'
        'policy.action.output: missing; the graph returns action, h_out',
    ),
    'a state that the graph does not return': (
        ({**PUSH, 'recurrent': {'h_in': 'h_aut'}}, counting_graph(9, 3)),
        {},
        "policy.recurrent.h_in: unknown output of the graph 'h_aut'. Did you mean 'h_out'",
    ),
    'a state that is no input': (
        ({**PUSH, 'recurrent': {'hin': 'h_out'}}, counting_graph(9, 3)),
        {},
        "policy.recurrent.hin: unknown tensor 'hin'. Did you mean 'h_in'",
    ),
    'a tensor that the graph does not take': (
        (PUSH, None),
        {'tensors': {'observation': [1, 9]}},
        "the card gives the input 'observation'; the graph takes .'obs'.",
    ),
    'a tensor of another shape': (
        (PUSH, None),
        {'tensors': {'obs': [1, 1, 9]}},
        r"the card gives 'obs' as float32\[1, 1, 9\]; the graph takes float32\[1, 9\]",
    ),
    'an image that nothing says what it is': (
        ({**PUSH, 'observation': ['image', *PUSH['observation']]}, None),
        {},
        'the term image if, and only if, the card has an `input`',
    ),
}


@pytest.mark.parametrize(('args', 'changes', 'message'), WRONG.values(), ids=WRONG)
def test_a_card_that_does_not_fit_its_graph_is_refused_by_name(tmp_path, args, changes, message):
    with pytest.raises(CardError, match=message):
        open_policy(tmp_path, *args, **changes)


CARDS = {
    'no policy': ({'policy': None}, 'policy: expected `tensors` and `policy`, and no decoder'),
    'no tensors': ({'tensors': None}, 'policy: expected `tensors` and `policy`'),
    'a decoder': ({'decoder': 'yolo'}, 'policy: expected .* no decoder'),
    'a shape that is none': (
        {'tensors': {'obs': [1, 0]}},
        'tensors.obs: expected a shape such as',
    ),
    'a shape beyond reason': ({'tensors': {'obs': [1 << 30]}}, 'tensors.obs: expected a shape'),
}


@pytest.mark.parametrize(('changes', 'message'), CARDS.values(), ids=CARDS)
def test_a_card_of_a_policy_says_what_goes_in(tmp_path, changes, message):
    with pytest.raises(CardError, match=message):
        load_card(write_policy(tmp_path / 'policy', **changes))


def test_a_model_of_another_task_is_no_policy(tmp_path):
    with pytest.raises(CardError, match="expected a model for policy, got 'detection'"):
        card_of(str(write_model(tmp_path / 'colours')))


def test_a_card_that_looks_at_no_image_says_so(tmp_path):
    card = load_card(write_policy(tmp_path / 'policy'))
    with pytest.raises(CardError, match='this model for policy looks at no image'):
        _ = card.image
    assert card.input_words == 'obs [1, 9]'


def test_torchscript_decides_as_onnx_does(tmp_path):
    torch = pytest.importorskip('torch')
    weights = np.random.default_rng(5).normal(0, 0.3, (9, 3)).astype(np.float32)
    onnx = open_policy(tmp_path, PUSH, linear_graph(weights, np.zeros(3)))
    net = torch.nn.Linear(9, 3, bias=False)
    net.weight.data = torch.from_numpy(weights.T.copy())

    class Named(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.net = net

        def forward(self, obs):
            return self.net(obs)

    folder = write_policy(tmp_path / 'script')
    torch.jit.trace(Named(), torch.zeros(1, 9)).save(str(folder / 'policy.pt'))
    from robot_dl.engine.card import file_sha256

    folder = write_policy(
        tmp_path / 'script', weights='policy.pt', sha256=file_sha256(folder / 'policy.pt')
    )
    script = Policy.open(str(folder))
    rng = np.random.default_rng(0)
    for step in range(20):
        here = Readings(step, rng.normal(size=3), rng.normal(size=3))
        np.testing.assert_allclose(script.decide(here).values, onnx.decide(here).values, atol=1e-5)
