"""From a learned policy to a folder that a node can open: graph, card and golden vectors."""

from __future__ import annotations

import copy
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
import yaml
from numpy.typing import NDArray

from robot_dl.engine.card import file_sha256
from robot_dl.policy.golden import Golden, record, save
from robot_dl.policy.spec import PolicySpec
from robot_dl.policy.types import Readings
from robot_dl.training.export import OPSET
from robot_dl.training.policies.algorithms import MEMORY
from robot_dl.training.policies.env import chosen
from robot_dl.training.policies.episodes import Episodes
from robot_dl.training.policies.learning import Learner
from robot_dl.training.seeds import VALIDATION

GOLDEN, GOLDEN_STEPS, GOLDEN_EPISODES = 'golden.npz', 40, 6
OBSERVATION, ACTION = 'observation', 'action'
AGREEMENT = 1e-6
"""How far the part that acts may be from stable-baselines3's own prediction."""


def export_policy(learner: Learner, folder: Path) -> None:
    """Write `<folder>.onnx`, golden.npz and model.yaml."""
    folder.mkdir(parents=True, exist_ok=True)
    weights = folder / f'{folder.name}.onnx'
    write_graph(learner, weights)
    policy = policy_section(learner)
    save(golden_vectors(learner, PolicySpec.from_card(policy)), folder / GOLDEN)
    write_card(learner, folder, weights.name, policy)


def state_shapes(learner: Learner) -> dict[str, list[int]]:
    """Return the shape [layers, 1, size] of each input that is a memory."""
    if not learner.algorithm.interface.is_recurrent:
        return {}
    memory = learner.model.policy.lstm_actor
    return {name: [memory.num_layers, 1, memory.hidden_size] for name in MEMORY}


def write_graph(learner: Learner, path: Path) -> None:
    """Write the part that acts: observation [1, D] (and memory) → action [1, A] (and memory)."""
    # What is traced must be nobody else's: exporting sets modes.
    actor = learner.algorithm.actor(copy.deepcopy(learner.model.policy)).eval()
    states = state_shapes(learner)
    example = torch.zeros(1, learner.spec.size), *(torch.zeros(s) for s in states.values())
    with warnings.catch_warnings(), torch.no_grad():
        # As for the nets of images, see `training.export`.
        warnings.simplefilter('ignore')
        torch.onnx.export(
            actor,
            example,
            str(path),
            opset_version=OPSET,
            input_names=[OBSERVATION, *states],
            output_names=[ACTION, *(MEMORY[name] for name in states)],
            dynamo=False,
        )


def policy_section(learner: Learner) -> dict[str, Any]:
    """Return the part `policy` of the card."""
    section = learner.task.policy(learner.algorithm.interface)
    if state_shapes(learner):
        section['action'] = {**section['action'], 'output': ACTION}
        section['recurrent'] = dict(MEMORY)
    if learner.normaliser is not None:
        seen: Any = learner.normaliser.obs_rms
        # The square root of the variance and epsilon, as stable-baselines3 divides by it.
        std = np.sqrt(seen.var + learner.normaliser.epsilon)
        section['normalisation'] = {
            'mean': seen.mean.tolist(),
            'std': std.tolist(),
            'clip': learner.normaliser.clip_obs,
        }
    return {**section, 'golden': GOLDEN}


def write_card(learner: Learner, folder: Path, weights: str, policy: dict[str, Any]) -> None:
    """Write `model.yaml` beside the weights, which must be there already."""
    task = learner.task
    card = {
        'name': folder.name,
        'task': 'policy',
        'weights': weights,
        'sha256': file_sha256(folder / weights),
        'tensors': {OBSERVATION: [1, learner.spec.size], **state_shapes(learner)},
        'policy': policy,
        'world': task.world,
        'license': 'Apache-2.0',
        'description': f'{task.about} Learned by {learner.algorithm.title}.',
    }
    text = yaml.safe_dump(card, sort_keys=False, default_flow_style=None, width=99)
    (folder / 'model.yaml').write_text(text)


def golden_vectors(learner: Learner, spec: PolicySpec) -> Golden:
    """Return what the policy does in some episodes, by the network that was trained.

    Raises:
        AssertionError: The part that is exported is not what stable-baselines3 predicts.
    """
    return record(spec, _lived(learner), _Network(learner, spec))


def _lived(learner: Learner) -> Iterator[tuple[Readings, bool]]:
    """Yield the readings of the beginnings of some episodes, as the policy makes them."""
    for seed in VALIDATION[-GOLDEN_EPISODES:]:
        episodes = Episodes(learner.task, learner.spec)
        seen, memory = episodes.begin(seed), None
        for step in range(GOLDEN_STEPS):
            readings, is_first = episodes.readings, np.array([step == 0])
            yield readings, step == 0
            action, memory = learner.predict(seen[np.newaxis], memory, is_first)
            plan = episodes.loop.act_by(chosen(learner.spec, action[0]), readings)
            seen = episodes.step(plan)
            if episodes.is_over:
                break
        episodes.close()


class _Network:
    """The trained network, checked against stable-baselines3 at each step."""

    def __init__(self, learner: Learner, spec: PolicySpec) -> None:
        self._model, self._spec = learner.model, spec
        self._actor = learner.algorithm.actor(learner.model.policy).eval()
        self._shapes, self._memory = state_shapes(learner), None

    def __call__(self, seen: NDArray[np.float32], is_first: bool) -> NDArray[np.float32]:
        if is_first:
            self._states = [torch.zeros(shape) for shape in self._shapes.values()]
        rows = seen[np.newaxis].copy()
        with torch.no_grad():
            found = self._actor(torch.from_numpy(rows), *self._states)
        output, *self._states = found if self._shapes else (found,)
        answer = self._model.predict(rows, self._memory, np.array([is_first]), deterministic=True)
        action, self._memory = answer
        raw: NDArray[np.float32] = output.numpy()[0]
        meant = raw.argmax() if self._spec.action.table else np.clip(raw, -1.0, 1.0)
        apart = np.abs(meant - action[0]).max()
        assert apart <= AGREEMENT, f'what is exported is {apart} from what was learned'
        return raw
