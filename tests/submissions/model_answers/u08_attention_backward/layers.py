import math
from collections.abc import Callable
import torch
from jaxtyping import Float, Int
from torch import Tensor

def layernorm_backward(dy: Float[Tensor, 'B T C'], xhat: Float[Tensor, 'B T C'], r: Float[Tensor, 'B T 1'], gamma: Float[Tensor, 'C']) -> tuple[Float[Tensor, 'B T C'], Float[Tensor, 'C'], Float[Tensor, 'C']]:
    d = dy * gamma
    along_ones = d.mean(-1, keepdim=True)
    along_xhat = (d * xhat).mean(-1, keepdim=True)
    dx = r * (d - along_ones - xhat * along_xhat)
    dgamma = (dy * xhat).sum((0, 1))
    dbeta = dy.sum((0, 1))
    return (dx, dgamma, dbeta)

def relu_backward(dy: Float[Tensor, 'B T F'], x: Float[Tensor, 'B T F']) -> Float[Tensor, 'B T F']:
    return torch.where(x > 0, dy, 0.0)

def gelu_exact_backward(dy: Float[Tensor, 'B T F'], x: Float[Tensor, 'B T F']) -> Float[Tensor, 'B T F']:
    below = 0.5 * (1.0 + torch.erf(x / math.sqrt(2.0)))
    density = torch.exp(-0.5 * x ** 2) / math.sqrt(2.0 * math.pi)
    return dy * (below + x * density)

def gelu_tanh_backward(dy: Float[Tensor, 'B T F'], x: Float[Tensor, 'B T F']) -> Float[Tensor, 'B T F']:
    k = math.sqrt(2.0 / math.pi)
    t = torch.tanh(k * (x + 0.044715 * x ** 3))
    dt = (1.0 - t ** 2) * k * (1.0 + 3 * 0.044715 * x ** 2)
    return dy * (0.5 * (1.0 + t) + 0.5 * x * dt)

def mlp_backward(dy: Float[Tensor, 'B T C'], x: Float[Tensor, 'B T C'], W1: Float[Tensor, 'F C'], u: Float[Tensor, 'B T F'], a: Float[Tensor, 'B T F'], W2: Float[Tensor, 'C F']) -> dict[str, Tensor]:
    da = dy @ W2
    below = 0.5 * (1.0 + torch.erf(u / math.sqrt(2.0)))
    density = torch.exp(-0.5 * u ** 2) / math.sqrt(2.0 * math.pi)
    du = da * (below + u * density)
    return {'x': du @ W1, 'W1': torch.einsum('btf,btc->fc', du, x), 'b1': du.sum((0, 1)), 'W2': torch.einsum('btc,btf->cf', dy, a), 'b2': dy.sum((0, 1))}

def token_embedding_backward(dout: Float[Tensor, 'B T C'], ids: Int[Tensor, 'B T'], V: int) -> Float[Tensor, 'V C']:
    dE = torch.zeros(V, dout.shape[-1], dtype=dout.dtype)
    return dE.index_add(0, ids.flatten(), dout.flatten(0, 1))

def position_embedding_backward(dout: Float[Tensor, 'B T C'], block_size: int) -> Float[Tensor, 'S C']:
    dP = torch.zeros(block_size, dout.shape[-1], dtype=dout.dtype)
    dP[:dout.shape[1]] = dout.sum(0)
    return dP

def residual_backward(dout: Float[Tensor, 'B T C'], f_backward: Callable[[Tensor], Tensor]) -> Float[Tensor, 'B T C']:
    return dout + f_backward(dout)

def lm_loss_backward(logits: Float[Tensor, 'B T V'], targets: Int[Tensor, 'B T']) -> Float[Tensor, 'B T V']:
    B, T, V = logits.shape
    dlogits = torch.softmax(logits, -1)
    rows = torch.arange(B * T)
    dlogits.view(B * T, V)[rows, targets.flatten()] -= 1.0
    return dlogits / (B * T)

def weight_tying_backward(demb: Float[Tensor, 'B T C'], ids: Int[Tensor, 'B T'], dlogits: Float[Tensor, 'B T V'], n: Float[Tensor, 'B T C']) -> Float[Tensor, 'V C']:
    dE = torch.einsum('btv,btc->vc', dlogits, n)
    return dE.index_add(0, ids.flatten(), demb.flatten(0, 1))
