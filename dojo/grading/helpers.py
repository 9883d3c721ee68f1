"""Small helpers for the properties that grader files state."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from torch import Tensor

from dojo.channel import StudentError


def require(condition: bool, message: str) -> None:
    """Raise ValueError with a sentence: a property's way to say what about an answer's form is wrong."""
    if not condition:
        raise ValueError(message)


def raises(name: str, function: Callable[..., Any], *args: Any) -> bool:
    """Whether the student's `function` raises an exception of this name."""
    try:
        function(*args)
    except StudentError as error:
        return error.type_name == name
    return False


def close(a: Tensor, b: Tensor, scale: float | None = None) -> bool:
    """Whether two float tensors of one shape agree to 1e-9 of `scale` (default: of their largest entry)."""
    if a.shape != b.shape:
        return False
    size = float(max(a.abs().max(), b.abs().max())) if scale is None and a.numel() else scale or 0.0
    return bool(((a - b).abs() <= 1e-9 * size).all())


def near_zero(a: Tensor, scale: float) -> bool:
    """Whether every entry is below 1e-9 of `scale`, the size of the numbers that were added up."""
    return bool((a.abs() <= 1e-9 * scale).all())
