"""A right answer with experiments where they belong."""

import torch


def cube_backward(x, dy):
    return 3 * x**2 * dy


if __name__ == "__main__":
    z = torch.randn(2, 3, requires_grad=True)
    (z**3).sum().backward()
    print(torch.allclose(cube_backward(z.detach(), torch.ones(2, 3)), z.grad))


def double(x):
    return 2 * x
