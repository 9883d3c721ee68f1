import torch
from jaxtyping import Float
from torch import Tensor
import math
import torch
from torch import Tensor
from jaxtyping import Float, Int



def layer_norm(x, gamma, beta, eps=1e-05):
    xmean = x.mean(-1, keepdim=True)
    xvar = x.var(-1, keepdim=True, correction=0)
    return gamma * (x - xmean) / torch.sqrt(xvar + eps) + beta


def feed_forward(x, W1, b1, W2, b2, act='relu'):
    return (x @ W1.T + b1) @ W2.T + b2


def dropout(x, noise, p, training=True):
    if not training or p == 0:
        return x.clone()
    mask = (noise >= p).to(x.dtype)
    return mask * x * (1.0 / (1.0 - p))
