"""`robot_dl policy check NAME`: does it still do what it did, and does it fit the robot?"""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict, dataclass, field
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any

from robot_dl.cli.arguments import output_file
from robot_dl.core.node_params import DEVICES

if TYPE_CHECKING:
    from robot_dl.cli.policy_checks.fitting import Place
    from robot_dl.cli.policy_checks.replaying import PolicyOverMessages

AGREES = 'golden vectors'


@dataclass
class Findings:
    """What was found, for people and for programs.

    Attributes:
        lines: What is said, line by line.
        problems: What is wrong, one sentence each.
        facts: The same in numbers.
    """

    lines: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add = parser.add_argument
    add('model', help="a model's name, or a folder with model.yaml")
    add('--deployment', metavar='F', help='deployment whose policy_node shall run it')
    add('--urdf', type=Path, metavar='F', help="the robot's description")
    add('--device', choices=DEVICES, default='cpu', help='where to run it (%(default)s)')
    add('--json', type=output_file, metavar='F', help='write the same')


def run(args: argparse.Namespace) -> int:
    """Print what was found; 1 if anything is wrong, or there is nothing to compare with.

    Raises:
        ValueError: If the policy, the deployment or the description cannot be opened at all.
    """
    from robot_dl.cli.policy_checks.replaying import PolicyOverMessages

    policy: Any = PolicyOverMessages.open(args.model, args.device)
    findings = Findings([_headline(policy)])
    places = _places(args, policy, findings)
    chosen: list[Place | None] = [*places] or [None]
    for place in chosen:
        _replay(policy, place, findings)
    if args.urdf:
        _description(policy, args.urdf, findings)
    ok = not findings.problems
    print('\n'.join([*findings.lines, *(f'PROBLEM: {p}' for p in findings.problems)]))
    if args.json:
        whole = {'model': policy.card.name, 'ok': ok, **findings.facts}
        whole['problems'] = findings.problems
        args.json.write_text(json.dumps(whole, indent=2) + '\n', 'utf-8')
    return int(not ok)


def _headline(policy: PolicyOverMessages) -> str:
    spec, card = policy.spec, policy.card
    action = spec.action
    return (
        f'{card.name}: {action.kind} of {", ".join(action.targets)} at {spec.rate_hz:g} Hz, from '
        f'{", ".join(spec.inputs)}; {card.license}, weights as the card says'
    )


def _places(
    args: argparse.Namespace, policy: PolicyOverMessages, findings: Findings
) -> list[Place]:
    """Return the nodes of the deployment, after noting what is wrong with them."""
    if not args.deployment:
        return []
    from robot_dl.cli.policy_checks.fitting import place_problem, places

    try:
        found = places(args.model, policy.spec, args.deployment)
    except ValueError as error:
        findings.problems.append(str(error))
        return []
    for place in found:
        order = ', '.join(place.config.names)
        findings.lines.append(f'{args.deployment}: {place.name} commands {order}')
        if problem := place_problem(place):
            findings.problems.append(f'{args.deployment}: {problem}')
    return found


def _replay(policy: PolicyOverMessages, place: Place | None, findings: Findings) -> None:
    """Compare with golden vectors, with the messages of a node if one is given."""
    from robot_dl.policy.golden import TOLERANCE, golden_of, replay

    try:
        if place is not None:
            policy.lead_to(place.config.names, place.params)
        golden = golden_of(policy)
        apart = replay(policy, golden)
    except ValueError as error:
        findings.problems.append(str(error))
        return
    numbers = ', '.join(f'{name} {value:.1e}' for name, value in asdict(apart).items())
    findings.lines.append(
        f'{len(golden)} {AGREES} over messages, to {policy.topic}: apart by at most {numbers}'
    )
    # JSON knows no NaN.
    told = {name: value if isfinite(value) else None for name, value in asdict(apart).items()}
    findings.facts |= {'steps': len(golden), 'apart': told, 'output': policy.topic}
    if not apart.greatest <= TOLERANCE:
        findings.problems.append(f'{AGREES}: expected at most {TOLERANCE:g}, got {numbers}')


def _description(policy: PolicyOverMessages, urdf: Path, findings: Findings) -> None:
    from robot_dl.cli.policy_checks.fitting import urdf_problems

    problems = urdf_problems(policy.spec, urdf)
    findings.problems += problems
    if not problems:
        findings.lines.append(f'{urdf}: all {len(policy.spec.joints)} joints are there')
