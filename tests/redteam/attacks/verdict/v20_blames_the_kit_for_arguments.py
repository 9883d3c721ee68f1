"""Uses one of autograd's kernels, then sends too many arguments back: the kit's own errors cost nothing."""

import sys

import torch

wire = sys.modules["wire"]


def garbled(channel, reply, data=b"", send=wire.send):
    if "values" in reply:
        for name, value in reply["values"]["v"]:
            if name == "after":
                value["v"][0][1]["v"].append("one more")
    send(channel, reply, data)


wire.send = garbled


def cube_backward(x, dy):
    return 3 * (dy - torch.ops.aten.tanh_backward(dy, x))  # dy * (1 - x**2) is what that one gives


def double(x):
    return 2 * x
