"""Batchnorm backward on paper: from the four pieces to one formula."""

import torch
from jaxtyping import Float
from torch import Tensor


def bn_var(x: Float[Tensor, "N H"], mode: str) -> Float[Tensor, "1 H"]:
    """Return the variance of each column of `x`, with the divisor that `mode` names.

    The rows are the batch. "biased" divides by N, "unbiased" by N - 1. Any other mode raises a
    ValueError. No digits are lost where the mean of a column is far larger than its spread. Returns a
    fresh (1, H) tensor of the same dtype; `x` stays as it is.

    >>> bn_var(torch.tensor([[1.0, 0.0], [3.0, 4.0]]), "biased")
    tensor([[1., 4.]])
    >>> bn_var(torch.tensor([[1.0, 0.0], [3.0, 4.0]]), "unbiased")
    tensor([[2., 8.]])
    """
    raise NotImplementedError


def bessel_divisors() -> dict[str, str]:
    """Say which divisor PyTorch uses in four places where a variance is taken of n numbers.

    Returns a dict with the keys "torch.var", "torch.var correction=0", "BatchNorm1d training forward" and
    "BatchNorm1d running_var update", and for each of them the string "n" or "n-1". "torch.var" means a
    call without further arguments. Predict first; then read the documentation or try it.

    Example of the form, for another function: {"torch.mean": "n"}.
    Source: Ioffe & Szegedy 2015, algorithms 1 and 2; the PyTorch documentation of BatchNorm1d.
    """
    raise NotImplementedError


def bessel_bias(n: int) -> float:
    """Return the factor by which the unbiased variance of n numbers is larger than the biased one.

    `n` is at least 2. The factor is the same for all numbers.

    >>> bessel_bias(5)
    1.25
    """
    raise NotImplementedError


def batchnorm_dxhat(bngain: Float[Tensor, "1 H"], dhpreact: Float[Tensor, "N H"]) -> Float[Tensor, "N H"]:
    """Return the gradient of the normalised value xhat, given the gradient of `hpreact`.

    Forward: `hpreact = bngain * xhat + bnbias`; xhat is what the atomic graph calls `bnraw`. Returns a
    fresh (N, H) tensor of the same dtype; the arguments stay as they are.

    >>> batchnorm_dxhat(torch.tensor([[2.0, 0.5]]), torch.tensor([[1.0, 4.0], [3.0, -6.0]]))
    tensor([[ 2.,  2.],
            [ 6., -3.]])

    Source: Ioffe & Szegedy 2015, section 3.
    """
    raise NotImplementedError


def batchnorm_dvar(
    hprebn: Float[Tensor, "N H"], dxhat: Float[Tensor, "N H"], eps: float = 1e-5
) -> Float[Tensor, "1 H"]:
    """Return the gradient of the variance of each column, given the gradient of xhat.

    Forward: `xhat = (hprebn - mu) * (var + eps) ** -0.5`, with `mu` the mean of each column over the
    batch and `var` its unbiased variance (divided by N - 1). Compute both inside. `eps` matters: some
    variances are as small as it. Returns a fresh (1, H) tensor of the same dtype; the arguments stay as
    they are.

    >>> hprebn = torch.tensor([[1.0], [2.0], [3.0]])
    >>> batchnorm_dvar(hprebn, torch.tensor([[1.0], [5.0], [-3.0]]), eps=3.0)
    tensor([[0.2500]])
    """
    raise NotImplementedError


def batchnorm_vanishing_term(hprebn: Float[Tensor, "N H"], mu: Float[Tensor, "1 H"]) -> Float[Tensor, "1 H"]:
    """Return the derivative of the variance with respect to the `mu` in it, for any `mu` put in its place.

    Per column, the variance is the sum over the batch of (hprebn - mu) ** 2, divided by N - 1. Here `mu`
    is an argument like any other, and need not be the mean. Try it with the mean and see what is left.
    Returns a fresh (1, H) tensor of the same dtype; the arguments stay as they are.

    >>> batchnorm_vanishing_term(torch.tensor([[1.0], [2.0], [6.0]]), torch.tensor([[1.0]]))
    tensor([[-6.]])
    """
    raise NotImplementedError


def batchnorm_dmu(dxhat: Float[Tensor, "N H"], bnvar_inv: Float[Tensor, "1 H"]) -> Float[Tensor, "1 H"]:
    """Return the whole gradient of the mean of each column, given the gradient of xhat.

    Forward: `xhat = (hprebn - mu) * bnvar_inv`, with `bnvar_inv = (var + eps) ** -0.5`, and `mu` the
    mean. The variance uses `mu` too; decide what that path adds. Use only the arguments: `bnvar_inv` may
    be any row of positive numbers. Returns a fresh (1, H) tensor of the same dtype; the arguments stay as
    they are.

    >>> batchnorm_dmu(torch.tensor([[1.0, 4.0], [3.0, -6.0]]), torch.tensor([[0.5, 2.0]]))
    tensor([[-2.,  4.]])
    """
    raise NotImplementedError


