"""Train the whole network with your own gradients, then calibrate, evaluate and sample."""

import torch
from jaxtyping import Float, Int
from torch import Tensor


def manual_train_step(
    params: list[Tensor], Xb: Int[Tensor, "N T"], Yb: Int[Tensor, "N"], eps: float = 1e-5
) -> tuple[Float[Tensor, ""], list[Tensor]]:
    """Return the loss of one batch and the gradients of all parameters, made by hand.

    The network is the one of the handout: embedding, linear, batchnorm with the unbiased variance of the
    batch (divided by N - 1), tanh, linear, softmax, mean cross-entropy. `params` is the list
    C (V, D), W1 (T*D, H), b1 (H,), W2 (H, V), b2 (V,), bngain (1, H), bnbias (1, H). `Xb` holds the
    contexts and `Yb` the next characters, integers from 0 to V - 1.
    Returns a pair: the loss as a 0-d tensor and the list of gradients, in the order, the shapes and the
    dtype of `params`. Nothing is updated: the arguments stay as they are, the gradients are fresh tensors.

    >>> params = [torch.zeros(2, 1), torch.zeros(3, 4), torch.zeros(4), torch.zeros(4, 2), torch.zeros(2)]
    >>> params += [torch.ones(1, 4), torch.zeros(1, 4)]
    >>> Xb, Yb = torch.zeros(4, 3, dtype=torch.long), torch.tensor([0, 0, 0, 1])
    >>> loss, grads = manual_train_step(params, Xb, Yb)
    >>> loss, grads[4]
    (tensor(0.6931), tensor([-0.2500,  0.2500]))

    Source: Bengio et al. 2003, section 2 (the network); Ioffe & Szegedy 2015, section 3 (batchnorm).
    """
    C, W1, b1, W2, b2, bngain, bnbias = params
    raise NotImplementedError


def train_no_autograd(
    params: list[Tensor], batches_X: Int[Tensor, "S N T"], batches_Y: Int[Tensor, "S N"], lr: float
) -> tuple[Float[Tensor, "S"], list[Tensor]]:
    """Train by plain gradient descent for S steps, one batch a step, with gradients of your own.

    Step number `step` (from 0) uses `batches_X[step]` and `batches_Y[step]`. Its learning rate is `lr`
    while `step < S // 2`, and `lr / 10` from there on. The network and the order of `params` are those of
    `manual_train_step`, which you may call, with its default eps. Returns the S losses, each taken before
    the update of its step, and the list of final parameters, in the same order, shapes and dtype.
    `params` and its tensors stay as they are: train on copies.

    >>> params = [torch.zeros(2, 1), torch.zeros(3, 4), torch.zeros(4), torch.zeros(4, 2), torch.zeros(2)]
    >>> params += [torch.ones(1, 4), torch.zeros(1, 4)]
    >>> X, Y = torch.zeros(2, 4, 3, dtype=torch.long), torch.tensor([[0, 0, 0, 1], [0, 0, 0, 1]])
    >>> losses, trained = train_no_autograd(params, X, Y, lr=1.0)
    >>> losses
    tensor([0.6931, 0.5991])
    """
    raise NotImplementedError


def calibrate_bn(
    params: list[Tensor], X: Int[Tensor, "M T"]
) -> tuple[Float[Tensor, "1 H"], Float[Tensor, "1 H"]]:
    """Return the mean and the variance of the hidden layer over a whole data set, for use after training.

    `X` holds the contexts of all M examples. The statistics are those of `hprebn`, the input of
    batchnorm, taken over all examples at once; the variance is the unbiased one (divided by M - 1), and
    loses no digits where a mean is far larger than the spread around it.
    Returns `bnmean` and `bnvar`, both fresh (1, H) tensors of the dtype of `params`; the arguments stay
    as they are.

    >>> C, W1 = torch.tensor([[0.0], [1.0]]), torch.tensor([[1.0, 0.0], [2.0, 4.0]])
    >>> params = [C, W1, torch.tensor([0.0, 1.0]), torch.zeros(2, 2), torch.zeros(2)]
    >>> params += [torch.ones(1, 2), torch.zeros(1, 2)]
    >>> calibrate_bn(params, torch.tensor([[0, 0], [0, 1], [1, 1]]))
    (tensor([[1.6667, 3.6667]]), tensor([[2.3333, 5.3333]]))

    Source: Ioffe & Szegedy 2015, section 3.1.
    """
    raise NotImplementedError


def evaluate_loss(
    params: list[Tensor],
    bnmean: Float[Tensor, "1 H"],
    bnvar: Float[Tensor, "1 H"],
    X: Int[Tensor, "M T"],
    Y: Int[Tensor, "M"],
    eps: float = 1e-5,
) -> Float[Tensor, ""]:
    """Return the mean cross-entropy loss of a trained network on M examples.

    Batchnorm uses the given `bnmean` and `bnvar` in place of the statistics of the examples, so the loss
    of an example doesn't depend on the others; one example alone must work. `X` holds the contexts, `Y`
    the right next characters, `params` is the list of `manual_train_step`. Returns a 0-d tensor of the
    dtype of `params`; the arguments stay as they are.

    Example: if W2 and b2 are zero and V is 27, the loss is ln 27, about 3.2958, for any examples.
    Source: Ioffe & Szegedy 2015, section 3.1.
    """
    raise NotImplementedError


def sample_name(
    params: list[Tensor],
    bnmean: Float[Tensor, "1 H"],
    bnvar: Float[Tensor, "1 H"],
    uniforms: Float[Tensor, "L"],
    eps: float = 1e-5,
) -> list[int]:
    """Sample one name from a trained network, a character at a time, with the random numbers given.

    Start from a context of T zeros; T follows from the shapes of C (V, D) and W1 (T*D, H). At step t
    compute the V probabilities of the next character for the context (batchnorm with `bnmean` and
    `bnvar`). The next character is the first one whose cumulative probability is strictly larger than
    `uniforms[t]`; if rounding leaves none, the last one. It enters the context at the end and the oldest
    one leaves. Stop after the character 0, which belongs to the result, or after L characters. Returns a
    list of ints; the arguments stay as they are.

    Example: if W2 and b2 are zero and V is 4, every probability is 0.25. The uniforms 0.6, 0.25, 0.2, 0.9
    then give [2, 1, 0].
    """
    raise NotImplementedError


def why_not_exact() -> tuple[float, float, float]:
    """Show why two correct gradients may differ in the last digit: the order of a sum matters in float32.

    Return three numbers a, b, c for which (a + b) + c and a + (b + c) differ when everything is done in
    float32. They are rounded to float32 first. Each lies between 0.001 and 1000 in size, and the sum
    keeps its size: it is at least a tenth of the largest of the three, so that no cancellation is to
    blame.

    Example: (1.0, 2.0, 3.0) is no answer, since both sums are 6.
    """
    raise NotImplementedError
