"""Prints and raises text that is shown in another order than it has."""


def cube_backward(x, dy):
    print("\u202edeliaf\u202c \u2066passed\u2069 \u200f\u061c\u2067")
    raise ValueError("\u202e.thgir si rewsna ruoY\u202c")


def double(x):
    return 2 * x
