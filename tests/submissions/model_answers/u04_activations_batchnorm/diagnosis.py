import math
from typing import Any
import torch
from jaxtyping import Float
from torch import Tensor

def lr_from_update_ratio(log_ratios: Float[Tensor, 'S P']) -> tuple[str, float]:
    S = len(log_ratios)
    gap = -3.0 - log_ratios[S // 2:].median().item()
    if abs(gap) <= 0.5:
        return ('keep', 1.0)
    return ('raise' if gap > 0 else 'lower', 10.0 ** gap)

def diagnose_network(stats: dict[str, Any]) -> str:
    if stats['losses'][0] > math.log(stats['num_classes']) + 1.0:
        return 'overconfident softmax'
    if (stats['dead'] > 0).any():
        return 'dead column'
    last = stats['saturated'][-1]
    if last > 0.22:
        return 'forgot fan-in' if last > 0.58 else 'gain high'
    if stats['act_std'][-1] < 0.3:
        return 'gain low'
    S = len(stats['log_ratio'])
    ratio = torch.as_tensor(stats['log_ratio'])[S // 2:].median()
    if ratio < -4.5:
        return 'lr low'
    return 'lr high' if ratio > -1.8 else 'healthy'
