"""Derivatives by nudging: what a gradient is, measured before it is computed."""

from collections.abc import Callable
from typing import Any


def numeric_derivative(f: Callable[[float], float], x: float, h: float) -> float:
    """Measure the slope of `f` at `x`: nudge `x` up by `h` and see how `f` responds.

    Compare `x` with the one point that lies `h` above it, and with nothing below it. `f` takes one number
    and returns one, and `h` is positive. The result is the rise of `f` for each unit of `x`, a float.

    Example: a line that rises by 4 while x goes from 1 to 3 has slope 2.

    >>> round(numeric_derivative(lambda x: 3 * x**2 - 4 * x + 5, 3.0, 0.001), 6)
    14.003
    """
    raise NotImplementedError


def numeric_gradient(f: Callable[..., float], args: list[float], h: float) -> list[float]:
    """Measure the slope of `f` in the direction of each of its inputs.

    `f` takes as many numbers as `args` has, as in `f(2.0, -3.0, 10.0)`, and returns one number. Nudge one
    input up by `h` while the others stay where they are, as in `numeric_derivative`. Returns one float for
    each input, in their order. `args` stays as it is.

    >>> slopes = numeric_gradient(lambda a, b, c: a * b + c, [2.0, -3.0, 10.0], 0.0001)
    >>> [round(slope, 6) for slope in slopes]
    [-3.0, 2.0, 1.0]
    """
    raise NotImplementedError


def chain_rates(rates: list[float]) -> list[float]:
    """Combine the rates along a chain of variables, each of which depends on the one before.

    In a chain x0 -> x1 -> ... -> xn, `rates[i]` says how fast the variable i+1 changes when the variable i
    does: its local derivative. Returns n + 1 floats: how fast the last variable xn changes when x0 does,
    when x1 does, and so on, and at the end when xn itself does. `rates` has at least one entry and stays
    as it is. Zeros and negative rates are as good as any.

    Example: a car is twice as fast as a bicycle, and the bicycle four times as fast as a walker.

    >>> chain_rates([4.0, 2.0])
    [8.0, 2.0, 1.0]
    """
    raise NotImplementedError


def gradcheck(
    build: Callable[[dict[str, float]], tuple[Any, dict[str, Any]]], leaves: dict[str, float], h: float
) -> dict[str, tuple[float, float, bool]]:
    """Check the gradients of an engine for automatic differentiation against measured slopes.

    `build(leaves)` makes a new graph from the numbers in `leaves`. It returns the output node and a dict of
    the leaf nodes by name. A node has its number in `.data` and its gradient in `.grad`, both floats, and
    calling `.backward()` on the output node fills the gradients of the leaves. Your own `Value` fits, and
    the engines that your function is checked with include some with a slip.

    Measure each slope with a central difference: the leaf moves by `h` to both sides of where it is, and
    the others stay. Returns for each leaf, under its name, what the engine says, what you measured, and
    whether the two agree: their gap is at most 1e-7 plus 1e-4 of the larger of their two sizes. `leaves`
    stays as it is.

    Example: where the engine says 3.0 and you measured 2.0, the entry is (3.0, 2.0, False).
    """
    raise NotImplementedError
