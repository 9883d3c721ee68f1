"""What a model weighs, and which of its weights decay."""

from torch import Tensor


def weight_decay_groups(parameters: dict[str, Tensor], weight_decay: float) -> list[dict[str, object]]:
    """Return the two groups of parameters that AdamW is given: those that decay and those that don't.

    `parameters` maps names to tensors, as `dict(model.named_parameters())` does. Tensors with two or more
    axes decay: the weights of linear layers and the embedding tables. Vectors and scalars don't: biases,
    and gains of layer norms. The names say nothing reliable; the number of axes does.
    Returns a list of two dicts with the keys "params" and "weight_decay", the decaying group first:
    "params" is the list of its tensors, the very tensors and not copies, in the order of `parameters`, and
    "weight_decay" is `weight_decay` in the first group and 0.0 in the second.

    >>> parameters = {"weight": Tensor([[1.0, 2.0]]), "bias": Tensor([3.0])}
    >>> groups = weight_decay_groups(parameters, 0.1)
    >>> [([tuple(p.shape) for p in group["params"]], group["weight_decay"]) for group in groups]
    [([(1, 2)], 0.1), ([(1,)], 0.0)]

    Source: Loshchilov & Hutter 2019, "Decoupled Weight Decay Regularization".
    """
    raise NotImplementedError


def scale_config(vocab_size: int, n_embd: int, n_head: int, n_layer: int, block_size: int) -> dict[str, int]:
    """Return how many numbers the GPT of this unit trains, part by part.

    The parts, as the classes of this unit have them: "embeddings", the token and the position table;
    "attention", over all blocks, the key, query and value layers of all heads (no biases) and the
    projection (with bias); "feed_forward", over all blocks, both linear layers (with biases); "norms", all
    layer norms, gain and bias each, two in every block and one at the end; "head", the last linear layer
    (with bias). Then "total", the sum. `n_head` divides `n_embd`. Masks are not trained.

    >>> scale_config(vocab_size=65, n_embd=32, n_head=4, n_layer=3, block_size=8)["total"]
    42369
    >>> scale_config(vocab_size=65, n_embd=384, n_head=6, n_layer=6, block_size=256)["total"]
    10788929
    """
    raise NotImplementedError
