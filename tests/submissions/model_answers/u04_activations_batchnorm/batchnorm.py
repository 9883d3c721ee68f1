import math
from collections.abc import Callable
import torch
from jaxtyping import Float
from torch import Tensor

def batchnorm_train_forward(x: Float[Tensor, 'N H'], gamma: Float[Tensor, '1 H'], beta: Float[Tensor, '1 H'], eps: float=1e-05) -> tuple[Float[Tensor, 'N H'], Float[Tensor, '1 H'], Float[Tensor, '1 H']]:
    mean = x.mean(dim=0, keepdim=True)
    var = ((x - mean) ** 2).mean(dim=0, keepdim=True)
    xhat = (x - mean) / torch.sqrt(var + eps)
    return (gamma * xhat + beta, mean, var)

def batchnorm_running_stats(rmean: Float[Tensor, '1 H'], rvar: Float[Tensor, '1 H'], x: Float[Tensor, 'N H'], momentum: float=0.1) -> tuple[Float[Tensor, '1 H'], Float[Tensor, '1 H']]:
    N = len(x)
    mean = x.mean(dim=0, keepdim=True)
    var = ((x - mean) ** 2).sum(dim=0, keepdim=True) / (N - 1)
    return ((1 - momentum) * rmean + momentum * mean, (1 - momentum) * rvar + momentum * var)

def batchnorm_eval_forward(x: Float[Tensor, 'N H'], gamma: Float[Tensor, '1 H'], beta: Float[Tensor, '1 H'], rmean: Float[Tensor, '1 H'], rvar: Float[Tensor, '1 H'], eps: float=1e-05) -> Float[Tensor, 'N H']:
    return gamma * (x - rmean) / torch.sqrt(rvar + eps) + beta

def batchnorm_calibrate(preact: Callable[[Tensor], Tensor], splits: dict[str, list[Tensor]]) -> tuple[Float[Tensor, '1 H'], Float[Tensor, '1 H']]:
    h = torch.cat([preact(X) for X in splits['train']])
    mean = h.mean(dim=0, keepdim=True)
    return (mean, ((h - mean) ** 2).sum(dim=0, keepdim=True) / (len(h) - 1))

def bias_before_bn_is_dead(weight_grads: list[Tensor], bias_grads: list[Tensor]) -> list[bool]:
    pairs = zip(weight_grads, bias_grads, strict=True)
    return [bool(db.abs().max() <= 1e-05 * dW.abs().max()) for dW, db in pairs]

def batch_coupling_demo(example: Float[Tensor, '1 H'], first: Float[Tensor, 'A H'], second: Float[Tensor, 'B H'], gamma: Float[Tensor, '1 H'], beta: Float[Tensor, '1 H'], rmean: Float[Tensor, '1 H'], rvar: Float[Tensor, '1 H'], eps: float=1e-05) -> tuple[Float[Tensor, '1 H'], Float[Tensor, '1 H'], Float[Tensor, '1 H']]:
    outs = []
    for companions in (first, second):
        x = torch.cat([example, companions])
        mean = x.mean(dim=0, keepdim=True)
        var = ((x - mean) ** 2).mean(dim=0, keepdim=True)
        outs.append(gamma * (example - mean) / torch.sqrt(var + eps) + beta)
    return (outs[0], outs[1], gamma * (example - rmean) / torch.sqrt(rvar + eps) + beta)

def layer_norm_contrast(x: Float[Tensor, 'N H'], gamma: Float[Tensor, '1 H'], beta: Float[Tensor, '1 H'], eps: float=1e-05) -> tuple[Float[Tensor, 'N H'], Float[Tensor, 'N 1'], Float[Tensor, 'N 1']]:
    mean = x.mean(dim=1, keepdim=True)
    var = ((x - mean) ** 2).mean(dim=1, keepdim=True)
    xhat = (x - mean) / torch.sqrt(var + eps)
    return (gamma * xhat + beta, mean, var)

def bn_scale_law(loss: float, dW: Float[Tensor, 'K H'], log_ratio: float, lr: float, s: float) -> tuple[float, Float[Tensor, 'K H'], float, float]:
    return (loss, dW / s, log_ratio - 2 * math.log10(s), lr * s ** 2)

def momentum_choice(N: int, noise: float) -> float:
    budget = N * noise ** 2
    return min(2 * budget / (1 + budget), 1.0)

def batchnorm_summary_quiz() -> dict[str, str]:
    return {'gamma': 'trained', 'beta': 'trained', 'running mean': 'averaged', 'running variance': 'averaged', 'bias of the linear layer before': 'left out', 'training': 'batch', 'evaluation': 'stored', 'variance that normalises': 'biased', 'variance that is stored': 'unbiased'}
