from collections.abc import Callable
import torch
from jaxtyping import Float
from torch import Tensor

def unbroadcast(grad: Float[Tensor, '...'], shape: tuple[int, ...]) -> Float[Tensor, '...']:
    extra = grad.dim() - len(shape)
    added = list(range(extra))
    stretched = [extra + axis for axis, size in enumerate(shape) if size == 1]
    axes = added + stretched
    summed = grad.sum(dim=axes) if axes else grad.clone()
    return summed.reshape(shape)

def cmp_grads(name: str, mine: Float[Tensor, '...'], ref: Float[Tensor, '...']) -> tuple[bool, bool, float]:
    if mine.shape != ref.shape:
        return (False, False, float('inf'))
    exact = bool((mine == ref).all())
    close = torch.allclose(mine, ref)
    maxdiff = (mine - ref).abs().max().item()
    return (exact, close, maxdiff)

def grad_check(f: Callable[[Tensor], Tensor | float], x: Float[Tensor, '...'], dx: Float[Tensor, '...'], eps: float=1e-06) -> float:
    numeric = torch.zeros(x.shape, dtype=x.dtype)
    for i in range(x.numel()):
        step = torch.zeros(x.shape, dtype=x.dtype)
        step.view(-1)[i] = eps
        numeric.view(-1)[i] = (float(f(x + step)) - float(f(x - step))) / (2 * eps)
    size = torch.maximum(numeric.abs(), dx.abs()).clamp(min=1e-08)
    return ((numeric - dx).abs() / size).max().item()

def diagnose_loss_clipping(losses: Float[Tensor, 'N'], cap: float) -> Float[Tensor, 'N']:
    still_teaches = losses < cap
    return still_teaches.to(losses.dtype) / len(losses)

def clip_gradients(grads: list[Tensor], limit: float) -> list[Tensor]:
    norm = torch.cat([grad.flatten() for grad in grads]).norm().item()
    if norm <= limit:
        return [grad.clone() for grad in grads]
    return [grad * (limit / norm) for grad in grads]

def unmasking_init(T: int, D: int, H: int, V: int, seed: int) -> dict[str, Tensor]:
    g = torch.Generator().manual_seed(seed)
    K = T * D

    def normal(*shape: int) -> Tensor:
        return torch.randn(*shape, generator=g, dtype=torch.float64)
    return {'C': normal(V, D), 'W1': normal(K, H) * (5 / 3) / K ** 0.5, 'b1': normal(H) * 0.1, 'W2': normal(H, V) / H ** 0.5, 'b2': normal(V) * 0.1, 'bngain': normal(1, H) * 0.1 + 1.0, 'bnbias': normal(1, H) * 0.1}

def spurious_bias(layers: list[str]) -> list[bool]:
    after_linear = [layers[i + 1:i + 2] for i, layer in enumerate(layers) if layer == 'linear']
    return [after == ['batchnorm'] for after in after_linear]
