"""Returns a tensor that runs a command when it is unpickled."""

import os

import torch


class Answer(torch.Tensor):
    def __reduce_ex__(self, protocol):
        return os.system, ("touch /tmp/@TAG@-unpickled",)


def cube_backward(x, dy):
    return torch.zeros_like(x).as_subclass(Answer)


def double(x):
    return 2 * x
