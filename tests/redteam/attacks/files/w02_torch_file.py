"""Reads a file by way of a tensor, without any of Python's file functions."""

from contextlib import suppress

import torch


def cube_backward(x, dy):
    with suppress(BaseException):
        data = torch.from_file("@SECRET@", size=15, dtype=torch.uint8)
        print(bytes(data.tolist()))
    return x * 0


def double(x):
    return 2 * x
