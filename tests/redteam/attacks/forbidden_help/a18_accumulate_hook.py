"""Lets the hook that runs after accumulation carry the gradient out."""

import torch


def cube_backward(x, dy):
    kept = []
    with torch.enable_grad():
        z = x.clone().requires_grad_()
        z.register_post_accumulate_grad_hook(lambda t: kept.append(t.grad))
        (z**3 * dy).sum().backward()
    return kept[0]


def double(x):
    return 2 * x
