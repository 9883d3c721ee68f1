"""Compiles a text and makes a function of the code."""

import builtins
import types

import torch

code = builtins.compile("torch.autograd.functional.jacobian(lambda z: (z**3 * dy).sum(), x)", "", "eval")


def cube_backward(x, dy):
    names = {"__builtins__": builtins, "torch": torch, "x": x, "dy": dy}
    return types.FunctionType(code, names)()


def double(x):
    return 2 * x
