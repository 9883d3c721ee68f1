"""Points: whole numbers, or hundredths where a course gives partial credit. Their sums stay exact."""

from __future__ import annotations

from collections.abc import Iterable

Points = int | float  # a float only where there are hundredths


def share(points: int, held: int, of: int) -> Points:
    """`points * held / of`, rounded down to hundredths; 0 of nothing."""
    return _from_hundredths(100 * points * held // of) if of else 0


def added(points: Iterable[Points]) -> Points:
    """Their sum: 1.33 and 2.67 are 4, and never 3.9999999999999996."""
    return _from_hundredths(sum(round(100 * each) for each in points))


def written(points: Points) -> str:
    """`2`, `1.5` or `1.33`."""
    return str(points) if isinstance(points, int) else f"{points:.2f}".rstrip("0").rstrip(".")


def _from_hundredths(count: int) -> Points:
    return count / 100 if count % 100 else count // 100
