"""Principled scales: how large the weights must be so that signals neither fade nor blow up."""

import math
from collections.abc import Callable

import torch
from jaxtyping import Float
from torch import Tensor


def std_after_matmul(x_std: float, w_std: float, fan_in: int) -> float:
    """Predict the standard deviation of the entries of `x @ w`, without multiplying anything.

    All entries of `x` (N, fan_in) and of `w` (fan_in, fan_out) are drawn independently, with mean zero and
    the standard deviations `x_std` and `w_std`. Returns the standard deviation over all such draws.

    >>> std_after_matmul(1.0, 1.0, 16)
    4.0
    """
    raise NotImplementedError


def kaiming_std(fan_in: int, gain: float) -> float:
    """Return the standard deviation that the weights of a layer should have.

    With a gain of 1, the output of the layer has the standard deviation of its input; with a gain of 2 it
    has twice that, and so on. `fan_in` numbers go into each unit. Returns a float.

    >>> kaiming_std(25, 1.0)
    0.2

    Source: He et al. 2015, section 2.2.
    """
    raise NotImplementedError


def gain_of(f: Callable[[Tensor], Tensor]) -> float:
    """Find the gain that belongs to a nonlinearity.

    In a deep network each layer computes `f(z)` of its pre-activations `z`, and the next layer's
    pre-activations are sums over `fan_in` such numbers with random weights of mean zero. Suppose that `z` is
    standard normal. Which gain must the weights of the next layer have (see `kaiming_std`), so that the mean
    of the squares of its pre-activations is 1 again? `f` works on a tensor of any shape, entry by entry. It
    is continuous, may be steep, and never returns infinity between -12 and 12. The result must be right to
    0.1 percent, for which a million random numbers are not enough: add up over a fine grid instead. Returns
    a float.

    Example: for the identity the gain is 1, and for `f(z) = 4 * z` it is 0.25.

    >>> round(gain_of(lambda z: 4 * z), 3)
    0.25

    Source: He et al. 2015, section 2.2, for the rectifier.
    """
    raise NotImplementedError


def kaiming_init(fan_in: int, fan_out: int, nonlinearity: str, seed: int) -> Float[Tensor, "fan_in fan_out"]:
    """Draw the weights of a layer whose nonlinearity is known, so that no signal fades on its way.

    The weights are normal with mean zero, and the layer computes `x @ w`. The gain is 1 for "linear", the
    square root of 2 for "relu" and 5/3 for "tanh"; any other nonlinearity raises a ValueError. Draw from a
    generator of your own that is seeded with `seed`: the same seed gives the same weights, another seed
    gives others, and PyTorch's global generator is left alone. Returns a (fan_in, fan_out) tensor, float64.

    Example: the weights of `kaiming_init(30, 200, "tanh", seed=1)` have a standard deviation of about 0.304.
    Source: He et al. 2015, section 2.2; the gains are those of `torch.nn.init.calculate_gain`.
    """
    raise NotImplementedError


def linear_stack_collapses(
    weights: list[Tensor], biases: list[Tensor]
) -> tuple[Float[Tensor, "K V"], Float[Tensor, "V"]]:
    """Replace a stack of linear layers by a single one that computes the same.

    Layer i computes `x @ weights[i] + biases[i]`, and there is no nonlinearity in between. The shapes are
    (K, A), (A, B), ..., (Z, V) and (A,), (B,), ..., (V,); there is at least one layer. Returns the pair
    `W` (K, V) and `b` (V,) for which `x @ W + b` is the output of the whole stack, fresh tensors of the
    same dtype; the arguments stay as they are.

    >>> weights = [torch.tensor([[2.0, 0.0]]), torch.tensor([[1.0], [10.0]])]
    >>> linear_stack_collapses(weights, [torch.tensor([0.0, 1.0]), torch.tensor([5.0])])
    (tensor([[2.]]), tensor([15.]))
    """
    raise NotImplementedError


def deep_linear_step(weights: list[Tensor], dW: Float[Tensor, "K V"], lr: float) -> Float[Tensor, "K V"]:
    """Show that a stack of linear layers learns in another way than the single layer that it equals.

    `weights` are matrices of shapes (K, A), (A, B), ..., (Z, V); there are no biases, and the stack computes
    `x @ W` with the product `W` of them all. `dW` is the gradient of the loss with respect to `W`. Make one
    step of gradient descent on every matrix, all with their gradients from before the step, and return the
    product of the new matrices, a fresh (K, V) tensor of the same dtype. The arguments stay as they are.

    Example: for weights [[2]] and [[3]], dW [[1]] and lr 0.1 the product goes from 6 to 1.7 * 2.8 = 4.76. A
    single layer that holds the 6 would only go to 5.9.

    >>> deep_linear_step([torch.tensor([[2.0]]), torch.tensor([[3.0]])], torch.tensor([[1.0]]), lr=0.1)
    tensor([[4.7600]])
    """
    raise NotImplementedError


def gain_sweep(
    x: Float[Tensor, "N K"], weights: Float[Tensor, "L K K"], gains: Float[Tensor, "G"], tanh: bool
) -> tuple[Float[Tensor, "G L"], list[str]]:
    """Try several gains on one deep network, and say what becomes of the signal.

    The network has L layers of width K. `weights` holds standard normal numbers, without any scale; a layer
    uses them with the scale that belongs to its fan-in and to the gain (see `kaiming_std`). Each layer
    multiplies its input by its weights and then applies tanh if `tanh` is True, else nothing. The first
    layer reads `x`.
    Returns a pair. The first is the table of the standard deviations (as `torch.Tensor.std` takes them) of
    all outputs of a layer: a row for each gain, a column for each layer. The second is a list with one
    verdict for each gain, the first of these that is true:
    "saturate": `tanh` is True, and more than a quarter of the last layer's outputs are above 0.97 in size;
    "shrink": the last standard deviation is below 0.6 of the first layer's;
    "explode": the last standard deviation is above 1.5 of the first layer's;
    "ok".
    A quarter may be met exactly, and then it is not more; none of the other bounds is.

    >>> x, weights = torch.tensor([[1.0], [-1.0]]), torch.tensor([[[1.0]], [[1.0]]])
    >>> gain_sweep(x, weights, torch.tensor([0.5, 2.0]), tanh=False)
    (tensor([[0.7071, 0.3536],
            [2.8284, 5.6569]]), ['shrink', 'explode'])
    """
    raise NotImplementedError
