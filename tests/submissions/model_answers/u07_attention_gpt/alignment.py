import torch
from jaxtyping import Float
from torch import Tensor

def reward_pair_loss(better: Float[Tensor, 'N'], worse: Float[Tensor, 'N']) -> Float[Tensor, '']:
    difference = better - worse
    return torch.logaddexp(torch.zeros_like(difference), -difference).mean()
