"""What stands between two rounds of attention: normalising, thinking, and forgetting on purpose."""

import torch
from jaxtyping import Float
from torch import Tensor


def layer_norm(
    x: Float[Tensor, "... C"],
    gamma: Float[Tensor, "C"],
    beta: Float[Tensor, "C"],
    eps: float = 1e-5,
) -> Float[Tensor, "... C"]:
    """Return `x` with each of its vectors of C numbers normalised, scaled by `gamma`, shifted by `beta`.

    However many axes `x` has, the last one holds the vectors, and each vector is treated alone: no batch,
    no running statistics, the same in training and afterwards. The variance is the biased one (divided by
    C), and `eps` is added to it before anything else is done with it. In float64, six digits are right even
    where the mean of a vector is a million times its spread. Returns a fresh tensor with the shape and dtype
    of `x`; the arguments stay as they are. Gradients have to find their way back through it.

    >>> layer_norm(torch.tensor([[1.0, 2.0, 3.0, 4.0]]), torch.ones(4), torch.zeros(4))
    tensor([[-1.3416, -0.4472,  0.4472,  1.3416]])

    Source: Ba, Kiros & Hinton 2016, section 3.
    """
    raise NotImplementedError


def feed_forward(
    x: Float[Tensor, "B T C"],
    W1: Float[Tensor, "H C"],
    b1: Float[Tensor, "H"],
    W2: Float[Tensor, "C H"],
    b2: Float[Tensor, "C"],
    act: str = "relu",
) -> Float[Tensor, "B T C"]:
    """Return what a layer of H hidden units makes of each position, brought back to C channels.

    Two linear layers, their weights stored as (out, in), with a nonlinearity between them: `act` is "relu"
    or "gelu", the exact one with the error function. H is four times C in most models; here it is any
    number. Every position is treated alone. Returns a fresh (B, T, C) tensor of the same dtype; the
    arguments stay as they are. Gradients have to find their way back through it.

    >>> x, W1 = torch.tensor([[[1.0], [-2.0]]]), torch.tensor([[1.0], [-1.0]])
    >>> feed_forward(x, W1, torch.zeros(2), torch.tensor([[10.0, 100.0]]), torch.tensor([0.5]))
    tensor([[[ 10.5000],
             [200.5000]]])

    Source: Vaswani et al. 2017, section 3.3; Hendrycks & Gimpel 2016 for the GELU.
    """
    raise NotImplementedError


def dropout(
    x: Float[Tensor, "B T C"], noise: Float[Tensor, "B T C"], p: float, training: bool = True
) -> Float[Tensor, "B T C"]:
    """Return `x` with some entries set to zero while training, and unchanged otherwise.

    The random numbers are given: `noise` holds for each entry of `x` a number from 0 to 1, spread evenly.
    An entry is dropped where its number is below `p`. The expected value of every entry is the same with
    dropout as without it, in training and afterwards. Returns a (B, T, C) tensor of the same dtype; the
    arguments stay as they are. Gradients have to find their way back through it.

    >>> dropout(torch.tensor([[[3.0, 6.0, 9.0]]]), torch.tensor([[[0.9, 0.1, 0.4]]]), p=0.25)
    tensor([[[ 4.,  0., 12.]]])

    Source: Srivastava et al. 2014; the scaling at training time is section 10 there.
    """
    raise NotImplementedError
