"""Differentiates in a thread that the `threading` module does not know."""

import _thread

import torch


def differentiate(x, dy, out, done):
    out.append(torch.autograd.functional.jacobian(lambda z: (z**3 * dy).sum(), x))
    done.release()


def cube_backward(x, dy):
    out, done = [], _thread.allocate_lock()
    done.acquire()
    _thread.start_new_thread(differentiate, (x, dy, out, done))
    done.acquire()
    return out[0]


def double(x):
    return 2 * x
