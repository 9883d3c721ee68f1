"""From characters to logits without attention: the bigram table, then tokens and places as vectors."""

import torch
from jaxtyping import Float, Int
from torch import Tensor


def bigram_model(
    idx: Int[Tensor, "B T"], table: Float[Tensor, "V V"], targets: Int[Tensor, "B T"] | None = None
) -> tuple[Float[Tensor, "B T V"], Float[Tensor, ""] | None]:
    """Return the logits of a bigram model, and the mean loss of all its predictions.

    idx:     B sequences of T tokens.
    table:   row i holds the logits of the token that follows token i.
    targets: for each of the B * T tokens, the token that followed it.
             Without targets the loss is None.

    The loss is the cross-entropy in nats, averaged over all B * T predictions. It may be made with
    `torch.nn.functional.cross_entropy`; look up where that wants the V logits. Returns fresh tensors, the
    logits (B, T, V) and the loss (); the arguments stay as they are. Gradients have to find their way back
    through both.

    >>> table = torch.tensor([[2.0, 1.0, 0.1], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]])
    >>> logits, loss = bigram_model(torch.tensor([[0]]), table, torch.tensor([[2]]))
    >>> logits
    tensor([[[2.0000, 1.0000, 0.1000]]])
    >>> loss
    tensor(2.3170)
    """
    raise NotImplementedError


def positional_embedding(
    idx: Int[Tensor, "B T"],
    wte: Float[Tensor, "V C"],
    wpe: Float[Tensor, "L C"],
    W: Float[Tensor, "V C"],
    b: Float[Tensor, "V"],
) -> tuple[Float[Tensor, "B T C"], Float[Tensor, "B T V"]]:
    """Return what each position knows of itself, and the logits that a linear layer makes of that.

    idx:  B sequences of T tokens, T at most L.
    wte:  the table of tokens, one row of C numbers for each of V tokens.
    wpe:  the table of places, one row for each of the L places that the
          model has. A sequence starts at place 0, and its vector at a
          position is the sum of the token's and the place's.
    W, b: a linear layer from C to V, weights stored as (out, in).

    Returns two fresh tensors of the dtype of `wte`: the vectors (B, T, C) and the logits (B, T, V). The
    arguments stay as they are. Gradients have to find their way back through both.

    >>> wte = torch.tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    >>> wpe = torch.tensor([[0.1, 0.2], [0.3, 0.4], [0.5, 0.6], [0.7, 0.8]])
    >>> x, logits = positional_embedding(torch.tensor([[2, 0]]), wte, wpe, wte, torch.zeros(3))
    >>> x
    tensor([[[5.1000, 6.2000],
             [1.3000, 2.4000]]])
    >>> logits[0, 1]
    tensor([ 6.1000, 13.5000, 20.9000])
    """
    raise NotImplementedError
