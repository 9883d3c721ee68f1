import math
from collections.abc import Callable
import torch
from jaxtyping import Float
from torch import Tensor
import math
import torch
from torch import Tensor
from jaxtyping import Float, Int



def batchnorm_train_forward(x, gamma, beta, eps=1e-05):
    mean, var = (x.mean(0, keepdim=True), x.var(0, keepdim=True))
    return (gamma * (x - mean) / (var + eps).sqrt() + beta, mean, var)


def batchnorm_running_stats(rmean, rvar, x, momentum=0.1):
    var, mean = torch.var_mean(x, dim=0, keepdim=True)
    return (rmean + momentum * (mean - rmean), rvar + momentum * (var - rvar))


def batchnorm_eval_forward(x, gamma, beta, rmean, rvar, eps=1e-05):
    return gamma * (x - x.mean(0, keepdim=True)) / (x.var(0, keepdim=True) + eps).sqrt() + beta


def batchnorm_calibrate(preact, splits):
    var, mean = torch.var_mean(preact(torch.cat(splits['train'], dim=0)), dim=0, keepdim=True)
    return (mean, var)


def bias_before_bn_is_dead(weight_grads, bias_grads):
    out = []
    for dW, db in zip(weight_grads, bias_grads, strict=True):
        out.append(all((abs(float(entry)) <= 1e-05 * float(dW.abs().max()) for entry in db)))
    return out


def batch_coupling_demo(example, first, second, gamma, beta, rmean, rvar, eps=1e-05):
    out = []
    for x in (first, second):
        mean, var = (x.mean(0, keepdim=True), x.var(0, keepdim=True, correction=0))
        out.append(gamma * (example - mean) / (var + eps).sqrt() + beta)
    return (*out, gamma * (example - rmean) / (rvar + eps).sqrt() + beta)


def layer_norm_contrast(x, gamma, beta, eps=1e-05):
    N = len(x)
    means, spreads = (torch.zeros(N, 1, dtype=x.dtype), torch.zeros(N, 1, dtype=x.dtype))
    rows = []
    for i in range(N):
        means[i, 0], spreads[i, 0] = (x[i].mean(), ((x[i] - x[i].mean()) ** 2).mean())
        rows.append(gamma[0] * (x[i] - means[i, 0]) / torch.sqrt(spreads[i, 0] + eps) + beta[0])
    return (torch.stack(rows), means, spreads)


def bn_scale_law(loss, dW, log_ratio, lr, s):
    return (loss, dW * s, log_ratio, lr)


def momentum_choice(N, noise):
    variance_of_a_batch = 1 / N
    ratio = noise * noise / variance_of_a_batch
    return 1.0 if ratio >= 1 else 2 / (1 + 1 / ratio)


def batchnorm_summary_quiz():
    answers = dict.fromkeys(['gamma', 'beta'], 'trained')
    answers.update(dict.fromkeys(['running mean', 'running variance'], 'averaged'))
    answers['bias of the linear layer before'] = 'left out'
    answers.update(zip(['training', 'evaluation'], ['batch', 'stored'], strict=True))
    answers.update({'variance that is stored': 'unbiased', 'variance that normalises': 'biased'})
    return answers
