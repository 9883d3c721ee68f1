"""Differentiates in a pool of threads."""

from concurrent.futures import ThreadPoolExecutor

import torch


def cube_backward(x, dy):
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(torch.autograd.functional.jacobian, lambda z: (z**3 * dy).sum(), x).result()


def double(x):
    return 2 * x
