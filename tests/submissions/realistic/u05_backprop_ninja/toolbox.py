from collections.abc import Callable
import torch
from jaxtyping import Float
from torch import Tensor
import math
import torch
from torch import Tensor
from jaxtyping import Float, Int



def shapes_of(T, D, H, V):
    shapes = {'C': (V, D), 'W1': (T * D, H), 'b1': (H,), 'W2': (H, V), 'b2': (V,)}
    return {**shapes, 'bngain': (1, H), 'bnbias': (1, H)}


def unbroadcast(grad, shape):
    result = grad.clone()
    while result.dim() > len(shape):
        result = result.sum(0)
    return result


def cmp_grads(name, mine, ref):
    if mine.shape != ref.shape:
        return (False, False, float('inf'))
    print(f'{name:10} maxdiff {(mine - ref).abs().max()}')
    return (torch.equal(mine, ref), bool(torch.isclose(mine, ref).all()), torch.dist(mine, ref, p=float('inf')).item())


def grad_check(f, x, dx, eps=1e-06):
    worst, moved = (0.0, x.clone())
    for i in range(x.numel()):
        kept = moved.view(-1)[i].item()
        moved.view(-1)[i] = kept + eps
        above = f(moved)
        moved.view(-1)[i] = kept - eps
        below = f(moved)
        moved.view(-1)[i] = kept
        estimate, mine = (float(above - below) / (2 * eps), dx.reshape(-1)[i].item())
        worst = max(worst, abs(estimate - mine) / max(abs(estimate), abs(mine), 1e-08))
    return worst


def diagnose_loss_clipping(losses, cap):
    return torch.full_like(losses, 1 / len(losses))


def clip_gradients(grads, limit):
    norm = torch.stack([g.norm() for g in grads]).norm()
    return [g / norm * limit if norm > limit else g.clone() for g in grads]


def unmasking_init(T, D, H, V, seed):
    g = torch.Generator().manual_seed(seed)
    shapes = shapes_of(T, D, H, V)
    return {name: torch.rand(s, generator=g, dtype=torch.float64) - 0.5 for name, s in shapes.items()}


def spurious_bias(layers):
    following = [*layers[1:], None]
    return [after == 'batchnorm' for layer, after in zip(layers, following, strict=True) if layer == 'linear']
