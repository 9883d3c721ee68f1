"""Numbers as a reader wants them: one notation for a whole tensor, and different where they differ."""

from __future__ import annotations

import math
from collections.abc import Iterable
from fractions import Fraction
from typing import Any

from dojo.text import clean

DIGITS = 4  # significant digits of the largest entry
MOST_DECIMALS = 6  # also to tell two entries apart; the worst entry is spelt out anyway


class Notation:
    """How the numbers of one picture are written: whole, with so many decimals, or with exponents."""

    def __init__(self, values: Iterable[Any], pairs: Iterable[tuple[Any, Any]] = ()) -> None:
        """`pairs` are the entries that differ; decimals are added until each pair looks different."""
        finite = [abs(v) for v in map(number, values) if v is not None and math.isfinite(v)]
        nonzero = [v for v in finite if v]
        largest = max(finite, default=0.0)
        self.scientific = largest >= 10**6 or (bool(nonzero) and largest < 1e-3)
        if self.scientific:
            self.decimals = 2 if any(f"{v:.2e}"[1:4] != ".00" for v in nonzero) else 0
        else:
            self.decimals = 0 if all(v == int(v) for v in finite) else _decimals(largest)
            while self.decimals > 1 and all(f"{v:.{self.decimals}f}".endswith("0") for v in finite):
                self.decimals -= 1  # 0.500 and 1.250 need only two
        self._tell_apart([(a, b) for a, b in pairs if number(a) != number(b)])

    def _tell_apart(self, pairs: list[tuple[Any, Any]]) -> None:
        enough = self.decimals
        while self.decimals <= MOST_DECIMALS:
            if all(self.write(a) != self.write(b) for a, b in pairs):
                return
            self.decimals += 1
        self.decimals = enough

    def write(self, value: Any) -> str:
        """One entry; what is no number is written as clean text."""
        if isinstance(value, bool) or value is None:
            return str(value)
        x = number(value)
        if x is None:
            return clean(value, 24)
        if not math.isfinite(x):
            return str(x)
        if self.scientific:
            return "0" if x == 0 else f"{x:.{self.decimals}e}"
        text = f"{x:.{self.decimals}f}"
        if x != 0 and float(text) == 0:
            return f"{x:.0e}"
        return "0" if text == "-0" else text


def number(value: Any) -> float | None:
    """A number from the record, where infinities and NaN may have become words; None for anything else."""
    if isinstance(value, bool):
        return float(value)
    if isinstance(value, (int, float)):
        try:
            return float(value)
        except OverflowError:
            return math.inf if value > 0 else -math.inf
    if isinstance(value, str) and value in ("nan", "inf", "-inf"):
        return float(value)
    return None


def short(value: Any) -> str:
    """One number alone, to six significant digits."""
    x = number(value)
    if x is None or isinstance(value, (bool, int)):
        return clean(value, 40)
    return "0" if x == 0 else f"{x:.6g}"


def apart(one: Any, other: Any) -> tuple[str, str]:
    """Two numbers with as many digits as it takes to see that they differ."""
    a, b = number(one), number(other)
    if a is None or b is None or a == b or not (math.isfinite(a) and math.isfinite(b)):
        return short(one), short(other)
    for digits in range(6, 18):
        first, second = f"{a:.{digits}g}", f"{b:.{digits}g}"
        # Two digits more than the first that differs, so that the size of the error shows.
        if float(first) != float(second):
            return (
                (first, second)
                if digits == 6
                else (f"{a:.{min(digits + 1, 17)}g}", f"{b:.{min(digits + 1, 17)}g}")
            )
    return repr(a), repr(b)


def ratio(value: float) -> str:
    """A constant ratio, with the small fraction that it equals: `0.75 (3/4)`."""
    text = short(value)
    if not math.isfinite(value) or value == int(value):
        return text
    near = Fraction(value).limit_denominator(48)
    if near and abs(float(near) - value) <= 1e-6 * abs(value):
        return f"{text} ({near})"
    return text


def _decimals(largest: float) -> int:
    if largest == 0:
        return 1
    return min(MOST_DECIMALS, max(1, DIGITS - 1 - math.floor(math.log10(largest))))
