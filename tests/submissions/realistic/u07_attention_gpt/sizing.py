from torch import Tensor
import math
import torch
from torch import Tensor
from jaxtyping import Float, Int



def weight_decay_groups(parameters, weight_decay):
    decay = [p for name, p in parameters.items() if 'bias' not in name]
    rest = [p for name, p in parameters.items() if 'bias' in name]
    return [{'params': decay, 'weight_decay': weight_decay}, {'params': rest, 'weight_decay': 0.0}]


def scale_config(vocab_size, n_embd, n_head, n_layer, block_size):
    C = n_embd
    answer = {'embeddings': (vocab_size + block_size) * C, 'attention': n_layer * (n_head * 3 * (C // n_head) * C + C ** 2 + C), 'feed_forward': n_layer * (8 * C ** 2 + 5 * C), 'norms': n_layer * 4 * C + 2 * C, 'head': vocab_size * (C + 1)}
    answer['total'] = sum(answer.values())
    return answer
