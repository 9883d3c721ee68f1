"""How an answer differs from the reference, in words for a student."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from dojo.grading.student import RemoteObject
from dojo.grading.tolerance import dtype_name, same_numbers
from dojo.worker.wire import Alien


@dataclass(frozen=True)
class Mismatch:
    """How an answer differs from the reference. `path` names a part of a tuple, list or dict."""

    kind: str  # "kind", "shape", "dtype", "finite" or "values"
    message: str
    expected: Any
    actual: Any
    path: str = ""
    wrong: Tensor | None = None  # bool, shaped like expected: the entries outside the tolerance
    tolerance: str | None = None


def subject(path: str) -> str:
    """How a sentence about the answer, or a part of it, begins."""
    return f"Part {path} of the answer has" if path else "The answer has"


def shape_message(expected: Tensor, actual: Tensor, scale: float, path: str) -> str:
    """What to say about a wrong shape: whether the numbers are right, and where the shape went wrong."""
    wanted, got = tuple(expected.shape), tuple(actual.shape)
    start = f"shape {got} where {wanted} is asked for"
    if same_numbers(expected.reshape(-1), actual.reshape(-1), scale):
        gap = (
            "a kept dimension is missing"
            if actual.dim() < expected.dim()
            else "there is a dimension too many"
        )
        if sorted(got) == sorted(wanted):
            gap = "its axes stand in another order"
        return f"{subject(path)} the right numbers in the wrong shape: {start}, {gap}."
    if actual.dim() == 2 and got == wanted[::-1] and same_numbers(expected, actual.mT, scale):
        return f"{subject(path)} the right numbers transposed: {start}."
    try:
        spread = torch.broadcast_to(actual, wanted)
    except RuntimeError:
        spread = None
    if spread is not None and same_numbers(expected, spread, scale):
        return f"{subject(path)} numbers that only broadcast to the right answer: {start}."
    return f"{subject(path)} {start}."


def dtype_message(expected: Tensor, actual: Tensor, scale: float, path: str) -> str:
    """What to say about a wrong dtype: whether the numbers are right all the same."""
    wanted, got = dtype_name(expected.dtype), dtype_name(actual.dtype)
    if same_numbers(expected, actual, scale):
        return (
            f"{subject(path)} the right numbers, but in {got} where the inputs are {wanted}: a dtype is "
            "written down somewhere instead of taken from the inputs."
        )
    return f"{subject(path)} dtype {got} where {wanted} is asked for."


def describe(value: Any) -> str:
    """What a value is, in words for a student."""
    if isinstance(value, Alien):
        return f"an object of type {value.type} ({value.why})"
    if isinstance(value, RemoteObject):
        return f"an object of your class {value.type_name}"
    if isinstance(value, Tensor):
        return f"a tensor of shape {tuple(value.shape)}"
    if value is None:
        return "None (is a `return` missing?)"
    words: dict[type, Callable[[Any], str]] = {
        str: lambda v: "a text",
        bool: lambda v: f"{v}",
        int: lambda v: "a whole number",
        float: lambda v: "a plain number",
        list: lambda v: f"a list of {len(v)}",
        tuple: lambda v: f"a tuple of {len(v)}",
        dict: lambda v: "a dict",
        frozenset: lambda v: f"a set of {len(v)}",
    }
    return words.get(type(value), lambda v: f"an object of type {type(v).__name__}")(value)
