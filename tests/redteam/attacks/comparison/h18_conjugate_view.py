"""A complex tensor whose conjugation is only a mark, seen through its imaginary part."""

import torch


def cube_backward(x, dy):
    return torch.complex(x * 0, 3 * x**2 * dy).conj().imag


def double(x):
    return x + x
