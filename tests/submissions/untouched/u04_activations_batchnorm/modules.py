"""Layers as objects: linear, batchnorm, tanh, and networks made of them, as PyTorch has them."""

import itertools
from collections.abc import Callable
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor


class LinearModule:
    """A linear layer: `x @ weight + bias`.

    `weight` is a tensor of shape (fan_in, fan_out), drawn from a normal distribution with mean 0 whose
    standard deviation keeps the spread of standardised inputs: gain 1. Every new layer draws other numbers.
    `bias` is a tensor of zeros of shape (fan_out,), or None where the layer has none. `out` is the output of
    the last call.

    >>> layer = LinearModule(3, 2)
    >>> [tuple(p.shape) for p in layer.parameters()]
    [(3, 2), (2,)]
    >>> layer(torch.zeros(1, 3)), LinearModule(3, 2, bias=False).bias
    (tensor([[0., 0.]]), None)

    PyTorch's own layer stores the transposed weight and draws both from another distribution.
    """

    def __init__(self, fan_in: int, fan_out: int, bias: bool = True) -> None:
        """Draw the weight and make the bias."""
        raise NotImplementedError

    def __call__(self, x: Float[Tensor, "N K"]) -> Float[Tensor, "N H"]:
        """Return the output for a batch `x`, and keep it in `out`. `x` stays as it is."""
        raise NotImplementedError

    def parameters(self) -> list[Tensor]:
        """Return what is trained: the weight, and the bias if there is one. The tensors themselves."""
        raise NotImplementedError


class BatchNorm1dModule:
    """A batchnorm layer for `dim` features, which behaves as PyTorch's `BatchNorm1d` does.

    While `training` is True, as it is at first, a batch is normalised by its own mean and its biased
    variance (divided by N), and a share `momentum` of its mean and of its unbiased variance (divided by
    N - 1) enters the running statistics; the rest, 1 - momentum, stays as it was. While `training` is
    False, the running statistics take the place of the batch's and stay as they are. `eps` belongs to the
    variance.

    Attributes, each of shape (dim,): the parameters `gamma` and `beta`, so that a new layer only
    normalises; `running_mean`, at first 0, and `running_var`, at first 1, which are not trained and keep
    no graph for autograd. `out` is the output of the last call.

    >>> layer = BatchNorm1dModule(1)
    >>> layer(torch.tensor([[1.0], [3.0]]))
    tensor([[-1.0000],
            [ 1.0000]])
    >>> layer.running_mean, layer.running_var
    (tensor([0.2000]), tensor([1.1000]))

    Source: Ioffe & Szegedy 2015; the PyTorch documentation of BatchNorm1d.
    """

    def __init__(self, dim: int, eps: float = 1e-5, momentum: float = 0.1) -> None:
        """Make the parameters, the running statistics and the flag."""
        raise NotImplementedError

    def __call__(self, x: Float[Tensor, "N H"]) -> Float[Tensor, "N H"]:
        """Return the output for a batch `x`, and keep it in `out`. `x` stays as it is."""
        raise NotImplementedError

    def parameters(self) -> list[Tensor]:
        """Return what is trained: gamma, then beta. The tensors themselves."""
        raise NotImplementedError


class TanhModule:
    """The hyperbolic tangent as a layer. `out` is the output of the last call.

    >>> layer = TanhModule()
    >>> layer(torch.tensor([[0.0, 100.0]])), layer.parameters()
    (tensor([[0., 1.]]), [])
    """

    def __call__(self, x: Float[Tensor, "N H"]) -> Float[Tensor, "N H"]:
        """Return the output for a batch `x`, and keep it in `out`. `x` stays as it is."""
        raise NotImplementedError

    def parameters(self) -> list[Tensor]:
        """Return what is trained."""
        raise NotImplementedError


class Sequential:
    """Layers one after the other, as one layer.

    `layers` is a list of layers: objects that can be called, have a method `parameters()` and may look at
    their attribute `training`. They may be of any class, a `Sequential` among them. The attribute `out` is
    the output of the last call, `training` the flag that was set last, at first True.

    >>> model = Sequential([TanhModule(), TanhModule()])
    >>> model(torch.tensor([[1.0]])), model.parameters()
    (tensor([[0.6420]]), [])
    >>> model.train(False)
    >>> model.training, model.layers[1].training
    (False, False)
    """

    def __init__(self, layers: list[Any]) -> None:
        """Keep the layers in the attribute `layers`."""
        raise NotImplementedError

    def __call__(self, x: Tensor) -> Tensor:
        """Return what comes out at the end for `x`, and keep it in `out`."""
        raise NotImplementedError

    def parameters(self) -> list[Tensor]:
        """Return the parameters of all layers, in order, in one flat list. The tensors themselves."""
        raise NotImplementedError

    def train(self, mode: bool = True) -> None:
        """Set the flag `training` of this object and of every layer in it, at any depth, to `mode`."""
        raise NotImplementedError


def build_mlp_bn(
    widths: list[int],
    Linear: Callable[..., Any],
    BatchNorm1d: Callable[..., Any],
    Tanh: Callable[..., Any],
) -> list[Any]:
    """Build the layers of a deep network in which every linear layer is followed by batchnorm.

    `widths` are the widths from the input to the classes. Each two neighbours are joined by a linear layer
    without bias (why, says `bias_before_bn_is_dead`), then comes batchnorm, then a tanh; after the last
    batchnorm there is none. The three classes are arguments, so that you can build with layers of your
    own or of others: `Linear(fan_in, fan_out, bias=...)` with the attribute `weight`, `BatchNorm1d(dim)`
    with `gamma` and `beta`, `Tanh()`; all have the method `parameters()`. At the end make the first
    predictions unsure: scale the output of the network to a tenth, by what still has an effect on it.
    Everything else stays as the classes make it; parameters that require gradients remain leaves.
    Returns the layers as a list, each one an object of its own.

    >>> layers = build_mlp_bn([3, 4, 2], LinearModule, BatchNorm1dModule, TanhModule)
    >>> [type(layer).__name__.removesuffix("Module") for layer in layers]
    ['Linear', 'BatchNorm1d', 'Tanh', 'Linear', 'BatchNorm1d']
    >>> sum(p.numel() for layer in layers for p in layer.parameters())
    32
    """
    raise NotImplementedError
