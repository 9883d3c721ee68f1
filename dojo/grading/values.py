"""Copies and casts of nested values: tensors inside lists, tuples and dicts; and the names of values."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import torch
from torch import Tensor


def mapped(value: Any, change: Callable[[Tensor], Tensor]) -> Any:
    """The same value with every tensor replaced by `change(tensor)`."""
    if isinstance(value, Tensor):
        return change(value)
    if isinstance(value, (list, tuple)):
        return type(value)(mapped(v, change) for v in value)
    return {k: mapped(v, change) for k, v in value.items()} if isinstance(value, dict) else value


def clone(value: Any) -> Any:
    """A deep copy that keeps a tensor's memory layout."""
    return mapped(value, lambda tensor: tensor.clone(memory_format=torch.preserve_format))


def cast(value: Any, dtype: torch.dtype) -> Any:
    """The same value with every floating-point tensor in `dtype`."""
    return mapped(value, lambda tensor: tensor.to(dtype) if tensor.is_floating_point() else tensor)


def tensors(value: Any) -> list[Tensor]:
    """Every tensor in a value, in order."""
    if isinstance(value, Tensor):
        return [value]
    if isinstance(value, (list, tuple)):
        return [tensor for v in value for tensor in tensors(v)]
    return [tensor for v in value.values() for tensor in tensors(v)] if isinstance(value, dict) else []


def entries(value: Any) -> int:
    """How many numbers a value holds; anything that is no tensor counts as one."""
    if isinstance(value, Tensor):
        return value.numel()
    if isinstance(value, (list, tuple)):
        return sum(entries(v) for v in value)
    return sum(entries(v) for v in value.values()) if isinstance(value, dict) else 1


def identical(before: Any, after: Any) -> bool:
    """Whether two plain values are equal bit for bit."""
    if isinstance(before, Tensor):
        same_form = isinstance(after, Tensor) and before.dtype == after.dtype and before.shape == after.shape
        return same_form and torch.equal(before, after)
    if isinstance(before, (list, tuple)):
        return (
            type(after) is type(before) and len(before) == len(after) and all(map(identical, before, after))
        )
    if isinstance(before, dict):
        same_keys = isinstance(after, dict) and before.keys() == after.keys()
        return same_keys and all(identical(value, after[key]) for key, value in before.items())
    return bool(before == after)


def frozen(value: Any) -> Any:
    """Something that can be a key and is equal for equal plain values; None where a part is not plain."""
    if isinstance(value, Tensor):
        return str(value.dtype), tuple(value.shape), value.stride(), value.numpy().tobytes()
    if isinstance(value, (dict, list, tuple)):
        parts = list(value.items()) if isinstance(value, dict) else value
        items = [frozen(part) for part in parts]
        return None if None in items else (type(value).__name__, *items)
    return (type(value).__name__, repr(value)) if isinstance(value, (bool, int, float, str)) else None


@lru_cache(maxsize=4096)
def names_of(function: Callable[..., Any]) -> tuple[str, ...]:
    """The names of the values that a function takes, in order."""
    return tuple(inspect.signature(function).parameters)
