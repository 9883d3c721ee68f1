from typing import Any
import torch
from jaxtyping import Float
from torch import Tensor

def torch_scalar_parity(x1: float, x2: float, w1: float, w2: float, b: float) -> dict[str, float]:
    numbers = {'x1': x1, 'x2': x2, 'w1': w1, 'w2': w2, 'b': b}
    leaves = {name: torch.tensor(x, dtype=torch.float64, requires_grad=True) for name, x in numbers.items()}
    n = leaves['x1'] * leaves['w1'] + leaves['x2'] * leaves['w2'] + leaves['b']
    o = torch.tanh(n)
    o.backward()
    return {'o': o.item()} | {name: leaf.grad.item() for name, leaf in leaves.items()}

class LegendrePolynomial3(torch.autograd.Function):

    @staticmethod
    def forward(ctx: Any, x: Float[Tensor, '...']) -> Float[Tensor, '...']:
        ctx.save_for_backward(x)
        return 0.5 * (5 * x ** 3 - 3 * x)

    @staticmethod
    def backward(ctx: Any, g: Float[Tensor, '...']) -> Float[Tensor, '...']:
        x, = ctx.saved_tensors
        return 1.5 * (5 * x ** 2 - 1) * g
