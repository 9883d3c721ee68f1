"""Batchnorm forward: training, running statistics, evaluation, and what comes with them."""

import math
from collections.abc import Callable

import torch
from jaxtyping import Float
from torch import Tensor


def batchnorm_train_forward(
    x: Float[Tensor, "N H"], gamma: Float[Tensor, "1 H"], beta: Float[Tensor, "1 H"], eps: float = 1e-5
) -> tuple[Float[Tensor, "N H"], Float[Tensor, "1 H"], Float[Tensor, "1 H"]]:
    """Normalise a batch as batchnorm does in training, and return what it used.

    The rows of `x` are the examples. Each column gets mean 0 and variance 1 over the batch, by its own
    mean and its biased variance (divided by N), and then the gain `gamma` and the bias `beta`. `eps`
    keeps a constant column finite; some variances here are as small as it, so its place matters: it
    belongs to the variance. A float64 column may lie ten million away from zero with a spread of a tenth,
    and its variance must be right all the same. Returns three fresh tensors of the same dtype: the output
    (N, H), the mean (1, H) and the biased variance (1, H), without eps. The arguments stay as they are.

    >>> x = torch.tensor([[1.0], [3.0], [3.0], [5.0]])
    >>> out, mean, var = batchnorm_train_forward(x, torch.tensor([[1.0]]), torch.tensor([[10.0]]), eps=2.0)
    >>> out.T, mean, var
    (tensor([[ 9., 10., 10., 11.]]), tensor([[3.]]), tensor([[2.]]))

    Source: Ioffe & Szegedy 2015, algorithm 1.
    """
    raise NotImplementedError


def batchnorm_running_stats(
    rmean: Float[Tensor, "1 H"],
    rvar: Float[Tensor, "1 H"],
    x: Float[Tensor, "N H"],
    momentum: float = 0.1,
) -> tuple[Float[Tensor, "1 H"], Float[Tensor, "1 H"]]:
    """Return the running mean and the running variance after one more training batch.

    `momentum` is the share of what is new, as in PyTorch: with 0.1, a tenth comes from the batch `x` and
    nine tenths from what was there. The batch gives its mean and its unbiased variance (divided by
    N - 1), since these numbers estimate all data, not this batch. Returns two fresh (1, H) tensors of the
    same dtype; the arguments stay as they are.

    >>> x = torch.tensor([[2.0], [6.0]])
    >>> batchnorm_running_stats(torch.tensor([[0.0]]), torch.tensor([[1.0]]), x, momentum=0.25)
    (tensor([[1.]]), tensor([[2.7500]]))

    Source: Ioffe & Szegedy 2015, section 3.1; the PyTorch documentation of BatchNorm1d.
    """
    raise NotImplementedError


def batchnorm_eval_forward(
    x: Float[Tensor, "N H"],
    gamma: Float[Tensor, "1 H"],
    beta: Float[Tensor, "1 H"],
    rmean: Float[Tensor, "1 H"],
    rvar: Float[Tensor, "1 H"],
    eps: float = 1e-5,
) -> Float[Tensor, "N H"]:
    """Normalise examples as batchnorm does after training.

    The mean and the variance are the stored ones, `rmean` and `rvar`, whatever `x` holds. So one example
    alone works (N may be 1), and no example sees the others. `eps` has the same place as in training.
    Returns a fresh (N, H) tensor of the same dtype; the arguments stay as they are.

    >>> one, half = torch.tensor([[1.0]]), torch.tensor([[0.5]])
    >>> batchnorm_eval_forward(torch.tensor([[7.0]]), half, one, torch.tensor([[3.0]]), one, eps=3.0)
    tensor([[2.]])

    Source: Ioffe & Szegedy 2015, section 3.1, algorithm 2.
    """
    raise NotImplementedError


def batchnorm_calibrate(
    preact: Callable[[Tensor], Tensor], splits: dict[str, list[Tensor]]
) -> tuple[Float[Tensor, "1 H"], Float[Tensor, "1 H"]]:
    """Measure once, after training, the mean and the variance that batchnorm will use from now on.

    `splits` holds the inputs of the whole data set under the keys "train", "val" and "test". Each is a
    list of batches, tensors of shape (number of examples, K), and the batches have different numbers of
    examples. `preact` turns a batch into the input of the batchnorm layer, (number of examples, H).
    Choose the split that a trained network may learn from. Every one of its examples counts the same.
    Returns the mean and the unbiased variance (divided by the number of examples less one), two fresh
    (1, H) tensors of the dtype of the data. The arguments stay as they are.

    >>> train = [torch.tensor([[1.0], [2.0], [3.0]]), torch.tensor([[6.0]])]
    >>> splits = {"train": train, "val": [torch.tensor([[8.0]])], "test": [torch.tensor([[9.0]])]}
    >>> batchnorm_calibrate(lambda X: 10 * X, splits)
    (tensor([[30.]]), tensor([[466.6667]]))

    Source: Ioffe & Szegedy 2015, section 3.1.
    """
    raise NotImplementedError


def bias_before_bn_is_dead(weight_grads: list[Tensor], bias_grads: list[Tensor]) -> list[bool]:
    """Find the biases that learn nothing, from gradients that were measured.

    Layer number i has the weight gradient `weight_grads[i]`, of shape (fan_in, fan_out), and the bias
    gradient `bias_grads[i]`, of shape (fan_out,). They were measured in a real network in float32, so a
    gradient that is zero in truth comes out as rounding. A bias counts as dead if no entry of its
    gradient is larger in size than 1e-5 times the largest size in the weight gradient of the same layer,
    which may be zero. Returns one bool per layer, True for dead.

    >>> dW, db = torch.tensor([[0.5, -2.0]]), torch.tensor([3e-9, -1e-9])
    >>> bias_before_bn_is_dead([dW, dW], [db, torch.tensor([-0.1, 0.0])])
    [True, False]

    Source: Ioffe & Szegedy 2015, section 3.2.
    """
    raise NotImplementedError


