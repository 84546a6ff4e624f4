"""Files as rsl_rl, Isaac Lab, mjlab and unitree_rl_lab leave them, small."""

import warnings
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import StringStringEntryProto

JOINTS = ['FL_hip_joint', 'FR_hip_joint', 'FL_thigh_joint', 'FR_thigh_joint']
REST = [0.1, -0.1, 0.8, 0.8]
TERMS = 3 + 3 + 3 + 4 + 4 + 4


class Actor(torch.nn.Module):
    """A normaliser and two layers, as rsl_rl exports them."""

    def __init__(self, size: int, actions: int) -> None:
        super().__init__()
        generator = torch.Generator().manual_seed(3)
        self.mean = torch.randn(size, generator=generator)
        self.std = torch.rand(size, generator=generator) + 0.5
        self.layers = torch.nn.Sequential(
            torch.nn.Linear(size, 16), torch.nn.ELU(), torch.nn.Linear(16, actions)
        )

    def forward(self, obs: torch.Tensor) -> torch.Tensor:
        """Return the actions."""
        return self.layers((obs - self.mean) / (self.std + 1e-2))


class Recurrent(torch.nn.Module):
    """A GRU or an LSTM before one layer."""

    def __init__(self, size: int, actions: int, kind: str) -> None:
        super().__init__()
        self.rnn = getattr(torch.nn, kind)(size, 8)
        self.last = torch.nn.Linear(8, actions)

    def forward(self, obs: torch.Tensor, *states: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """Return the actions and the states."""
        before = states[0] if len(states) == 1 else tuple(states)
        signal, after = self.rnn(obs.unsqueeze(0), before)
        return self.last(signal.squeeze(0)), *(after if isinstance(after, tuple) else (after,))


def write_actor(path: Path, size: int = TERMS, actions: int = 4, **metadata: str) -> Actor:
    """Export a feed-forward actor with metadata; return it."""
    torch.manual_seed(0)
    actor = Actor(size, actions).eval()
    path.parent.mkdir(parents=True, exist_ok=True)
    _export(actor, (torch.zeros(1, size),), path, ['obs'], ['actions'])
    _tell(path, metadata)
    return actor


def write_recurrent(path: Path, size: int, actions: int, kind: str) -> Recurrent:
    """Export a recurrent actor with the names of rsl_rl; return it."""
    torch.manual_seed(0)
    actor = Recurrent(size, actions, kind).eval()
    names = ['h', 'c'][: 2 if kind == 'LSTM' else 1]
    arrays = (torch.zeros(1, size), *(torch.zeros(1, 1, 8) for _ in names))
    inputs = ['obs', *(f'{n}_in' for n in names)]
    outputs = ['actions', *(f'{n}_out' for n in names)]
    _export(actor, arrays, path, inputs, outputs)
    return actor


def _export(
    module: torch.nn.Module,
    arrays: tuple[torch.Tensor, ...],
    path: Path,
    inputs: list[str],
    outputs: list[str],
) -> None:
    with warnings.catch_warnings():
        # rsl_rl uses the exporter that torch announces to go.
        warnings.simplefilter('ignore')
        torch.onnx.export(
            module, arrays, str(path), input_names=inputs, output_names=outputs, dynamo=False
        )


def _tell(path: Path, metadata: dict[str, str]) -> None:
    model = onnx.load(str(path))
    for key, value in metadata.items():
        model.metadata_props.append(StringStringEntryProto(key=key, value=value))
    onnx.save(model, str(path))


def csv(values: list) -> str:
    """Return values as the exporters write them: with three decimals."""
    return ','.join(f'{v:.3f}' if isinstance(v, (int, float)) else v for v in values)


METADATA = {
    'run_path': 'none',
    'joint_names': csv(JOINTS),
    'joint_stiffness': csv([25.0] * 4),
    'joint_damping': csv([0.5] * 4),
    'default_joint_pos': csv(REST),
    'command_names': 'twist',
    'observation_names': 'base_ang_vel,projected_gravity,joint_pos,joint_vel,actions,command',
    'action_scale': csv([0.25, 0.25, 0.375, 0.375]),
}

ENV = """\
sim:
  dt: 0.005
  gravity: !!python/tuple
  - 0.0
  - 0.0
  - -9.81
decimation: 4
scene:
  robot:
    class_type: isaaclab.assets.articulation.articulation:Articulation
    init_state:
      joint_pos:
        .*L_hip_joint: 0.1
        .*R_hip_joint: -0.1
        F[L,R]_thigh_joint: 0.8
observations:
  policy:
    concatenate_terms: true
    history_length: null
    base_ang_vel:
      func: isaaclab.envs.mdp.observations:base_ang_vel
      params: {}
      modifiers: null
      noise:
        func: isaaclab.utils.noise.noise_model:uniform_noise
      clip: !!python/tuple
      - -10.0
      - 10.0
      scale: 0.25
      history_length: 0
    projected_gravity:
      func: isaaclab.envs.mdp.observations:projected_gravity
      params: {}
      modifiers: null
      clip: null
      scale: null
      history_length: 0
    velocity_commands:
      func: isaaclab.envs.mdp.observations:generated_commands
      params:
        command_name: base_velocity
      modifiers: null
      clip: null
      scale: null
      history_length: 0
    joint_pos:
      func: isaaclab.envs.mdp.observations:joint_pos_rel
      params: {}
      modifiers: null
      clip: null
      scale: null
      history_length: 0
    joint_vel:
      func: isaaclab.envs.mdp.observations:joint_vel_rel
      params: {}
      modifiers: null
      clip: null
      scale: 0.05
      history_length: 0
    actions:
      func: isaaclab.envs.mdp.observations:last_action
      params: {}
      modifiers: null
      clip: null
      scale: null
      history_length: 0
    height_scan: null
actions:
  joint_pos:
    class_type: isaaclab.envs.mdp.actions.joint_actions:JointPositionAction
    asset_name: robot
    clip: null
    joint_names:
    - .*
    scale:
      .*_hip_joint: 0.125
      ^(?!.*_hip_joint).*: 0.25
    offset: 0.0
    preserve_order: false
    use_default_offset: true
events:
  base_com:
    params:
      body_ids: !!python/object/apply:builtins.slice
      - null
      - null
      - null
commands:
  base_velocity:
    class_type: isaaclab.envs.mdp.commands.velocity_command:UniformVelocityCommand
"""

AGENT = 'clip_actions: 100.0\npolicy:\n  class_name: ActorCritic\n'


def write_run(folder: Path, env: str = ENV, **metadata: str) -> tuple[Path, Actor]:
    """Write a run of Isaac Lab: params and exported policy; return the policy's path and actor."""
    (folder / 'params').mkdir(parents=True)
    (folder / 'params' / 'env.yaml').write_text(env)
    (folder / 'params' / 'agent.yaml').write_text(AGENT)
    path = folder / 'exported' / 'policy.onnx'
    return path, write_actor(path, **metadata)


def said(actor: torch.nn.Module, observation: np.ndarray) -> np.ndarray:
    """Return what an actor answers to an observation [D]."""
    with torch.inference_mode():
        answer = actor(torch.from_numpy(np.asarray(observation, np.float32))[None])
    return answer[0].numpy()
