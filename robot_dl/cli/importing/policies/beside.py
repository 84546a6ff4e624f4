"""The configurations that a training leaves beside its policy."""

from pathlib import Path
from typing import Any

from robot_dl.cli.importing.draft import Draft, merged
from robot_dl.cli.importing.policies.isaac import isaac_draft
from robot_dl.cli.importing.policies.plain_yaml import read_plain_yaml
from robot_dl.cli.importing.policies.unitree import unitree_draft
from robot_dl.engine.card_checks import CardError

ENV, AGENT, DEPLOY = 'env.yaml', 'agent.yaml', 'deploy.yaml'


def configuration_draft(
    path: Path, env: Path | None, joints: list[str]
) -> tuple[Draft, list[str]]:
    """Return what the configurations of a training say, and which these are.

    Isaac Lab exports to RUN/exported/policy.onnx and keeps RUN/params/env.yaml; mjlab
    exports to RUN.

    Args:
        path: The policy.
        env: The configuration that the user names; None to look beside the policy.
        joints: The robot's joints in the order of the training, if they are known.

    Raises:
        CardError: If one is there and cannot be read.
    """
    files = [env] if env else [f for name in (DEPLOY, ENV) if (f := _found(path, name))]
    drafts = [_draft(file, joints) for file in files]
    return merged(drafts), [str(file) for file in files]


def _draft(file: Path, joints: list[str]) -> Draft:
    content: Any = read_plain_yaml(file)
    agent = file.with_name(AGENT)
    learned = read_plain_yaml(agent) if agent.is_file() else None
    try:
        if isinstance(content, dict) and 'step_dt' in content:
            return unitree_draft(content)
        return isaac_draft(content, learned, joints)
    except (TypeError, OverflowError) as error:
        # A list where a number should be: whatever it is, no training has written it.
        raise CardError(f'{file}: expected what Isaac Lab writes: {error}') from error


def _found(path: Path, name: str) -> Path | None:
    folder = path.resolve().parent
    places = (folder / name, folder / 'params' / name, folder.parent / 'params' / name)
    return next((place for place in places if place.is_file()), None)
