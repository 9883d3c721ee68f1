"""The parts of a transformer as modules with parameters of their own."""

from collections.abc import Callable

import torch
from jaxtyping import Float
from torch import Tensor, nn


class Head(nn.Module):
    """One head of causal self-attention with its three linear layers and its mask.

    Attributes, by these names: `key`, `query` and `value` are linear layers from `n_embd` to `head_size`
    without bias; `tril` is a buffer of shape (block_size, block_size), ones on and below the diagonal and
    zeros above, so that it moves with the module and is saved with it, but isn't trained; `dropout` is an
    `nn.Dropout`, which acts on the weights after the softmax.
    `head(x)` takes x of shape (B, T, n_embd) for any T up to `block_size` and returns (B, T, head_size).

    >>> head = Head(n_embd=2, head_size=1, block_size=8)
    >>> [name for name, _ in head.named_parameters()]
    ['key.weight', 'query.weight', 'value.weight']
    >>> _ = nn.init.zeros_(head.query.weight), nn.init.ones_(head.value.weight)
    >>> head(torch.tensor([[[1.0, 1.0], [3.0, 1.0]]])).detach()
    tensor([[[2.],
             [3.]]])

    Source: Vaswani et al. 2017, "Attention Is All You Need", section 3.2.1.
    """

    def __init__(self, n_embd: int, head_size: int, block_size: int, dropout: float = 0.0) -> None:
        super().__init__()
        raise NotImplementedError

    def forward(self, x: Float[Tensor, "B T C"]) -> Float[Tensor, "B T H"]:
        raise NotImplementedError


class MultiHeadAttention(nn.Module):
    """Several heads side by side, joined by a linear layer.

    `make_head(size)` returns a new head: a module from (B, T, n_embd) to (B, T, size). You are given it so
    that this class works with any head; with the one of this file, say
    `lambda size: Head(n_embd, size, block_size)`. The `n_head` heads share the width `n_embd` evenly.

    Attributes, by these names: `heads`, an `nn.ModuleList` of the heads; `proj`, a linear layer from
    `n_embd` to `n_embd` with bias; `dropout`, an `nn.Dropout`, which acts last.
    The outputs of the heads are joined along the channels, in the order of the heads.
    Both the input and the result have the shape (B, T, n_embd).

    >>> mha = MultiHeadAttention(lambda size: nn.Linear(6, size), n_head=3, n_embd=6)
    >>> mha.heads[2].weight.shape, mha(torch.zeros(2, 5, 6)).shape
    (torch.Size([2, 6]), torch.Size([2, 5, 6]))

    Source: Vaswani et al. 2017, section 3.2.2.
    """

    def __init__(
        self, make_head: Callable[[int], nn.Module], n_head: int, n_embd: int, dropout: float = 0.0
    ) -> None:
        super().__init__()
        raise NotImplementedError

    def forward(self, x: Float[Tensor, "B T C"]) -> Float[Tensor, "B T C"]:
        raise NotImplementedError


class FeedForward(nn.Module):
    """The part of a block in which every token thinks for itself.

    Attribute, by this name: `net`, an `nn.Sequential` of four layers in this order: linear, ReLU, linear,
    dropout. Both linear layers have a bias, and the width between them is four times `n_embd`.
    Takes and returns (B, T, n_embd).

    >>> ffwd = FeedForward(n_embd=2)
    >>> [tuple(p.shape) for p in ffwd.parameters()]
    [(8, 2), (8,), (2, 8), (2,)]

    Source: Vaswani et al. 2017, section 3.3.
    """

    def __init__(self, n_embd: int, dropout: float = 0.0) -> None:
        super().__init__()
        raise NotImplementedError

    def forward(self, x: Float[Tensor, "B T C"]) -> Float[Tensor, "B T C"]:
        raise NotImplementedError


class Block(nn.Module):
    """A transformer block: communication, then computation, each beside a residual path, with pre-norm.

    `sa` and `ffwd` are given: modules that take and return (B, T, n_embd), such as the two classes above.

    Attributes, by these names: `sa`, `ffwd`, and the layer norms `ln1` and `ln2` over `n_embd` channels,
    `ln1` for `sa` and `ln2` for `ffwd`. Each layer norm stands before its part and not on the residual
    path: with parts that always answer 0, the block returns its input.

    >>> block = Block(2, sa=lambda x: 2 * x, ffwd=lambda x: 0 * x)
    >>> block(torch.tensor([[[1.0, 3.0]]])).detach().round(decimals=3)
    tensor([[[-1.,  5.]]])

    Source: Xiong et al. 2020, "On Layer Normalization in the Transformer Architecture", figure 1 (b).
    """

    def __init__(self, n_embd: int, sa: Callable[[Tensor], Tensor], ffwd: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        raise NotImplementedError

    def forward(self, x: Float[Tensor, "B T C"]) -> Float[Tensor, "B T C"]:
        raise NotImplementedError