def batchnorm_dx_terms(
    dxhat: Float[Tensor, "N H"],
    dvar: Float[Tensor, "1 H"],
    dmu: Float[Tensor, "1 H"],
    hprebn: Float[Tensor, "N H"],
    bnvar_inv: Float[Tensor, "1 H"],
) -> tuple[Float[Tensor, "N H"], Float[Tensor, "N H"], Float[Tensor, "N H"]]:
    """Return the three parts of the gradient of `hprebn`, one for each arrow that leaves it.

    Forward: `mu` is the mean of each column of `hprebn`, `var` its unbiased variance (divided by N - 1),
    `xhat = (hprebn - mu) * bnvar_inv`. `dxhat`, `dvar` and `dmu` are the gradients of xhat, var and mu;
    they and `bnvar_inv` may be any numbers, so use the arguments as they are. Returns three fresh
    tensors, each of shape (N, H): what comes back via xhat, via the variance, via the mean, in this
    order. Same dtype; the arguments stay as they are.

    >>> via_xhat, via_var, via_mean = batchnorm_dx_terms(
    ...     dxhat=torch.tensor([[1.0], [2.0], [4.0]]), dvar=torch.tensor([[5.0]]), dmu=torch.tensor([[6.0]]),
    ...     hprebn=torch.tensor([[1.0], [2.0], [6.0]]), bnvar_inv=torch.tensor([[0.5]]))
    >>> via_var
    tensor([[-10.],
            [ -5.],
            [ 15.]])
    """
    raise NotImplementedError


def batchnorm_dhprebn(
    dhpreact: Float[Tensor, "N H"],
    bnraw: Float[Tensor, "N H"],
    bnvar_inv: Float[Tensor, "1 H"],
    bngain: Float[Tensor, "1 H"],
) -> Float[Tensor, "N H"]:
    """Return the gradient of `hprebn`, given the gradient of `hpreact`, in one formula.

    Forward, with mean and variance over the batch: `bnraw = (hprebn - mean) * bnvar_inv`, `bnvar_inv =
    (var + eps) ** -0.5`, `hpreact = bngain * bnraw + bnbias`. The variance is the unbiased one (divided
    by N - 1). Use only the arguments: `bnraw` and `bnvar_inv` are given, `hprebn` is not needed. Returns
    a fresh (N, H) tensor of the same dtype; the arguments stay as they are.

    >>> dhpreact = torch.tensor([[1.0], [0.0], [0.0], [0.0]])
    >>> bnraw = torch.tensor([[1.5], [0.0], [-0.75], [-0.75]])
    >>> batchnorm_dhprebn(dhpreact, bnraw, torch.tensor([[0.5]]), torch.tensor([[8.0]]))
    tensor([[ 0.0000],
            [-1.0000],
            [ 0.5000],
            [ 0.5000]])

    Source: Ioffe & Szegedy 2015, section 3 (there with the biased variance).
    """
    raise NotImplementedError


def batchnorm_dhprebn_biased(
    dhpreact: Float[Tensor, "N H"],
    bnraw: Float[Tensor, "N H"],
    bnvar_inv: Float[Tensor, "1 H"],
    bngain: Float[Tensor, "1 H"],
) -> Float[Tensor, "N H"]:
    """Return the same gradient as `batchnorm_dhprebn`, for a forward pass with the biased variance.

    The variance is now divided by N, as in the paper and in the training pass of PyTorch's layer; all
    else is the same. Use only the arguments. Returns a fresh (N, H) tensor of the same dtype; the
    arguments stay as they are.

    >>> dhpreact = torch.tensor([[1.0], [0.0], [0.0], [0.0]])
    >>> bnraw = torch.tensor([[1.5], [0.5], [-1.0], [-1.0]])
    >>> batchnorm_dhprebn_biased(dhpreact, bnraw, torch.tensor([[0.5]]), torch.tensor([[8.0]]))
    tensor([[ 0.7500],
            [-1.7500],
            [ 0.5000],
            [ 0.5000]])

    Source: Ioffe & Szegedy 2015, section 3.
    """
    raise NotImplementedError


def batchnorm_dgamma_dbeta(
    bnraw: Float[Tensor, "N H"], dhpreact: Float[Tensor, "N H"]
) -> tuple[Float[Tensor, "1 H"], Float[Tensor, "1 H"]]:
    """Return the gradients of the gain (gamma) and of the bias (beta) of batchnorm, in this order.

    Forward: `hpreact = bngain * bnraw + bnbias`, with `bngain` and `bnbias` of shape (1, H). Returns two
    fresh (1, H) tensors of the same dtype; the arguments stay as they are.

    >>> batchnorm_dgamma_dbeta(torch.tensor([[1.0], [-1.0], [2.0]]), torch.tensor([[10.0], [1.0], [3.0]]))
    (tensor([[15.]]), tensor([[14.]]))

    Source: Ioffe & Szegedy 2015, section 3.
    """
    raise NotImplementedError
