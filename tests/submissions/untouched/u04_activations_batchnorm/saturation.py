"""Saturated and dead units: how they look, what they cost, and how not to begin with them."""

import torch
from jaxtyping import Bool, Float
from torch import Tensor


def tanh_backward(t: Float[Tensor, "N H"], g: Float[Tensor, "N H"]) -> Float[Tensor, "N H"]:
    """Return the gradient of the input of a tanh, given its output `t` and the gradient `g` of the output.

    Returns a fresh (N, H) tensor of the same dtype; the arguments stay as they are.

    >>> tanh_backward(torch.tensor([[0.0, 0.5, -1.0]]), torch.tensor([[2.0, 4.0, 100.0]]))
    tensor([[2., 3., 0.]])
    """
    raise NotImplementedError


def saturation_fraction(h: Float[Tensor, "N H"], tau: float) -> float:
    """Return which share of the activations `h` of a tanh layer is saturated.

    A number is saturated if its distance from zero is larger than `tau`; no number is exactly that far
    away. Returns a float from 0 to 1.

    >>> saturation_fraction(torch.tensor([[0.5, 0.98], [-0.999, 0.1]]), tau=0.97)
    0.5
    >>> saturation_fraction(torch.tensor([[0.5, 0.98], [-0.999, 0.1]]), tau=0.99)
    0.25
    """
    raise NotImplementedError


def dead_units(h: Float[Tensor, "M H"], tau: float = 0.99, kind: str = "tanh") -> Bool[Tensor, "H"]:
    """Find the units of a layer that no example of the data set can teach.

    `h` holds the outputs of the layer for all M examples of the data set, one row an example. `kind` names
    the nonlinearity that made them. A "tanh" is stuck on an example if its output is more than `tau` away
    from zero; a "relu" is stuck if its output is zero; a "leaky_relu" is never stuck, because its slope is
    nowhere zero. A unit is dead if it is stuck on every example. `tau` plays a part for "tanh" only. Any
    other kind raises a ValueError. Returns one bool a unit; `h` stays as it is.

    >>> h = torch.tensor([[0.999, -0.999, 0.999], [-0.999, 0.2, 0.999]])
    >>> dead_units(h)
    tensor([ True, False,  True])
    >>> dead_units(torch.tensor([[0.0, 0.0], [0.0, 3.0]]), kind="relu")
    tensor([ True, False])
    """
    raise NotImplementedError


def init_hidden(T: int, D: int, H: int, seed: int) -> tuple[Float[Tensor, "K H"], Float[Tensor, "H"]]:
    """Choose a hidden layer that doesn't start out saturated.

    The layer is `torch.tanh(embcat @ W1 + b1)`. Each row of `embcat` holds the embeddings of T characters
    side by side, D numbers each, K = T * D in all, and these numbers are like standard normal ones. What
    goes into the tanh must be of size 1: its root mean square over all units and inputs lies between 0.85
    and 1.15, for any T and D. `W1` is drawn from a normal distribution, with a generator of your own that
    is seeded with `seed`: another seed gives other numbers, and PyTorch's global generator is left alone.
    The numbers in `b1` are zero or small: at most 0.1 in size. Returns the pair `W1` (K, H) and `b1` (H,),
    float64.

    Example: `init_hidden(3, 10, 200, seed=1)[0].shape` is (30, 200).
    """
    raise NotImplementedError
