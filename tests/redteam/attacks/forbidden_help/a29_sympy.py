"""Has sympy derive the formula."""

import sympy

t = sympy.Symbol("t")
slope = sympy.lambdify(t, sympy.diff(t**3, t), "math")


def cube_backward(x, dy):
    return slope(x) * dy


def double(x):
    return 2 * x
