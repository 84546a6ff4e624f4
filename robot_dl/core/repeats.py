"""How often the same thing went wrong in a row."""

from collections.abc import Hashable


class Repeats:
    """Counts, for each source, how often the same thing happened without another in between."""

    def __init__(self) -> None:
        self._runs: dict[Hashable, tuple[Hashable, int]] = {}

    def note(self, source: Hashable, what: Hashable) -> int:
        """Note that it happened, and return how often in a row by now."""
        before, count = self._runs.get(source, (what, 0))
        count = count + 1 if before == what else 1
        self._runs[source] = (what, count)
        return count

    def clear(self, source: Hashable) -> None:
        """Note that the source is well."""
        self._runs.pop(source, None)

    def clear_all(self) -> None:
        """Begin anew."""
        self._runs.clear()
