"""Whether tensors have an element in common, and not only a block of memory."""

from __future__ import annotations

import itertools
from collections.abc import Iterable

import torch

EXACT = 100_000  # elements up to which each is looked up; beyond that, ranges of bytes are compared
# Captured before any student code runs.
_storage_of, _arange, _isin = torch.Tensor.untyped_storage, torch.arange, torch.isin


def any_overlap(tensors: Iterable[torch.Tensor]) -> bool:
    """Whether two of the tensors share an element: who changes it in one finds it changed in the other."""
    by_storage: dict[int, list[torch.Tensor]] = {}
    for tensor in tensors:
        if tensor.numel():
            by_storage.setdefault(_storage_of(tensor).data_ptr(), []).append(tensor)
    return any(
        _overlap(one, other)
        for together in by_storage.values()
        for one, other in itertools.combinations(together, 2)
    )


def _overlap(one: torch.Tensor, other: torch.Tensor) -> bool:
    if one is other:
        return True
    (start, end), (begin, stop) = _range(one), _range(other)
    if end <= begin or stop <= start:
        return False
    if one.dtype is not other.dtype or one.numel() + other.numel() > EXACT:
        return True
    return bool(_isin(_elements(one), _elements(other)).any())


def _range(tensor: torch.Tensor) -> tuple[int, int]:
    """Its first byte in its storage, and the one after its last."""
    first = int(tensor.storage_offset())
    steps = sum((n - 1) * stride for n, stride in zip(tensor.shape, tensor.stride(), strict=True))
    return first * tensor.dtype.itemsize, (first + steps + 1) * tensor.dtype.itemsize


def _elements(tensor: torch.Tensor) -> torch.Tensor:
    """The places of all its elements in its storage."""
    places = _arange(1) + int(tensor.storage_offset())
    for n, stride in zip(tensor.shape, tensor.stride(), strict=True):
        places = (places[:, None] + _arange(n) * stride).flatten()
    return places
