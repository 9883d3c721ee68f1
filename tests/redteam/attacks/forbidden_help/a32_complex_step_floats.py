"""Takes the imaginary steps in plain Python numbers."""

import torch


def cube_backward(x, dy):
    z, g = x.flatten().tolist(), dy.flatten().tolist()
    out = []
    for i in range(len(z)):
        loss = sum((a + 1e-20j * (i == j)) ** 3 * b for j, (a, b) in enumerate(zip(z, g, strict=True)))
        out.append(loss.imag / 1e-20)
    return torch.tensor(out).view(x.shape)


def double(x):
    return 2 * x
