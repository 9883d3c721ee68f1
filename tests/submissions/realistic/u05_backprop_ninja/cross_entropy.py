import torch
from jaxtyping import Float, Int
from torch import Tensor
import math
import torch
from torch import Tensor
from jaxtyping import Float, Int



def cross_entropy_forward(logits, y):
    return -torch.log_softmax(logits, 1).gather(1, y[:, None]).mean()


def cross_entropy_dlogits_cases(p, i, y):
    return p - (i == y)


def cross_entropy_dlogits(logits, y):
    dlogits = torch.softmax(logits, 1)
    dlogits[torch.arange(len(y)), y] -= 1
    return dlogits


def explain_push_pull(dlogits):
    N, V = dlogits.shape
    up, down = (dlogits < 0, dlogits > 0)
    return {'row_sums': dlogits @ torch.ones(V, dtype=dlogits.dtype), 'label': up.nonzero()[:, 1], 'pull_up': N * dlogits[up].abs(), 'push_down': N * (dlogits * down).sum(1), 'hardest': dlogits.max(1).indices}
