"""Calls a backward operator in libtorch through ctypes."""

import ctypes

import torch

NAME = "_ZN2at4_ops28mse_loss_backward_grad_input4callERKNS_6TensorES4_S4_lRS2_"
kernel = ctypes.PyDLL(f"{torch.__path__[0]}/lib/libtorch_cpu.so")[NAME]
kernel.restype = ctypes.c_void_p


def cube_backward(x, dy):
    out, zeros = torch.empty_like(x), torch.zeros_like(x)
    g, z, target, result = (ctypes.byref(ctypes.c_void_p(t._cdata)) for t in (dy, x, zeros, out))
    kernel(g, z, target, ctypes.c_int64(0), result)
    return 1.5 * x * out


def double(x):
    return 2 * x
