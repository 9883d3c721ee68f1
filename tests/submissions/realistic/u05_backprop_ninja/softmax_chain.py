import torch
from jaxtyping import Float, Int
from torch import Tensor
import math
import torch
from torch import Tensor
from jaxtyping import Float, Int



def backward_logprobs(logprobs, y):
    return torch.full_like(logprobs, -1 / len(y))


def backward_probs(probs, dlogprobs):
    return 1 / probs * dlogprobs


def backward_counts_sum_inv(counts, dprobs):
    return torch.einsum('nv,nv->n', counts, dprobs)[:, None]


def backward_counts_branch1(counts_sum_inv, dprobs):
    return (counts_sum_inv * dprobs).sum(1, keepdim=True)


def backward_counts_sum(counts_sum, dcounts_sum_inv):
    return -counts_sum ** (-2) * dcounts_sum_inv


def backward_counts(dcounts_branch1, dcounts_sum):
    dcounts = dcounts_branch1.clone()
    dcounts += dcounts_sum
    return dcounts


def backward_norm_logits(counts, dcounts):
    return counts.exp() * dcounts


def backward_logit_maxes(dnorm_logits):
    return (-dnorm_logits).sum(1).unsqueeze(1)


def backward_logits(logits, dnorm_logits, dlogit_maxes):
    return dnorm_logits + torch.eye(logits.shape[1])[logits.argmax(1)] * dlogit_maxes


def softmax_shift_invariance(probs, dprobs):
    inner = (probs * dprobs).sum(1, keepdim=True)
    return (inner, -inner)
