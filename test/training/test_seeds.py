"""No scene serves two purposes."""

from itertools import combinations

from robot_dl.training.seeds import SPLITS


def test_the_ranges_of_seeds_are_disjoint() -> None:
    for (name, one), (other, two) in combinations(SPLITS.items(), 2):
        assert one.stop <= two.start or two.stop <= one.start, f'{name} and {other} share seeds'


def test_every_range_holds_seeds() -> None:
    assert all(len(seeds) >= 100_000 for seeds in SPLITS.values())
