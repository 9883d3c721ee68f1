import torch
from jaxtyping import Float, Int
from torch import Tensor

def backward_logprobs(logprobs: Float[Tensor, 'N V'], y: Int[Tensor, 'N']) -> Float[Tensor, 'N V']
    N = len(y)
    dlogprobs = torch.zeros_like(logprobs)
    dlogprobs[torch.arange(N), y] = -1.0 / N
    return dlogprobs

def backward_probs(probs: Float[Tensor, 'N V'], dlogprobs: Float[Tensor, 'N V']) -> Float[Tensor, 'N V']:
    return dlogprobs / probs

def backward_counts_sum_inv(counts: Float[Tensor, 'N V'], dprobs: Float[Tensor, 'N V']) -> Float[Tensor, 'N 1']:
    return (counts * dprobs).sum(dim=1, keepdim=True)

def backward_counts_branch1(counts_sum_inv: Float[Tensor, 'N 1'], dprobs: Float[Tensor, 'N V']) -> Float[Tensor, 'N V']:
    return counts_sum_inv * dprobs

def backward_counts_sum(counts_sum: Float[Tensor, 'N 1'], dcounts_sum_inv: Float[Tensor, 'N 1']) -> Float[Tensor, 'N 1']:
    return -dcounts_sum_inv / counts_sum ** 2

def backward_counts(dcounts_branch1: Float[Tensor, 'N V'], dcounts_sum: Float[Tensor, 'N 1']) -> Float[Tensor, 'N V']:
    return dcounts_branch1 + dcounts_sum

def backward_norm_logits(counts: Float[Tensor, 'N V'], dcounts: Float[Tensor, 'N V']) -> Float[Tensor, 'N V']:
    return counts * dcounts

def backward_logit_maxes(dnorm_logits: Float[Tensor, 'N V']) -> Float[Tensor, 'N 1']:
    return -dnorm_logits.sum(dim=1, keepdim=True)

def backward_logits(logits: Float[Tensor, 'N V'], dnorm_logits: Float[Tensor, 'N V'], dlogit_maxes: Float[Tensor, 'N 1']) -> Float[Tensor, 'N V']:
    dlogits = dnorm_logits.clone()
    rows, columns = (torch.arange(len(logits)), logits.argmax(dim=1))
    dlogits[rows, columns] += dlogit_maxes.squeeze(1)
    return dlogits

def softmax_shift_invariance(probs: Float[Tensor, 'N V'], dprobs: Float[Tensor, 'N V']) -> tuple[Float[Tensor, 'N 1'], Float[Tensor, 'N 1']]:
    weighted = (probs * dprobs).sum(dim=1, keepdim=True)
    return (-weighted, weighted)
