import torch
from jaxtyping import Float, Int
from torch import Tensor

def bigram_model(idx: Int[Tensor, 'B T'], table: Float[Tensor, 'V V'], targets: Int[Tensor, 'B T'] | None=None) -> tuple[Float[Tensor, 'B T V'], Float[Tensor, ''] | None]:
    logits = table[idx]
    if targets is None:
        return (logits, None)
    B, T, V = logits.shape
    loss = torch.nn.functional.cross_entropy(logits.view(B * T, V), targets.reshape(B * T))
    return (logits, loss)

def positional_embedding(idx: Int[Tensor, 'B T'], wte: Float[Tensor, 'V C'], wpe: Float[Tensor, 'L C'], W: Float[Tensor, 'V C'], b: Float[Tensor, 'V']) -> tuple[Float[Tensor, 'B T C'], Float[Tensor, 'B T V']]:
    T = idx.shape[1]
    x = wte[idx] + wpe[:T]
    return (x, x @ W.T + b)