def batch_coupling_demo(
    example: Float[Tensor, "1 H"],
    first: Float[Tensor, "A H"],
    second: Float[Tensor, "B H"],
    gamma: Float[Tensor, "1 H"],
    beta: Float[Tensor, "1 H"],
    rmean: Float[Tensor, "1 H"],
    rvar: Float[Tensor, "1 H"],
    eps: float = 1e-5,
) -> tuple[Float[Tensor, "1 H"], Float[Tensor, "1 H"], Float[Tensor, "1 H"]]:
    """Show that in training batchnorm lets an example depend on its companions, and in evaluation not.

    Put `example` through batchnorm three times: in training mode in one batch with the rows of `first`;
    in training mode in one batch with the rows of `second`; in evaluation mode, with the stored `rmean`
    and `rvar`. The example belongs to its batch: the statistics are those of A + 1 and of B + 1 rows. The
    variance in training is the biased one (divided by the number of rows). Returns what becomes of the
    example, three fresh (1, H) tensors in this order; the arguments stay as they are.

    >>> one, zero = torch.tensor([[1.0]]), torch.tensor([[0.0]])
    >>> first, second = torch.tensor([[1.0]]), torch.tensor([[5.0], [9.0]])
    >>> a, b, alone = batch_coupling_demo(zero, first, second, one, zero, torch.tensor([[-2.0]]), one)
    >>> print([round(float(value), 2) for value in (a, b, alone)])
    [-1.0, -1.27, 2.0]
    """
    raise NotImplementedError


def layer_norm_contrast(
    x: Float[Tensor, "N H"], gamma: Float[Tensor, "1 H"], beta: Float[Tensor, "1 H"], eps: float = 1e-5
) -> tuple[Float[Tensor, "N H"], Float[Tensor, "N 1"], Float[Tensor, "N 1"]]:
    """Normalise each example by its own features: layer norm, the sister of batchnorm.

    Each row of `x` gets mean 0 and variance 1 over its H features, by its own mean and its biased
    variance (divided by H), then the gain `gamma` and the bias `beta`, which still have one entry per
    feature. No row depends on another, so nothing has to be stored for evaluation. Returns three fresh
    tensors of the same dtype: the output (N, H), the means (N, 1) and the biased variances (N, 1),
    without eps. The arguments stay as they are.

    >>> gamma, beta = torch.tensor([[1.0, 10.0]]), torch.tensor([[0.0, 5.0]])
    >>> out, mean, var = layer_norm_contrast(torch.tensor([[1.0, 5.0], [0.0, 0.0]]), gamma, beta, eps=12.0)
    >>> out
    tensor([[-0.5000, 10.0000],
            [ 0.0000,  5.0000]])

    Source: Ba, Kiros & Hinton 2016, Layer Normalization, section 3.
    """
    raise NotImplementedError


def bn_scale_law(
    loss: float, dW: Float[Tensor, "K H"], log_ratio: float, lr: float, s: float
) -> tuple[float, Float[Tensor, "K H"], float, float]:
    """Predict what happens to training when the weights in front of a batchnorm layer are scaled.

    A linear layer without bias, `x @ W`, goes into batchnorm in training mode, with an eps too small to
    matter, then through the rest of a network. You have measured the `loss`, the gradient `dW` of the
    weights (K, H), and `log_ratio = log10(std(lr * dW) / std(W))`, where `lr` is the learning rate. Now
    `s * W` takes the place of `W`, with s > 0, and nothing else changes.
    Returns four predictions: the loss; the gradient of the new weights, a fresh (K, H) tensor; the new
    log10 ratio of update to data, with the same learning rate; and the learning rate at which it would be
    what it was before. Check your derivation with a small network and autograd in a notebook of your own.

    >>> bn_scale_law(2.5, torch.tensor([[0.5, -1.0]]), log_ratio=-3.0, lr=0.1, s=1.0)
    (2.5, tensor([[ 0.5000, -1.0000]]), -3.0, 0.1)
    """
    raise NotImplementedError


def momentum_choice(N: int, noise: float) -> float:
    """Choose the momentum of a batchnorm layer so that its running mean is quiet enough.

    The values of a unit have standard deviation 1, and every batch holds `N` new examples of them, all
    independent. `momentum` is the share of what is new. After very many batches the running mean still
    jumps around the true mean, with some standard deviation. Return the largest momentum from 0 to 1 for
    which that is at most `noise`, a number above 0. Larger is better where it is quiet enough, since the
    layer then follows a network that changes.

    >>> round(momentum_choice(1, 0.5), 6), momentum_choice(4, 0.5), momentum_choice(100, 0.5)
    (0.4, 1.0, 1.0)
    """
    raise NotImplementedError


def batchnorm_summary_quiz() -> dict[str, str]:
    """Answer nine questions about a batchnorm layer and what stands before it.

    Returns a dict with these keys and for each one of the words after it:
    "gamma", "beta", "running mean", "running variance", "bias of the linear layer before":
    "trained" by gradient descent, "averaged" during training, or "left out";
    "training" and "evaluation", for what normalises an example there: "batch" or "stored" statistics;
    "variance that normalises" and "variance that is stored", as PyTorch does it: "biased" or "unbiased".

    Example of the form, for another layer: {"weight": "trained"}.
    """
    raise NotImplementedError
