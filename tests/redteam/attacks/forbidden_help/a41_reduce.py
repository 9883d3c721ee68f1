"""Copies an object whose `__reduce__` names the forbidden function."""

import copy

import torch


class Payload:
    def __reduce__(self):
        return torch.autograd.functional.jacobian, (lambda z: (z**3 * self.dy).sum(), self.x)


def cube_backward(x, dy):
    payload = Payload()
    payload.x, payload.dy = x, dy
    return copy.copy(payload)


def double(x):
    return 2 * x
