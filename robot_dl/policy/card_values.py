"""Values that occur in several places of a policy's card; each error names the key."""

from typing import Any

from robot_dl.engine.card_checks import CardError, numbers, short


def names(key: str, value: Any) -> tuple[str, ...]:
    """Return names, none empty and each one once."""
    items = tuple(value) if isinstance(value, (list, tuple)) else (None,)
    if not all(isinstance(n, str) and n for n in items) or len(set(items)) != len(items):
        raise CardError(f'{key}: expected a list of different names, got {short(value)}')
    return items


def whole(key: str, value: Any, most: int) -> int:
    """Return a whole number from 1 on."""
    if type(value) is not int or not 1 <= value <= most:
        raise CardError(f'{key}: expected a whole number from 1 to {most}, got {short(value)}')
    return value


def one_or_many(key: str, value: Any) -> float | tuple[float, ...]:
    """Return one number, or several."""
    if isinstance(value, (list, tuple)) and value:
        return numbers(key, value, len(value))
    return numbers(key, [value], 1)[0]


def limits(key: str, value: Any) -> tuple[float, float] | None:
    """Return the least and the greatest value: [low, high], or c for -c to c, or None."""
    if value is None:
        return None
    both = value if isinstance(value, (list, tuple)) else (_opposite(key, value), value)
    low, high = numbers(key, both, 2)
    if low >= high:
        raise CardError(f'{key}: expected the least number first, got {short(value)}')
    return low, high


def _opposite(key: str, value: Any) -> float:
    (number,) = numbers(key, [value], 1)
    return -number


def spread(key: str, value: float | tuple[float, ...], size: int) -> tuple[float, ...]:
    """Return one number for each of `size` elements."""
    if not isinstance(value, tuple):
        return (value,) * size
    return numbers(key, value, size)
