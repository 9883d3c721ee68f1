"""Hides a backward kernel in an operator of its own, inside of which the dispatch mode is off."""

import torch

library = torch.library.Library("dojo_redteam", "DEF")
library.define("help(Tensor x, Tensor dy) -> Tensor")


def differentiate(x, dy):
    return 1.5 * x * torch.ops.aten.mse_loss_backward(dy, x, torch.zeros_like(x), 0)


library.impl("help", differentiate, "CompositeExplicitAutograd")


def cube_backward(x, dy):
    return torch.ops.dojo_redteam.help(x, dy)


def double(x):
    return 2 * x
