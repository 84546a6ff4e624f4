"""The world on show, and its changes of scene."""

from __future__ import annotations

from typing import TYPE_CHECKING

from robot_dl.sim.worlds import find_world

if TYPE_CHECKING:
    from robot_dl.sim.worlds.world import World


class Stage:
    """Shows world `seed`, then `seed` + 1, and so on.

    The same seed and times give the same pixels.

    Attributes:
        seed: Seed of the world that is shown.
        world: The world itself.
    """

    def __init__(self, world: str, seed: int, size_hw: tuple[int, int]) -> None:
        """Build the first world; `size_hw` is the size of its images in pixels."""
        self._world_class = find_world(world)
        self.seed, self._size_hw, self._age_s = seed, size_hw, 0.0
        self.world: World = self._world_class(seed, size_hw)

    def advance(self, dt_s: float, scene_period_s: float) -> bool:
        """Let `dt_s` seconds pass, and change the scene if it is as old as `scene_period_s`.

        Returns:
            Whether the scene has changed. A period of 0 never changes it.
        """
        self._age_s += dt_s
        # Half a step of slack, because sums of tenths do not hit whole seconds.
        if scene_period_s > 0 and self._age_s > scene_period_s - dt_s / 2:
            self.show_next()
            return True
        # Up to a moment, not for a time: what a world rounds to its steps does not add up.
        self.world.step(self._age_s - self.world.time_s)
        return False

    def show_next(self) -> None:
        """Change to the next world."""
        self.world.close()
        self.seed, self._age_s = self.seed + 1, 0.0
        self.world = self._world_class(self.seed, self._size_hw)

    def close(self) -> None:
        """Release what the world renders with. Safe to call twice."""
        self.world.close()
