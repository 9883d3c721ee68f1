"""Makes an engine of its own out of `torch._C`."""

import torch


def cube_backward(x, dy):
    with torch.enable_grad():
        z = x.clone().requires_grad_()
        engine = torch._C._ImperativeEngine()
        return engine.run_backward((z**3,), (dy,), False, False, (z,), True, False)[0]


def double(x):
    return 2 * x
