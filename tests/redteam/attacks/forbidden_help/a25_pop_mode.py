"""Takes the dispatch mode from its stack and puts it back afterwards."""

import torch
from torch.utils import _python_dispatch as stack


def cube_backward(x, dy):
    popped = [stack._pop_mode() for _ in range(stack._len_torch_dispatch_stack())]
    try:
        return torch.autograd.functional.jacobian(lambda z: (z**3 * dy).sum(), x)
    finally:
        for mode in reversed(popped):
            stack._push_mode(mode)


def double(x):
    return 2 * x
