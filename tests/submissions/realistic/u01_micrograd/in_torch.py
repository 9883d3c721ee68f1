from typing import Any
import torch
from jaxtyping import Float
from torch import Tensor
import math
import torch
from torch import Tensor
from jaxtyping import Float, Int



def torch_scalar_parity(x1, x2, w1, w2, b):
    x1, x2, w1, w2, b = (torch.tensor([x], dtype=torch.double) for x in (x1, x2, w1, w2, b))
    for leaf in (x1, x2, w1, w2, b):
        leaf.requires_grad = True
    o = torch.tanh(x1 * w1 + x2 * w2 + b)
    o.backward()
    grads = {'x1': x1.grad, 'x2': x2.grad, 'w1': w1.grad, 'w2': w2.grad, 'b': b.grad}
    return {'o': o.data.item(), **{name: grad.item() for name, grad in grads.items()}}


class LegendrePolynomial3(torch.autograd.Function):

    @staticmethod
    def forward(ctx, inputs):
        ctx.save_for_backward(inputs)
        return inputs * (2.5 * inputs.square() - 1.5)

    @staticmethod
    def backward(ctx, grad_output):
        inputs, = ctx.saved_tensors
        return grad_output * (7.5 * inputs.square() - 1.5)
