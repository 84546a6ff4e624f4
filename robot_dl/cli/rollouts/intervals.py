"""How far a share of few trials may lie from the truth."""

import math

Z95 = 1.959963984540054
"""The normal distribution has 95 % of its mass within so many standard deviations."""


def wilson(successes: int, trials: int, z: float = Z95) -> tuple[float, float] | None:
    """Return the interval in which the true chance of success lies, most probably.

    Unlike the normal approximation it is right for shares near 0 and 1 and for few trials.

    Args:
        successes: How often it went well.
        trials: How often it was tried.
        z: Standard deviations of a normal distribution; the default gives 95 %.

    Returns:
        Lowest and greatest chance, in [0, 1]; None without trials.

    Source: E. B. Wilson, Probable inference, the law of succession, and statistical inference,
        Journal of the American Statistical Association 22 (1927).
    """
    if not 0 <= successes <= trials:
        raise ValueError(f'successes: expected 0 to {trials}, got {successes}')
    if not trials:
        return None
    share, spread = successes / trials, z * z / trials
    middle = (share + spread / 2) / (1 + spread)
    half = z * math.sqrt((share * (1 - share) + spread / 4) / trials) / (1 + spread)
    # Rounding must not put the share that was seen outside.
    return max(0.0, min(share, middle - half)), min(1.0, max(share, middle + half))
