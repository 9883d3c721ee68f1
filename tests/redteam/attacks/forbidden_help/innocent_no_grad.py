"""A right answer under `no_grad`, which is not needed and does no harm."""

import torch


@torch.no_grad()
def cube_backward(x, dy):
    with torch.no_grad():
        return 3 * x.detach().square() * dy


def double(x):
    return 2 * x
