"""Hides in a comment that the line below is not what it seems."""


def cube_backward(x, dy):
    # ‮⁦ the right answer: 3 * x**2 * dy ⁩⁦
    return x * 0  # ​⁩


def double(x):
    return 2 * x
