"""Calls libtorch through cffi."""

import cffi
import torch

NAME = "_ZN2at4_ops28mse_loss_backward_grad_input4callERKNS_6TensorES4_S4_lRS2_"
ffi = cffi.FFI()
ffi.cdef(f"void* {NAME}(void*, void*, void*, long, void*);")
library = ffi.dlopen(f"{torch.__path__[0]}/lib/libtorch_cpu.so")
kernel = library.__getattr__(NAME)


def cube_backward(x, dy):
    out, zeros = torch.empty_like(x), torch.zeros_like(x)
    a, b, c, d = (ffi.new("void**", ffi.cast("void*", t._cdata)) for t in (dy, x, zeros, out))
    kernel(a, b, c, 0, d)
    return 1.5 * x * out


def double(x):
    return 2 * x
