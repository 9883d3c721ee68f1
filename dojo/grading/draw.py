"""Strategies: hypothesis draws the structure of a case (sizes, layout, seed, style), a generator fills it.

Drawing a handful of integers takes a millisecond where drawing every float takes ten, and it shrinks
well: small distinct sizes, small whole numbers, seed 0.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import hypothesis.strategies as st
import torch
from torch import Tensor

LARGEST = 5  # rows or columns of a drawn tensor, unless a grader asks for more
STYLES = 4  # 0, 1: whole numbers; 2: one decimal; 3: normal floats
SCALES = (1.0, 1.0, 1e-3, 1e3)  # of the upstream gradient


@dataclass(frozen=True)
class Structure:
    """What hypothesis draws for one case, and the salt: it is not drawn but made from the key, so that not
    even the smallest case is the same under two keys."""

    sizes: int  # index into the table of size tuples
    style: int = 0
    seed: int = 0
    layout: int = 0  # 0: contiguous, 1: columns first in memory
    scale: int = 0
    salt: int = 0


def structures(count: int, salt: int) -> st.SearchStrategy[Structure]:
    """Structures with `count` entries in the table of sizes."""
    parts = (
        st.integers(0, count - 1),
        st.integers(0, STYLES - 1),
        st.integers(0, 9999),
        st.integers(0, 1),
        st.integers(0, len(SCALES) - 1),
    )
    return st.tuples(*parts).map(lambda parts: Structure(*parts, salt))


@lru_cache
def size_table(
    letters: tuple[str, ...], minimum: tuple[int, ...], largest: tuple[int, ...]
) -> list[tuple[int, ...]]:
    """Size tuples, smallest first: all sizes distinct; at the end a few square ones, which hide transposes
    but show code that breaks on them."""
    ranges = [range(low, high + 1) for low, high in zip(minimum, largest, strict=True)]
    distinct_ones = [sizes for sizes in itertools.product(*ranges) if len(set(sizes)) == len(sizes)]
    distinct_ones.sort(key=lambda sizes: (math.prod(sizes), sizes))
    square = [(n,) * len(letters) for n in range(max(minimum, default=2), min(largest, default=3) + 1)][:2]
    return (distinct_ones + square) if len(letters) > 1 else distinct_ones or [()]


class Draw:
    """Fills one case: sizes by letter, and random values that are the same for the same structure.

    `attempt` reseeds a case that a trivial answer would pass.
    """

    def __init__(
        self, structure: Structure, sizes: dict[str, int], dtype: torch.dtype, attempt: int = 0
    ) -> None:
        self.structure, self.sizes, self.dtype = structure, sizes, dtype
        self.scale = SCALES[structure.scale]
        # Every part of the structure counts, because hypothesis likes to draw the same seed again.
        seed = structure.salt
        for part in (structure.seed, structure.sizes, structure.style, structure.layout, structure.scale):
            seed = (seed * 10_007 + part) % (1 << 40)
        self.generator = torch.Generator().manual_seed(seed * 64 + attempt)

    def uniform(self, *shape: int) -> Tensor:
        """Floats in [0, 1), float64."""
        return torch.rand(shape, generator=self.generator, dtype=torch.float64)

    def integer(self, low: int, high: int) -> int:
        """One whole number from low to high, both included."""
        return int(torch.randint(low, high + 1, (), generator=self.generator))

    def pick(self, choices: Sequence[Any]) -> Any:
        """One of the choices."""
        return choices[self.integer(0, len(choices) - 1)]

    def normal(self, *shape: int) -> Tensor:
        """Values of size about 1 in this case's style: whole numbers but 0, one decimal, or normal floats."""
        if self.structure.style <= 1:
            signs = torch.randint(0, 2, shape, generator=self.generator) * 2 - 1
            values = (torch.randint(1, 4, shape, generator=self.generator) * signs).double()
        else:
            values = torch.randn(shape, generator=self.generator, dtype=torch.float64)
            if self.structure.style == 2:
                values = (values * 10).round() / 10 + 0.05 * (values.abs() < 0.05)
        return self.finish(values)

    def finish(self, values: Tensor) -> Tensor:
        """`values` in this case's dtype and memory layout."""
        values = values.to(self.dtype)
        return values.mT.contiguous().mT if self.structure.layout and values.dim() >= 2 else values


Domain = Callable[[Draw, tuple[int, ...]], Any]


def normal(draw: Draw, shape: tuple[int, ...]) -> Tensor:
    """The default domain of a float tensor: values of size about 1, none of them 0."""
    return draw.normal(*shape)


def upstream(draw: Draw, shape: tuple[int, ...]) -> Tensor:
    """An upstream gradient: random, not uniform, of several scales."""
    values = draw.normal(*shape)
    if values.numel() > 1 and bool((values == values.flatten()[0]).all()):
        values[(-1,) * values.dim()] *= 2  # and not += 1, which could make it 0
    return values * draw.scale


def positive(draw: Draw, shape: tuple[int, ...]) -> Tensor:
    """Values between 0.25 and 4, away from 0 and mostly away from 1."""
    if draw.structure.style <= 1:
        return draw.finish(torch.randint(1, 9, shape, generator=draw.generator).double() / 2)
    return draw.finish(0.25 * 16 ** draw.uniform(*shape))


def probabilities(draw: Draw, shape: tuple[int, ...]) -> Tensor:
    """Rows that are positive and sum to 1."""
    weights = (
        0.2 + draw.uniform(*shape)
        if draw.structure.style > 1
        else torch.randint(1, 6, shape, generator=draw.generator).double()
    )
    return draw.finish(weights / weights.sum(-1, keepdim=True))


def distinct(draw: Draw, shape: tuple[int, ...]) -> Tensor:
    """Values between -5 and 5 without ties inside a row, so that every maximum is unique."""
    *rows, columns = shape
    ranks = draw.uniform(*shape).argsort(-1).double()
    noise = (
        0.5 * draw.uniform(*shape) if draw.structure.style > 1 else torch.zeros(shape, dtype=torch.float64)
    )
    offset = torch.randint(-2, 3, (*rows, 1), generator=draw.generator)
    return draw.finish(
        (ranks - (columns - 1) // 2) * (0.5 if draw.structure.style else 1.0) + noise * 0.5 + offset * 0.5
    )


def indices(size: str, *, repeated: bool = False) -> Domain:
    """Whole numbers below the size with this letter; with `repeated` at least one occurs twice."""

    def domain(draw: Draw, shape: tuple[int, ...]) -> Tensor:
        values = torch.randint(0, draw.sizes[size], shape, generator=draw.generator)
        if repeated and values.numel() > 1:
            flat = values.view(-1)
            flat[-1] = flat[0]
        return values

    return domain


def integers_in(low: int, high: int) -> Domain:
    """A Python int from low to high, both included."""
    return lambda draw, shape: draw.integer(low, high)


def one_of(*choices: Any) -> Domain:
    """One of some values."""
    return lambda draw, shape: draw.pick(choices)


def log_uniform(low: float, high: float) -> Domain:
    """Positive values spread evenly over the orders of magnitude between low and high."""

    def domain(draw: Draw, shape: tuple[int, ...]) -> Tensor:
        return draw.finish(low * (high / low) ** draw.uniform(*shape))

    return domain
