"""The dashboard: what to look at before and while a network trains."""

import math

import torch
from jaxtyping import Float
from torch import Tensor


def activation_stats(layers: list[Tensor], tau: float = 0.97) -> list[dict[str, float]]:
    """Describe the activations of every tanh layer of a network by three numbers.

    `layers` holds the output of each layer, tensors of any shapes. Returns a list with a dict for each of
    them: "mean", "std" (as `torch.Tensor.std` takes it) and "saturated", the share of its numbers that are
    more than `tau` away from zero. All values are floats.

    >>> activation_stats([torch.tensor([[0.0, 0.99], [-0.99, 0.0]])])
    [{'mean': 0.0, 'std': 0.808..., 'saturated': 0.5}]
    """
    raise NotImplementedError


def activation_histogram(
    h: Float[Tensor, "N H"], bins: int
) -> tuple[Float[Tensor, "bins"], Float[Tensor, "edges"]]:
    """Return the histogram of all numbers in `h` as a density, with its edges.

    The bins are equally wide and go from the smallest number to the largest, which belongs to the last
    bin. The heights are such that the area under the histogram is 1, so that histograms of layers of
    different sizes can be drawn over each other. No number lies on an edge between two bins. Returns the
    pair density (bins,) and edges (bins + 1,), fresh tensors of the dtype of `h`.

    >>> activation_histogram(torch.tensor([[0.0, 0.1], [0.2, 2.0]]), bins=2)
    (tensor([0.7500, 0.2500]), tensor([0., 1., 2.]))
    """
    raise NotImplementedError


def gradient_stats(
    x: Float[Tensor, "N K"], weights: list[Tensor], dout: Float[Tensor, "N V"]
) -> list[dict[str, float]]:
    """Describe the gradients that arrive at the layers of a network, from the first layer to the last.

    Layer i computes `h_i = torch.tanh(h_before @ weights[i])`, where `h_before` is the output of the layer
    before it, and `x` for the first. `dout` is the gradient of the loss with respect to the output of the
    last layer. Returns a list with a dict for each layer: "mean" and "std" (as `torch.Tensor.std` takes it)
    of the gradient with respect to its output `h_i`, as floats. You may do it by hand or with autograd, and
    the arguments stay as they are.

    >>> weights = [torch.tensor([[1.0]]), torch.tensor([[2.0]])]
    >>> gradient_stats(torch.zeros(2, 1), weights, torch.tensor([[1.0], [3.0]]))
    [{'mean': 4.0, 'std': 2.828...}, {'mean': 2.0, 'std': 1.414...}]
    """
    raise NotImplementedError


def weight_grad_stats(params: list[Tensor], grads: list[Tensor]) -> list[dict[str, float]]:
    """Compare the size of the gradients of the weight matrices with the size of the weights.

    `params` are the parameters of a network and `grads` their gradients, in the same order. Only matrices
    count, parameters with two axes; biases and the like are left out. Returns a list with a dict for each
    matrix, in order: "mean" and "std" of its gradient, and "ratio", the standard deviation of the gradient
    as a share of that of the weights. Standard deviations are as `torch.Tensor.std` takes them, all values
    are floats.

    >>> W, b = torch.tensor([[10.0, -10.0]]), torch.tensor([0.0, 0.0])
    >>> stats = weight_grad_stats([W, b], [torch.tensor([[2.0, 4.0]]), torch.tensor([1.0, 5.0])])
    >>> [round(stats[0][key], 4) for key in ("mean", "std", "ratio")], len(stats)
    ([3.0, 1.4142, 0.1], 1)
    """
    raise NotImplementedError


def update_data_ratio(params: list[Tensor], grads: list[list[Tensor]], lr: float) -> Float[Tensor, "S P"]:
    """Train with given gradients and write down, before each update, how large it is for its weights.

    `grads[s]` holds the gradients of step s for all parameters, in the order of `params`. At each step, for
    each matrix (a parameter with two axes), take the standard deviation of what will be subtracted as a
    share of that of the numbers that it will be subtracted from, and the logarithm of that to base 10:
    -3 means that a step changes the weights by a thousandth. Then make the step of gradient descent, on all
    parameters. Returns an (S, P) tensor of the dtype of `params`: a row for each of the S steps, a column
    for each of the P matrices, in order. The arguments stay as they are: train on copies.

    >>> W, b = torch.tensor([[10.0, -10.0]]), torch.tensor([0.0, 0.0])
    >>> step = [torch.tensor([[1.0, -1.0]]), torch.tensor([1.0, 5.0])]
    >>> update_data_ratio([W, b], [step, step], lr=1.0)
    tensor([[-1.0000],
            [-0.9542]])
    """
    raise NotImplementedError
