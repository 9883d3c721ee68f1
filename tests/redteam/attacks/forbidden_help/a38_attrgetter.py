"""Reaches autograd through `operator.attrgetter`."""

import operator

import torch


def cube_backward(x, dy):
    jacobian = operator.attrgetter("auto" + "grad.functional.jacobian")(torch)
    return jacobian(lambda z: (z**3 * dy).sum(), x)


def double(x):
    return 2 * x
