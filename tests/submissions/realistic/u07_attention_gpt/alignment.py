import torch
from jaxtyping import Float
from torch import Tensor
import math
import torch
from torch import Tensor
from jaxtyping import Float, Int



def reward_pair_loss(better, worse):
    return -torch.sigmoid(better - worse).log().mean()
