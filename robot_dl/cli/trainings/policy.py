"""`robot_dl train policy`: learn in a world, export the policy, report on it."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from robot_dl.cli.arguments import whole

if TYPE_CHECKING:
    from robot_dl.training.policies.learning import Learner

MOST_SEEDS = 10_000
"""Each has worlds of its own among those for training."""
MODELS = ('balance_ppo', 'balance_dqn', 'balance_ddpg', 'balance_lstm', 'reach_ppo')
"""The bundled models that are made."""
HELP = 'make a policy, such as balance_ppo, by reinforcement in a world'


def add_options(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    zoo = Path(__file__).resolve().parents[2] / 'zoo'
    parser.add_argument('--world', required=True, help='where it learns: balance, arm')
    parser.add_argument(
        '--algo', required=True, help='how: ppo, dqn, ddpg or lstm in balance, ppo on the arm'
    )
    parser.add_argument(
        '--seed',
        type=whole(0, MOST_SEEDS - 1),
        default=0,
        help='of everything random (%(default)s)',
    )
    parser.add_argument('--steps', type=whole(1), help="in the world (the recipe's)")
    parser.add_argument(
        '--cache', type=Path, default=Path('.data'), help='folder of the checkpoint (%(default)s)'
    )
    parser.add_argument('--out', type=Path, default=zoo, help='folder of the models')
    parser.add_argument('--fresh', action='store_true', help='forget the checkpoint in the cache')
    parser.add_argument('--episodes', type=whole(1), help='held-out episodes for the report (200)')
    parser.add_argument(
        '--topic-episodes', type=whole(0), help='how many of them also over topics (20)'
    )


def run(args: argparse.Namespace) -> int:
    """Learn, or go on where an interrupted run stopped; export and report."""
    from robot_dl.training.policies.export import export_policy

    learner = open_learner(args)
    _learn(learner)
    folder: Path = args.out / f'{learner.task.name}_{args.algo}'
    export_policy(learner, folder)
    print(_report(learner, folder, args))
    return 0


def open_learner(args: argparse.Namespace) -> Learner:
    """Return what learns.

    Raises:
        ValueError: No such world or algorithm, or nobody has said how this learns that.
    """
    from robot_dl.core.names import choose
    from robot_dl.training.policies.algorithms import find_algorithm
    from robot_dl.training.policies.learning import Learner
    from robot_dl.training.policies.tasks import find_task

    task, algorithm = find_task(args.world), find_algorithm(args.algo)
    recipe = choose(f'recipe of {task.name}', args.algo, task.recipes)
    if args.steps:
        recipe = replace(recipe, steps=args.steps)
    folder = args.cache / 'policies' / f'{task.name}_{args.algo}'
    return Learner(task, algorithm, recipe, args.seed, folder, args.fresh)


def _learn(learner: Learner) -> None:
    """Learn with a progress bar that shows the last validation."""
    from tqdm import tqdm

    with tqdm(total=learner.recipe.steps, unit='step', desc='learn') as bar:
        learner.run(_Progress(bar, learner))


class _Progress:
    """Moves a progress bar."""

    def __init__(self, bar: Any, learner: Learner) -> None:
        self._bar, self._learner = bar, learner

    def __call__(self, steps: int) -> None:
        """Show how many steps are done, and what the last validation said."""
        self._bar.update(steps - self._bar.n)
        if self._learner.curve:
            point = self._learner.curve[-1]
            self._bar.set_postfix_str(f'success {point["success_rate"]:.2f}', refresh=False)


def _report(learner: Learner, folder: Path, args: argparse.Namespace) -> str:
    """Score the policy, write the report; return the scores as a table."""
    from robot_dl.cli.eval import score_model, table
    from robot_dl.training.policies.report import draw_curves, write_report

    topics = {} if args.topic_episodes is None else {'topic_episodes': args.topic_episodes}
    scores = score_model(str(folder.resolve()), args.episodes, **topics)
    draw_curves(learner.curve, folder / 'curves.png')
    write_report(folder / 'REPORT.md', learner, _command(args), scores)
    return table(scores)


def _command(args: argparse.Namespace) -> str:
    words = ['robot_dl', 'train', 'policy', '--world', args.world, '--algo', args.algo]
    if args.seed:
        words += ['--seed', str(args.seed)]
    return ' '.join([*words, '--steps', str(args.steps)] if args.steps else words)
