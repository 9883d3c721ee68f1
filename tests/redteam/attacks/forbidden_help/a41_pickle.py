"""Loads a pickle that names the forbidden function."""

import pickle

jacobian = pickle.loads(b"ctorch.autograd.functional\njacobian\n.")


def cube_backward(x, dy):
    return jacobian(lambda z: (z**3 * dy).sum(), x)


def double(x):
    return 2 * x
