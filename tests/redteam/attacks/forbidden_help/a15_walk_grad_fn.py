"""Records a graph and calls its nodes by hand, without an engine."""

import torch


def cube_backward(x, dy):
    with torch.enable_grad():
        node = ((x.clone().requires_grad_() ** 3) * dy).grad_fn
    return node.next_functions[0][0](node(torch.ones_like(x))[0])


def double(x):
    return 2 * x
