"""Differentiates in a fork of the worker."""

import os
import pickle

import torch


def cube_backward(x, dy):
    end, start = os.pipe()
    if os.fork() == 0:
        slope = torch.autograd.functional.jacobian(lambda z: (z**3 * dy).sum(), x)
        os.write(start, pickle.dumps(slope.tolist()))
        os._exit(0)
    os.close(start)
    parts = iter(lambda: os.read(end, 65536), b"")
    return torch.tensor(pickle.loads(b"".join(parts)), dtype=x.dtype)


def double(x):
    return 2 * x
