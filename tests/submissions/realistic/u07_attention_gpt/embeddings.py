import torch
from jaxtyping import Float, Int
from torch import Tensor
import math
import torch
from torch import Tensor
from jaxtyping import Float, Int



def bigram_model(idx, table, targets=None):
    logits = torch.nn.functional.embedding(idx, table)
    if targets is None:
        loss = None
    else:
        B, T, C = logits.shape
        loss = torch.nn.functional.cross_entropy(logits.view(B * T, C), targets.view(B * T))
    return (logits, loss)


def positional_embedding(idx, wte, wpe, W, b):
    x = wte[idx] + wpe[torch.arange(len(wpe))]
    return (x, x @ W.T + b)
