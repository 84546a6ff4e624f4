"""How a benchmark summarises its measurements."""

import statistics
from collections.abc import Sequence


def percentile(values: Sequence[float], percent: int) -> float | None:
    """Return the percentile, to a microsecond, or None when there are no values."""
    if len(values) < 2:
        return round(values[0], 3) if values else None
    return round(statistics.quantiles(values, n=100, method='inclusive')[percent - 1], 3)
