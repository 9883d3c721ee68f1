"""After pretraining: which of two answers people prefer."""

import torch
from jaxtyping import Float
from torch import Tensor


def reward_pair_loss(better: Float[Tensor, "N"], worse: Float[Tensor, "N"]) -> Float[Tensor, ""]:
    """Return how badly a reward model agrees with people who compared pairs of answers.

    A reward model gives every answer a number. Row n holds the rewards of two answers to the same prompt, of
    which people liked the first better. The model says that the first one is preferred with probability
    sigmoid(difference of the rewards); the loss is the mean negative logarithm of these probabilities. It is
    finite even where the model is utterly wrong, and the arguments stay as they are. Gradients have to find
    their way back through it.

    >>> reward_pair_loss(torch.tensor([1.0, 0.0]), torch.tensor([1.0, 0.0]))
    tensor(0.6931)

    Source: Ouyang et al. 2022, "Training language models to follow instructions with human feedback",
    equation 1.
    """
    raise NotImplementedError
