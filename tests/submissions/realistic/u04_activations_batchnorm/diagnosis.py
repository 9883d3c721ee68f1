import math
from typing import Any
import torch
from jaxtyping import Float
from torch import Tensor
import math
import torch
from torch import Tensor
from jaxtyping import Float, Int



def lr_from_update_ratio(log_ratios: Float[Tensor, 'S P']) -> tuple[str, float]:
    S = len(log_ratios)
    gap = -3.0 - log_ratios[S // 2:].median().item()
    if abs(gap) <= 0.5:
        return ('keep', 1.0)
    return ('raise' if gap > 0 else 'lower', 10.0 ** (-gap))


def diagnose_network(stats):
    late = stats['log_ratio'][len(stats['log_ratio']) // 2:].flatten()
    ratio = late.sort().values[len(late) // 2]
    excess = float(stats['losses'][0]) - math.log(stats['num_classes'])
    grads = stats['grad_std']
    if int(stats['dead'].sum()):
        return 'dead column'
    if excess > 1.5:
        return 'overconfident softmax'
    if grads[-1] > 4 * grads[0]:
        return 'gain low'
    middle = float(stats['saturated'][1:].mean())
    if middle > 0.25:
        return 'gain high' if middle < 0.58 else 'forgot fan-in'
    if abs(ratio + 3) < 1.2:
        return 'healthy'
    return 'lr high' if ratio > -3 else 'lr low'
