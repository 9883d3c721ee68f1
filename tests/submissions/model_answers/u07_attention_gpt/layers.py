import torch
from jaxtyping import Float
from torch import Tensor

def layer_norm(x: Float[Tensor, '... C'], gamma: Float[Tensor, 'C'], beta: Float[Tensor, 'C'], eps: float=1e-05) -> Float[Tensor, '... C']:
    diff = x - x.mean(dim=-1, keepdim=True)
    var = (diff ** 2).mean(dim=-1, keepdim=True)
    return gamma * diff * (var + eps) ** (-0.5) + beta

def feed_forward(x: Float[Tensor, 'B T C'], W1: Float[Tensor, 'H C'], b1: Float[Tensor, 'H'], W2: Float[Tensor, 'C H'], b2: Float[Tensor, 'C'], act: str='relu') -> Float[Tensor, 'B T C']:
    activation = {'relu': torch.relu, 'gelu': torch.nn.functional.gelu}[act]
    return activation(x @ W1.T + b1) @ W2.T + b2

def dropout(x: Float[Tensor, 'B T C'], noise: Float[Tensor, 'B T C'], p: float, training: bool=True) -> Float[Tensor, 'B T C']:
    if not training:
        return x
    return x * (noise >= p) / (1 - p)
