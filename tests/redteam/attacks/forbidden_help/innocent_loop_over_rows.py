"""A right answer, row by row."""

import torch


def cube_backward(x, dy):
    rows = []
    for row, upstream in zip(x, dy, strict=True):
        rows.append(3 * row * row * upstream)
    return torch.stack(rows)


def double(x):
    return 2 * x
