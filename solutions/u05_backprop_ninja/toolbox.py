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
    # BEGIN SOLUTION
    extra = grad.dim() - len(shape)
    added = list(range(extra))
    stretched = [extra + axis for axis, size in enumerate(shape) if size == 1]
    axes = added + stretched
    summed = grad.sum(dim=axes) if axes else grad.clone()  # an empty list of axes would mean all of them
    return summed.reshape(shape)
    # END SOLUTION


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
    # BEGIN SOLUTION
    if mine.shape != ref.shape:
        return False, False, float("inf")
    exact = bool((mine == ref).all())
    close = torch.allclose(mine, ref)
    maxdiff = (mine - ref).abs().max().item()
    return exact, close, maxdiff
    # END SOLUTION


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
    # BEGIN SOLUTION
    numeric = torch.zeros(x.shape, dtype=x.dtype)
    for i in range(x.numel()):
        step = torch.zeros(x.shape, dtype=x.dtype)
        step.view(-1)[i] = eps
        numeric.view(-1)[i] = (float(f(x + step)) - float(f(x - step))) / (2 * eps)
    size = torch.maximum(numeric.abs(), dx.abs()).clamp(min=1e-8)
    return ((numeric - dx).abs() / size).max().item()
    # END SOLUTION


def diagnose_loss_clipping(losses: Float[Tensor, "N"], cap: float) -> Float[Tensor, "N"]:
    """Show what a cap on the loss of each example does to what that example still teaches.

    A training loop caps every loss at `cap` and then takes the mean: `loss = torch.clamp(losses,
    max=cap).mean()`. Return the gradient of this `loss` with respect to `losses`, a fresh tensor of shape
    (N,) and of the dtype of `losses`, which stays as it is. No loss equals the cap.

    >>> diagnose_loss_clipping(torch.tensor([0.5, 9.0, 1.0, 1.5]), cap=2.0)
    tensor([0.2500, 0.0000, 0.2500, 0.2500])
    """
    # BEGIN SOLUTION
    still_teaches = losses < cap
    return still_teaches.to(losses.dtype) / len(losses)
    # END SOLUTION


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
    # BEGIN SOLUTION
    norm = torch.cat([grad.flatten() for grad in grads]).norm().item()
    if norm <= limit:
        return [grad.clone() for grad in grads]
    return [grad * (limit / norm) for grad in grads]
    # END SOLUTION


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
    # BEGIN SOLUTION
    g = torch.Generator().manual_seed(seed)
    K = T * D

    def normal(*shape: int) -> Tensor:
        return torch.randn(*shape, generator=g, dtype=torch.float64)

    return {
        "C": normal(V, D),
        "W1": normal(K, H) * (5 / 3) / K**0.5,
        "b1": normal(H) * 0.1,
        "W2": normal(H, V) / H**0.5,
        "b2": normal(V) * 0.1,
        "bngain": normal(1, H) * 0.1 + 1.0,
        "bnbias": normal(1, H) * 0.1,
    }
    # END SOLUTION


def spurious_bias(layers: list[str]) -> list[bool]:
    """Find the linear layers whose bias learns nothing, because its gradient is always zero.

    `layers` names the layers of a network in forward order, such as "linear", "batchnorm", "tanh",
    "relu"; two linear layers never stand side by side. Returns one bool for each "linear" in it, in the same
    order: True if its bias is spurious. The list itself stays as it is.

    >>> spurious_bias(["linear", "tanh", "linear"])
    [False, False]

    Source: Ioffe & Szegedy 2015, section 3.2.
    """
    # BEGIN SOLUTION
    after_linear = [layers[i + 1 : i + 2] for i, layer in enumerate(layers) if layer == "linear"]
    return [after == ["batchnorm"] for after in after_linear]  # the last layer has nothing after it
    # END SOLUTION
