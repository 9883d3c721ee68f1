"""Plain values from a record: their facts in words, their entries, their text."""

from __future__ import annotations

from typing import Any

from dojo.text import clean
from dojo.verdict import Shown
from dojo.views.numbers import number, short

MOST_ROWS = 12
MOST_COLUMNS = 16
MOST_SLICES = 4
SHORT = 32  # characters of a list that stands on the line of its name


def facts(shown: Shown, times: str = "\u00d7") -> str:
    """Shape and dtype in words: `4×3 float64`, with `times` between the sizes."""
    dtype = clean(shown.dtype or "", 20).removeprefix("torch.")
    if shown.shape is None:
        return dtype
    if len(shown.shape) == 0:
        return f"scalar {dtype}".rstrip()
    if len(shown.shape) == 1:
        count = shown.shape[0]
        return f"{count} {'entry' if count == 1 else 'entries'} {dtype}".rstrip()
    return f"{times.join(str(size) for size in shown.shape)} {dtype}".rstrip()


def entries(values: Any) -> list[Any]:
    """The entries of a nested list or dict, flat."""
    if isinstance(values, dict):
        values = list(values.values())
    if isinstance(values, (list, tuple)):
        return [entry for value in values for entry in entries(value)]
    return [values]


def pairs(one: Any, other: Any, mask: Any) -> list[tuple[Any, Any]]:
    """The entries of two values of one form at the places that `mask` marks."""
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        return [p for i in range(len(one)) for p in pairs(one[i], other[i], at(mask, i))]
    if mask is True and not isinstance(one, (list, dict)) and not isinstance(other, (list, dict)):
        return [(one, other)]
    return []


def plain_value(value: Any) -> str:
    """Any plain value on one line: words in quotes, lists and dicts as Python writes them."""
    if isinstance(value, str):
        return '"' + clean(value, 200) + '"'
    if isinstance(value, list):
        return (
            "[" + ", ".join(plain_value(v) for v in value[:40]) + (", ..." if len(value) > 40 else "") + "]"
        )
    if isinstance(value, dict):
        return "{" + ", ".join(f"{clean(k, 24)}: {plain_value(v)}" for k, v in list(value.items())[:20]) + "}"
    return short(value) if number(value) is not None else clean(value, 80)


def depth(values: Any) -> int:
    """How many lists are nested in each other."""
    return 1 + max((depth(v) for v in values), default=0) if isinstance(values, list) else 0


def at(mask: Any, i: Any) -> Any:
    """The part of a mask that belongs to entry `i`."""
    if isinstance(mask, dict):
        return mask.get(i)
    if isinstance(mask, list):
        return mask[i] if isinstance(i, int) and i < len(mask) else None
    return mask


def one_line(shown: Shown) -> str:
    """A value on one line, whatever it is."""
    return clean(shown.values, 200) if shown.kind in ("code", "text") else plain_value(shown.values)


def is_short(shown: Shown, text: str, mask: Any) -> bool:
    """Whether a value stands on the line of its name: a scalar, or a short list. `text` is its one line."""
    if shown.kind == "tensor":
        return not isinstance(shown.values, (list, dict))
    if isinstance(shown.values, list):
        flat = depth(shown.values) == 1 and not isinstance(mask, list)
        return flat and len(text) <= SHORT and not shown.cut
    return not isinstance(shown.values, dict) and "\n" not in str(shown.values)
