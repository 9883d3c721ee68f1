"""The tools of somebody who writes backward passes by hand: compare, check, clip, initialise."""

from collections.abc import Callable

import torch
from jaxtyping import Float
from torch import Tensor


def unbroadcast(grad: Float[Tensor, "..."], shape: tuple[int, ...]) -> Float[Tensor, "..."]:
    """Bring the gradient of a broadcast tensor back to the shape that the tensor had before.

    `grad` has the shape after broadcasting. `shape` is the shape before: it may have fewer axes than
    `grad`, and any of its axes may have size 1. When the shapes agree, the result is a copy. Returns a
    fresh tensor of exactly `shape`, of the dtype of `grad`; `grad` stays as it is.

    >>> unbroadcast(torch.tensor([[1.0, 2.0, 3.0], [10.0, 20.0, 30.0]]), (2, 1))
    tensor([[ 6.],
            [60.]])
    """
    raise NotImplementedError


def cmp_grads(name: str, mine: Float[Tensor, "..."], ref: Float[Tensor, "..."]) -> tuple[bool, bool, float]:
    """Compare a gradient made by hand with the reference gradient of the same variable.

    Returns three plain Python values: `exact` (every entry is bit for bit the same), `close` (what
    `torch.allclose` says with its default tolerances, in either order) and `maxdiff` (the largest absolute
    difference of two entries). Tensors of different shapes are neither exact nor close and their maxdiff is
    infinity, even if the shapes would broadcast. `name` is there to be printed, if you like; nothing
    printed is graded. Both tensors have the same dtype and stay as they are.

    >>> cmp_grads("b2", torch.tensor([1.0, 2.0]), torch.tensor([1.0, 2.5]))
    (False, False, 0.5)
    >>> cmp_grads("bngain", torch.zeros(3), torch.zeros(1, 3))
    (False, False, inf)
    """
    raise NotImplementedError


def grad_check(
    f: Callable[[Tensor], Tensor | float],
    x: Float[Tensor, "..."],
    dx: Float[Tensor, "..."],
    eps: float = 1e-6,
) -> float:
    """Compare the gradient `dx` of a scalar function `f` at `x` with a numerical estimate of it.

    Estimate each entry by the central difference with step `eps` on both sides of `x`. The relative error
    of an entry is the gap between the estimate and `dx`, divided by the larger of their two sizes, but
    never by less than 1e-8. Returns the largest relative error over all entries as a float. `f` takes a
    tensor of the shape of `x` and returns a number or a 0-d tensor. `x` may have any shape and is
    float64, and neither `x` nor `dx` is changed.

    Example: at x = [1, 2] the gradient of (x ** 2).sum() is [2, 4]. For dx = [2, 5] the result is 0.2.

    >>> x = torch.tensor([1.0, 2.0], dtype=torch.float64)
    >>> round(grad_check(lambda x: (x**2).sum(), x, torch.tensor([2.0, 5.0], dtype=torch.float64)), 6)
    0.2
    """
    raise NotImplementedError


def diagnose_loss_clipping(losses: Float[Tensor, "N"], cap: float) -> Float[Tensor, "N"]:
    """Show what a cap on the loss of each example does to what that example still teaches.

    A training loop caps every loss at `cap` and then takes the mean: `loss = torch.clamp(losses,
    max=cap).mean()`. Return the gradient of this `loss` with respect to `losses`, a fresh tensor of shape
    (N,) and of the dtype of `losses`, which stays as it is. No loss equals the cap.

    >>> diagnose_loss_clipping(torch.tensor([0.5, 9.0, 1.0, 1.5]), cap=2.0)
    tensor([0.2500, 0.0000, 0.2500, 0.2500])
    """
    raise NotImplementedError


def clip_gradients(grads: list[Tensor], limit: float) -> list[Tensor]:
    """Tame an outlier without silencing it: bound the length of the whole gradient.

    The norm that counts is the global one: the Euclidean norm over all entries of all tensors together.
    If it is at most `limit`, the values stay the same. If it is larger, the result points in the same
    direction and its global norm is `limit` (nothing is added to the divisor). `grads` is a list of at
    least one floating-point tensor, all of one dtype. Returns a list of fresh tensors of the same shapes
    and dtype, in the same order; `grads` and its tensors stay as they are.

    >>> clip_gradients([torch.tensor([3.0]), torch.tensor([[0.0, 4.0]])], limit=2.5)
    [tensor([1.5000]), tensor([[0., 2.]])]
    """
    raise NotImplementedError


def unmasking_init(T: int, D: int, H: int, V: int, seed: int) -> dict[str, Tensor]:
    """Choose starting parameters at which no wrong backward pass can hide.

    The network is the one of the handout: T characters of context, D numbers per embedding, H hidden
    units, V characters. At some points of the parameter space a wrong gradient and the right one are the
    same number. Choose a point where the mistakes listed in the handout all show. Returns a dict of
    float64 tensors: "C" (V, D), "W1" (T*D, H), "b1" (H,), "W2" (H, V), "b2" (V,), "bngain" (1, H),
    "bnbias" (1, H). The same seed gives the same numbers, another seed gives others, and PyTorch's global
    random generator is left alone. Keep the values moderate: `tanh` must not be saturated and no logit
    may be larger than 10 in size, at the sizes of the example.

    Example: `unmasking_init(3, 10, 64, 27, seed=1)["bngain"].shape` is (1, 64).
    Source: Ioffe & Szegedy 2015, section 3, for the gain and the bias of batchnorm.
    """
    raise NotImplementedError


def spurious_bias(layers: list[str]) -> list[bool]:
    """Find the linear layers whose bias learns nothing, because its gradient is always zero.

    `layers` names the layers of a network in forward order, such as "linear", "batchnorm", "tanh",
    "relu"; two linear layers never stand side by side. Returns one bool for each "linear" in it, in the same
    order: True if its bias is spurious. The list itself stays as it is.

    >>> spurious_bias(["linear", "tanh", "linear"])
    [False, False]

    Source: Ioffe & Szegedy 2015, section 3.2.
    """
    raise NotImplementedError
