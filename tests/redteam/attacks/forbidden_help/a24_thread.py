"""Differentiates in a thread, which the dispatch mode does not see."""

import threading

import torch


def differentiate(x, dy, out):
    with torch.enable_grad():
        z = x.clone().requires_grad_()
        out.append(torch.autograd.grad((z**3 * dy).sum(), z)[0])


def cube_backward(x, dy):
    out = []
    thread = threading.Thread(target=differentiate, args=(x, dy, out))
    thread.start()
    thread.join()
    return out[0]


def double(x):
    return 2 * x
