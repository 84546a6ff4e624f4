"""What docs say of families, presets and policies, from where they are declared."""

from robot_dl.cli.importing.families import FAMILIES
from robot_dl.cli.importing.policies.page_tables import policy_tables
from robot_dl.cli.importing.presets import PRESETS
from robot_dl.cli.markdown import table


def import_tables() -> dict[str, str]:
    """Return the tables by the name of their place."""
    presets = [
        [f'`{name}`', preset.users, _numbers(preset.mean), _numbers(preset.std)]
        for name, preset in PRESETS.items()
    ]
    families = [[family.task, f'`{family.decoder}`', family.returns] for family in FAMILIES]
    return {
        'presets': table(['`--preset`', 'pixels as', '`--mean`', '`--std`'], presets),
        'families': table(['task', '`--decoder`', 'what the graph returns'], families),
        **policy_tables(),
    }


def _numbers(triple: tuple[float, float, float]) -> str:
    return ', '.join(f'{n:g}' for n in triple)
