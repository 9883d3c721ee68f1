"""Back through batchnorm, one atomic step at a time."""

import torch
from jaxtyping import Float
from torch import Tensor


def backward_bngain(bnraw: Float[Tensor, "N H"], dhpreact: Float[Tensor, "N H"]) -> Float[Tensor, "1 H"]:
    """Return the gradient of `bngain`, given the gradient of `hpreact`.

    Forward: `hpreact = bngain * bnraw + bnbias`, where `bngain` is a row of shape (1, H). Returns a fresh
    (1, H) tensor of the same dtype; the arguments stay as they are.

    >>> backward_bngain(torch.tensor([[1.0, 2.0], [3.0, 4.0]]), torch.tensor([[1.0, 10.0], [1.0, -1.0]]))
    tensor([[ 4., 16.]])

    Source: Ioffe & Szegedy 2015, section 3.
    """
    raise NotImplementedError


def backward_bnraw(bngain: Float[Tensor, "1 H"], dhpreact: Float[Tensor, "N H"]) -> Float[Tensor, "N H"]:
    """Return the gradient of `bnraw`, given the gradient of `hpreact`.

    Forward: `hpreact = bngain * bnraw + bnbias`, where `bngain` is a row of shape (1, H). Returns a fresh
    (N, H) tensor of the same dtype; the arguments stay as they are.

    >>> backward_bnraw(torch.tensor([[2.0, 0.5]]), torch.tensor([[1.0, 4.0], [3.0, -6.0]]))
    tensor([[ 2.,  2.],
            [ 6., -3.]])
    """
    raise NotImplementedError


def backward_bnbias(dhpreact: Float[Tensor, "N H"]) -> Float[Tensor, "1 H"]:
    """Return the gradient of `bnbias`, given the gradient of `hpreact`.

    Forward: `hpreact = bngain * bnraw + bnbias`, where `bnbias` is a row of shape (1, H): two axes,
    unlike b2. Returns a fresh (1, H) tensor of the same dtype; the argument stays as it is.

    >>> backward_bnbias(torch.tensor([[1.0, 4.0], [3.0, -6.0]]))
    tensor([[ 4., -2.]])
    """
    raise NotImplementedError


def backward_bnvar_inv(bndiff: Float[Tensor, "N H"], dbnraw: Float[Tensor, "N H"]) -> Float[Tensor, "1 H"]:
    """Return the gradient of `bnvar_inv`, given the gradient of `bnraw`.

    Forward: `bnraw = bndiff * bnvar_inv`, where `bnvar_inv` is a row of shape (1, H). Use only the
    arguments. Returns a fresh (1, H) tensor of the same dtype; the arguments stay as they are.

    >>> backward_bnvar_inv(torch.tensor([[1.0, -2.0], [-1.0, 2.0]]), torch.tensor([[3.0, 5.0], [1.0, 6.0]]))
    tensor([[2., 2.]])
    """
    raise NotImplementedError


def backward_bndiff_branch1(
    bnvar_inv: Float[Tensor, "1 H"], dbnraw: Float[Tensor, "N H"]
) -> Float[Tensor, "N H"]:
    """Return the part of the gradient of `bndiff` that comes straight from `bnraw`.

    Forward: `bnraw = bndiff * bnvar_inv`. `bndiff` is used a second time elsewhere; that use is not asked
    for here. Use only the arguments. Returns a fresh (N, H) tensor of the same dtype; the arguments stay
    as they are.

    >>> backward_bndiff_branch1(torch.tensor([[0.5, 2.0]]), torch.tensor([[4.0, 3.0], [2.0, -1.0]]))
    tensor([[ 2.,  6.],
            [ 1., -2.]])
    """
    raise NotImplementedError


def backward_bnvar(
    bnvar: Float[Tensor, "1 H"], dbnvar_inv: Float[Tensor, "1 H"], eps: float = 1e-5
) -> Float[Tensor, "1 H"]:
    """Return the gradient of `bnvar`, given the gradient of `bnvar_inv`.

    Forward: `bnvar_inv = (bnvar + eps) ** -0.5`. Some variances are as small as `eps`. Returns a fresh
    (1, H) tensor of the same dtype; the arguments stay as they are.

    >>> backward_bnvar(torch.tensor([[3.0, 0.0]]), torch.tensor([[32.0, -6.0]]), eps=1.0)
    tensor([[-2.,  3.]])
    """
    raise NotImplementedError


def backward_bndiff2(dbnvar: Float[Tensor, "1 H"], N: int) -> Float[Tensor, "N H"]:
    """Return the gradient of `bndiff2`, given the gradient of `bnvar`.

    Forward: `bnvar = bndiff2.sum(dim=0, keepdim=True) / (N - 1)`, with `bndiff2` of shape (N, H): the
    unbiased variance. Returns a fresh (N, H) tensor of the same dtype; the argument stays as it is.

    >>> backward_bndiff2(torch.tensor([[6.0, -2.0]]), N=3)
    tensor([[ 3., -1.],
            [ 3., -1.],
            [ 3., -1.]])
    """
    raise NotImplementedError


def backward_bndiff(
    bndiff: Float[Tensor, "N H"], dbndiff_branch1: Float[Tensor, "N H"], dbndiff2: Float[Tensor, "N H"]
) -> Float[Tensor, "N H"]:
    """Return the whole gradient of `bndiff`, given what its two uses send back.

    Forward: `bndiff2 = bndiff**2` and `bnraw = bndiff * bnvar_inv`. `dbndiff_branch1` is what came back
    through `bnraw`, `dbndiff2` is the gradient of `bndiff2`. Returns a fresh (N, H) tensor of the same
    dtype; the arguments stay as they are.

    >>> bndiff = torch.tensor([[3.0, -1.0]])
    >>> backward_bndiff(bndiff, torch.tensor([[100.0, 200.0]]), torch.tensor([[1.0, 5.0]]))
    tensor([[106., 190.]])
    """
    raise NotImplementedError


def backward_bnmeani(dbndiff: Float[Tensor, "N H"]) -> Float[Tensor, "1 H"]:
    """Return the gradient of `bnmeani`, given the gradient of `bndiff`.

    Forward: `bndiff = hprebn - bnmeani`, where `bnmeani` is a row of shape (1, H). Returns a fresh (1, H)
    tensor of the same dtype; the argument stays as it is.

    >>> backward_bnmeani(torch.tensor([[1.0, 4.0], [3.0, -6.0]]))
    tensor([[-4.,  2.]])
    """
    raise NotImplementedError


def backward_hprebn(dbndiff: Float[Tensor, "N H"], dbnmeani: Float[Tensor, "1 H"]) -> Float[Tensor, "N H"]:
    """Return the whole gradient of `hprebn`, given the gradients of `bndiff` and of `bnmeani`.

    Forward: `bnmeani = hprebn.sum(dim=0, keepdim=True) / N` and `bndiff = hprebn - bnmeani`. The rows are
    the batch. The two gradients may be any numbers. Returns a fresh (N, H) tensor of the same dtype; the
    arguments stay as they are.

    >>> backward_hprebn(torch.tensor([[1.0, 4.0], [3.0, -6.0]]), torch.tensor([[20.0, 40.0]]))
    tensor([[11., 24.],
            [13., 14.]])
    """
    raise NotImplementedError
